#include "cli/data.h"
#include "cli/scripted_for_test.h"

namespace signet::cli {
namespace {

// A manager with some pages of data; the one of a cursor is "<cursor>\n".
class DataCommand : public ::testing::Test {
 protected:
  DataCommand() {
    script.environment.http = [this](const net::HttpCall& call) -> Result<net::HttpAnswer> {
      const std::string path = call.url.substr(call.url.find('/', 8));
      if (path.find("/data.") == path.npos) return net::HttpAnswer{200, script.answers.at("GET " + path).body, {}};
      asked.push_back(path);
      if (busy > 0 && busy--) {
        return net::HttpAnswer{503, R"({"code":"unavailable","title":"","message":"busy"})", {}};
      }
      const auto at = path.find("&cursor=");
      const int page = at == path.npos ? 0 : path.back() - '0';
      if (page == breaks_at) return Error{Errc::unavailable, "the line was cut"};
      net::HttpAnswer answer{200, std::to_string(page) + "\n", {}};
      if (page < 2) answer.headers["x-next-cursor"] = std::to_string(page + 1);
      return answer;
    };
  }

  Scripted_for_test script;
  const std::string file = script.environment.home + "/out.csv";
  std::vector<std::string> asked;
  int busy = 0;
  int breaks_at = -1;
};

TEST_F(DataCommand, exports_page_by_page_the_oldest_first) {
  ASSERT_EQ(script.run({"data", "export", "--since", "1h", "--device", "lamp", "--tag", "a/b"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "0\n1\n2\n");
  const std::string first =
      "/v3/workspaces/wks-000000000001/data.csv?sort=timestamp_device&size=10000"
      "&start=2027-01-15T07%3A00%3A00Z&end=2027-01-15T08%3A00%3A00Z"
      "&device=dev-000000000001&tag=a%2Fb";
  EXPECT_EQ(asked, (std::vector<std::string>{first, first + "&cursor=1", first + "&cursor=2"}));
  ASSERT_EQ(script.run({"data", "export", "--format", "jsonl", "-o", file}), 0) << script.err.str();
  EXPECT_EQ(text_in(file), "0\n1\n2\n");
  EXPECT_NE(asked.back().find("/data.jsonl?"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));
  EXPECT_FALSE(std::filesystem::exists(file + ".cursor"));
  EXPECT_EQ(script.run({"data", "export", "-o", file}), 73) << "what is there is not written over";
  EXPECT_EQ(script.run({"data", "export", "--format", "xml"}), 64);
  EXPECT_EQ(script.run({"data", "export", "--since", "yesterday"}), 65);
}

TEST_F(DataCommand, an_export_that_was_cut_off_goes_on_where_its_last_page_ended) {
  const std::vector<std::string> line{"data", "export", "--since", "1h", "-o", file};
  breaks_at = 2;
  EXPECT_EQ(script.run(line), 69);
  EXPECT_FALSE(std::filesystem::exists(file));
  std::ofstream{file + ".part", std::ios::app} << "half a pa";
  breaks_at = -1;
  asked.clear();
  script.clock.advance(Seconds{600});
  auto other = line;
  other[3] = "2h";
  EXPECT_EQ(script.run(other), 73) << "it was another question";
  ASSERT_EQ(script.run(line), 0) << script.err.str();
  EXPECT_EQ(text_in(file), "0\n1\n2\n");
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_NE(asked.front().find("&end=2027-01-15T08%3A00%3A00Z&cursor=2"), std::string::npos) << "the time it began";
}

TEST_F(DataCommand, a_busy_manager_is_asked_again_some_times) {
  busy = 3;
  EXPECT_EQ(script.run({"data", "export"}), 0) << script.err.str();
  EXPECT_EQ(asked.size(), 6u);
  busy = 100;
  EXPECT_EQ(script.run({"data", "export"}), 69);
}

TEST_F(DataCommand, a_cursor_file_that_is_none_of_ours_is_not_followed) {
  for (const char* bad : {"", "{}", "half a fi", R"({"asked":"","query":"","cursor":"1","bytes":-1})"}) {
    script.file("out.csv.cursor", bad);
    script.file("out.csv.part", "0\n");
    EXPECT_EQ(script.run({"data", "export", "-o", file}), 73) << bad;
  }
  EXPECT_TRUE(asked.empty());
}

TEST(DataAggregate, is_a_table_of_intervals) {
  Scripted_for_test script;
  const std::string path = "GET " + script.base + "/data/aggregate?start=2027-01-14T08%3A00%3A00Z&interval=";
  script.answers[path + "3600&field=env.t&by=device&device=dev-000000000001"] = {
      200, R"({"result":[{"start":"2027-01-15T07:00:00Z","device_id":"dev-000000000001","count":2,"avg":21.5,)"
           R"("min":-1,"max":44,"sum":43,"last":44}]})"};
  ASSERT_EQ(script.run({"data", "aggregate", "env.t", "--by-device", "--device", "lamp"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(),
            "Start                 DeviceID          Count  Avg   Min  Max  Sum  Last\n"
            "2027-01-15T07:00:00Z  dev-000000000001  2      21.5  -1   44   43   44\n");
  script.answers[path + "60"] = {200, R"({"result":[{"start":"2027-01-15T07:00:00Z","count":2,"avg":null}]})"};
  ASSERT_EQ(script.run({"data", "aggregate", "--every", "1m"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "Start                 Count\n2027-01-15T07:00:00Z  2\n");
  EXPECT_EQ(script.run({"data", "aggregate", "--every", "often"}), 65);
}

TEST(DataRetention, is_asked_for_and_changed_when_the_person_says_yes) {
  Scripted_for_test script;
  script.answers["GET " + script.base] = {200, R"({"workspace":{"retention_days":0}})"};
  script.answers["PUT " + script.base + "/retention"] = {200, R"({"workspace":{"retention_days":30}})"};
  ASSERT_EQ(script.run({"data", "retention"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "Readings are kept for ever\n");
  script.in.str("no\n");
  EXPECT_EQ(script.run({"data", "retention", "30"}), 73);
  EXPECT_EQ(script.calls.back().method, "GET");
  ASSERT_EQ(script.run({"data", "retention", "30", "--yes"}), 0) << script.err.str();
  EXPECT_EQ(script.calls.back().body, R"({"days":30})");
  EXPECT_EQ(script.out.str(), "Readings are kept for 30 days\n");
}

TEST(DataTimes, are_absolute_or_so_long_ago) {
  EXPECT_EQ(duration("90").value(), Seconds{90});
  EXPECT_EQ(duration("15m").value(), Seconds{900});
  EXPECT_EQ(duration("7d").value(), Seconds{7 * 86'400});
  for (const char* bad : {"", "m", "-1h", "0h", "1w", "1 h", "99999999999999999999d", "2000000000d"}) {
    EXPECT_FALSE(duration(bad)) << bad;
  }
}

}  // namespace
}  // namespace signet::cli
