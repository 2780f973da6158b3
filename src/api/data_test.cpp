#include "api/expect_for_test.h"
#include "api/scene_for_test.h"

namespace signet::api {
namespace {

using Query = std::multimap<std::string, std::string>;

class DataApi : public ::testing::Test {
 protected:
  void say(int n, std::string tag, std::string payload) {
    const fleet::Reading reading{lamp, std::move(tag), start + Seconds{n}, scene.clock.now(), std::move(payload)};
    const Status kept = scene.store.change([&](fleet::Changes& to) { return to.append(std::array{reading}); });
    ASSERT_TRUE(kept);
  }
  net::HttpResponse ask(const std::string& form, Query query = {}) {
    return scene.send("GET", scene.base + "/data" + form, "", std::move(query));
  }

  Scene_for_test scene;
  const DeviceId lamp = DeviceId::parse(scene.make_device()).value();
  const Timestamp start = parse_rfc3339("2026-03-26T09:00:00Z").value();
};

TEST_F(DataApi, goes_on_behind_the_page_before_until_there_is_no_next) {
  for (int n = 0; n < 5; ++n) say(n, "t", R"({"n":)" + std::to_string(n) + "}");
  std::string all;
  Query query{{"size", "2"}};
  for (int page = 0; page < 3; ++page) {
    const json::object answer = scene.parsed(ask("", query));
    for (const json::value& row : answer.at("result").as_array()) all += json::serialize(row.at("payload"));
    if (page == 2) {
      EXPECT_TRUE(answer.at("next").is_null());
      break;
    }
    query = {{"size", "2"}, {"cursor", std::string{answer.at("next").as_string()}}};
    say(100 + page, "t", R"({"newer":1})");
  }
  EXPECT_EQ(all, R"({"n":4}{"n":3}{"n":2}{"n":1}{"n":0})");
}

TEST_F(DataApi, a_cursor_is_taken_as_it_came_or_refused) {
  for (int n = 0; n < 3; ++n) say(n, "t", "{}");
  const json::object first = scene.parsed(ask("", {{"size", "1"}, {"sort", "timestamp_device"}}));
  const std::string cursor{first.at("next").as_string()};
  const json::object second = scene.parsed(ask("", {{"size", "1"}, {"cursor", cursor}}));
  EXPECT_EQ(second.at("result").at(0).at("timestamp_device"), "2026-03-26T09:00:01Z") << "in the order of the first";
  EXPECT_EQ(ask("", {{"cursor", cursor}, {"sort", "timestamp_device"}}).status, 200);
  EXPECT_EQ(ask("", {{"cursor", cursor}, {"sort", "-timestamp_device"}}).status, 400);
  EXPECT_EQ(ask("", {{"cursor", cursor}, {"from", "1"}}).status, 400);
  for (std::size_t size = 0; size < cursor.size(); ++size) {
    const auto cut = fleet::decode_data_cursor(cursor.substr(0, size));
    EXPECT_EQ(ask("", {{"cursor", cursor.substr(0, size)}}).status, cut ? 200 : 400) << size;
  }
  for (const char* bad : {"' OR 1=1 --", "AQ", "\n", "%00", "_____"}) EXPECT_EQ(ask("", {{"cursor", bad}}).status, 400);
}

TEST_F(DataApi, a_page_has_limits) {
  EXPECT_EQ(ask("", {{"size", std::to_string(fleet::data_cursor_page_max)}}).status, 200);
  EXPECT_EQ(ask("", {{"size", std::to_string(fleet::data_cursor_page_max + 1)}}).status, 413);
  EXPECT_EQ(ask("", {{"size", "0"}}).status, 413);
  const std::string big = R"({"x":")" + std::string(60'000, 'x') + R"("})";
  const std::size_t fitting = fleet::data_cursor_page_bytes_max / big.size();
  for (std::size_t n = 0; n < fitting + 2; ++n) say(static_cast<int>(n), "t", big);
  const json::object first = scene.parsed(ask("", {{"size", "1000"}}));
  EXPECT_EQ(first.at("result").as_array().size(), fitting);
  const json::object rest =
      scene.parsed(ask("", {{"size", "1000"}, {"cursor", std::string{first.at("next").as_string()}}}));
  EXPECT_EQ(rest.at("result").as_array().size(), 2u);
  EXPECT_TRUE(rest.at("next").is_null());
}

TEST_F(DataApi, csv_quotes_every_text_and_no_cell_is_a_formula) {
  say(0, "=cmd|'/c calc'!A1", R"({"a":"x, \"y\""})");
  say(1, "@sum", "{}");
  say(2, "plain", "{\r\n}");
  const auto first = ask(".csv", {{"sort", "timestamp_device"}, {"size", "2"}});
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string fleet =
      std::string{scene.get(scene.base + "/devices").at("devices").at(0).at("fleet_id").as_string()};
  const std::string arrival = rfc3339(scene.clock.now());
  const auto line = [&](const std::string& time, const std::string& rest) {
    return time + "," + arrival + "," + fleet + "," + lamp.str() + "," + rest + "\r\n";
  };
  EXPECT_EQ(first.body, "timestamp_device,timestamp_in,fleet_id,device_id,tag,payload\r\n" +
                            line("2026-03-26T09:00:00Z", R"("'=cmd|'/c calc'!A1","{""a"":""x, \""y\""""}")") +
                            line("2026-03-26T09:00:01Z", R"("'@sum","{}")"));
  const auto second = ask(".csv", {{"cursor", first.headers.at(next_cursor_header)}});
  EXPECT_EQ(second.body, line("2026-03-26T09:00:02Z", "\"plain\",\"{\r\n}\"")) << "no second heading";
  EXPECT_FALSE(second.headers.contains(next_cursor_header));
}

TEST_F(DataApi, json_lines_have_each_payload_as_it_was_sent_but_for_its_line_breaks) {
  say(0, "t", "{\"n\":\r\n 1.50}");
  say(1, "t", R"({"text":"a\nb"})");
  const auto answer = ask(".jsonl", {{"sort", "timestamp_device"}});
  EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 2);
  EXPECT_NE(answer.body.find("\"payload\":{\"n\":   1.50}}\n"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find(R"("payload":{"text":"a\nb"}})"), std::string::npos) << answer.body;
}

TEST_F(DataApi, an_aggregate_has_a_row_an_interval) {
  say(0, "t", R"({"env":{"t":20.5}})");
  say(30, "t", R"({"env":{"t":21}})");
  say(61, "t", R"({"env":{"t":-1e300}})");
  say(62, "u", R"({"env":{"t":7}})");
  const Query query{{"start", "2026-03-26T00:00:00Z"}, {"interval", "60"}, {"field", "env.t"}, {"tag", "t"}};
  const auto ask_for = [&](Query asked) { return scene.send("GET", scene.base + "/data/aggregate", "", asked); };
  EXPECT_EQ(ask_for(query).body,
            R"({"result":[{"start":"2026-03-26T09:00:00Z","device_id":null,"count":2,"avg":20.75,"min":20.5,"max":21,)"
            R"("sum":41.5,"last":21},{"start":"2026-03-26T09:01:00Z","device_id":null,"count":1,"avg":-1e+300,)"
            R"("min":-1e+300,"max":-1e+300,"sum":-1e+300,"last":-1e+300}]})");
  const auto counted = scene.parsed(ask_for({{"start", "2026-03-26T00:00:00Z"}, {"by", "device"}}));
  expect_members(counted, {{"result", "Aggregate[]"}}, "aggregate");
  EXPECT_EQ(counted.at("result").at(0).at("count"), 4);
  EXPECT_EQ(std::string_view{counted.at("result").at(0).at("device_id").as_string()}, lamp.str());
  EXPECT_TRUE(counted.at("result").at(0).at("avg").is_null());
  EXPECT_EQ(ask_for({}).status, 400) << "from when on?";
  for (const auto& [name, value] : Query{{"interval", "0"},
                                         {"interval", "-1"},
                                         {"interval", "99999999999"},
                                         {"interval", "1h"},
                                         {"by", "fleet"},
                                         {"field", "a..b"}}) {
    Query bad = query;
    bad.erase(name);
    bad.emplace(name, value);
    EXPECT_EQ(ask_for(bad).status, 400) << name << value;
  }
  Query wide = query;
  wide.erase("start");
  wide.emplace("start", "1970-01-01T00:00:00Z");
  EXPECT_EQ(ask_for(wide).status, 413);
}

TEST_F(DataApi, a_sum_that_json_has_no_number_for_is_null) {
  say(0, "t", R"({"x":1.7e308})");
  say(1, "t", R"({"x":1.7e308})");
  const auto answer = scene.get(scene.base + "/data/aggregate", {{"start", "2026-03-26T00:00:00Z"}, {"field", "x"}});
  EXPECT_TRUE(answer.at("result").at(0).at("sum").is_null());
  EXPECT_EQ(answer.at("result").at(0).at("count"), 2);
}

TEST_F(DataApi, how_long_readings_are_kept_is_shown_and_set) {
  EXPECT_EQ(scene.get(scene.base).at("workspace").at("retention_days"), 0);
  const auto set = [&](const std::string& days) {
    return scene.send("PUT", scene.base + "/retention", R"({"days":)" + days + "}").status;
  };
  EXPECT_EQ(set("30"), 200);
  EXPECT_EQ(scene.get(scene.base).at("workspace").at("retention_days"), 30);
  for (const char* bad : {"-1", "-4294967296", "36501", "9223372036854775807", "1.5", "\"1\"", "null"}) {
    EXPECT_EQ(set(bad), 400) << bad;
  }
  EXPECT_EQ(scene.get(scene.base).at("workspace").at("retention_days"), 30);
}

}  // namespace
}  // namespace signet::api
