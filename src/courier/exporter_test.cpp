#include "courier/exporter.h"

#include "fleet/data_text.h"
#include "fleet/manager_for_test.h"

#include <gmock/gmock.h>
#include <unistd.h>
#include <filesystem>

namespace signet::courier {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct ExporterTest : testing::Test {
  ExporterTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  }
  ~ExporterTest() override { std::filesystem::remove_all(home); }
  fleet::ExportId make(const std::string& format = "csv") {
    const fleet::ExportOrder order{.name = "nightly", .format = format, .schedule = "6 *"};
    return all.create(m.owner, m.workspace.id, order).value().id;
  }
  void say(int number, const std::string& payload) {
    const auto reading = m.fleet.judge(who, "t", fleet::noon_for_test + Millis{number}, payload);
    ASSERT_TRUE(m.keep(std::array{reading.value()}));
  }
  // Makes one now.
  void run(Exporter& exporter, const fleet::ExportId& id) {
    m.clock.advance(Seconds{1});
    ASSERT_TRUE(all.run(m.owner, m.workspace.id, id));
    while (exporter.step()) {
    }
  }
  std::vector<std::string> files(const fleet::ExportId& id) {
    std::vector<std::string> out;
    for (const auto& one : all.files(m.owner, m.workspace.id, id).value()) out.push_back(one.name);
    return out;
  }
  static std::string new_folder() {
    std::string path = (std::filesystem::temp_directory_path() / "signet-exports-XXXXXX").string();
    ENSURE(::mkdtemp(path.data()) != nullptr);
    return path;
  }
  std::string home = new_folder();
  fleet::Manager_for_test m;
  fleet::Exports& all = m.fleet.exports();
  fleet::Admission who;
  std::unique_ptr<net::Loop> loop = net::Loop::create(m.clock).value();
  ExportFolder folder{home + "/exports"};
};

TEST_F(ExporterTest, WritesWhatWasSaidSinceTheLast) {
  Exporter exporter{folder, m.fleet, *loop};
  const fleet::ExportId id = make();
  EXPECT_FALSE(exporter.step()) << "nothing is due";
  say(1, R"({"n":1})");
  run(exporter, id);
  ASSERT_EQ(files(id).size(), 1u);
  const std::string text = all.read(m.owner, m.workspace.id, id, files(id)[0]).value();
  EXPECT_THAT(text, StartsWith("timestamp_device,"));
  EXPECT_THAT(text, HasSubstr(",\"t\",\"{\"\"n\"\":1}\"\r\n"));
  run(exporter, id);
  ASSERT_EQ(files(id).size(), 2u);
  EXPECT_EQ(all.read(m.owner, m.workspace.id, id, files(id)[1]).value(), fleet::csv_heading) << "nothing was said";
  EXPECT_EQ(all.get(m.owner, m.workspace.id, id).value().trouble, "");
}

TEST_F(ExporterTest, WritesJsonLines) {
  Exporter exporter{folder, m.fleet, *loop};
  const fleet::ExportId id = make("jsonl");
  say(1, "{\"n\":\n1}");
  say(2, R"({"n":2})");
  run(exporter, id);
  const std::string text = all.read(m.owner, m.workspace.id, id, files(id).at(0)).value();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_THAT(text, HasSubstr(R"("payload":{"n": 1}})"));
}

TEST_F(ExporterTest, AFileHasAnEnd) {
  Exporter exporter{folder, m.fleet, *loop};
  const fleet::ExportId id = make("jsonl");
  const std::string big = R"({"a":")" + std::string(60'000, 'x') + R"("})";
  const int count = static_cast<int>(fleet::export_file_bytes_max / big.size()) + 5;
  for (int i = 0; i < count; ++i) say(i, big);
  run(exporter, id);
  const auto all_files = all.files(m.owner, m.workspace.id, id).value();
  ASSERT_EQ(all_files.size(), 2u);
  EXPECT_TRUE(all_files[0].name.ends_with("-001.jsonl"));
  EXPECT_TRUE(all_files[1].name.ends_with("-002.jsonl"));
  EXPECT_LE(all_files[0].bytes, fleet::export_file_bytes_max + big.size() + 300);
  std::size_t lines = 0;
  for (const auto& one : all_files) {
    const std::string text = all.read(m.owner, m.workspace.id, id, one.name).value();
    lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  EXPECT_EQ(lines, static_cast<std::size_t>(count)) << "each once";
}

TEST_F(ExporterTest, TheOldestFilesGo) {
  Exporter exporter{folder, m.fleet, *loop};
  const fleet::ExportId id = make();
  run(exporter, id);
  const std::string first = files(id).at(0);
  for (std::size_t i = 0; i < fleet::export_files_max; ++i) run(exporter, id);
  EXPECT_EQ(files(id).size(), fleet::export_files_max);
  EXPECT_NE(files(id).at(0), first);
}

TEST_F(ExporterTest, AFileThatCannotBeWrittenIsTriedAgain) {
  Exporter exporter{folder, m.fleet, *loop};
  const fleet::ExportId id = make();
  ASSERT_TRUE(write_file_atomic(home + "/exports", bytes_of("no folder"), 0600));
  run(exporter, id);
  EXPECT_NE(all.get(m.owner, m.workspace.id, id).value().trouble, "");
  std::filesystem::remove(home + "/exports");
  m.clock.advance(fleet::export_retry_delay);
  while (exporter.step()) {
  }
  EXPECT_EQ(files(id).size(), 1u);
}

TEST_F(ExporterTest, NothingElseIsReadOrListed) {
  Exporter exporter{folder, m.fleet, *loop};
  const fleet::ExportId id = make();
  run(exporter, id);
  ASSERT_TRUE(write_file_atomic(home + "/secret.csv", bytes_of("secret"), 0600));
  ASSERT_TRUE(write_file_atomic(folder.path(id) + "/notes", bytes_of("x"), 0600));
  EXPECT_EQ(files(id).size(), 1u);
  for (const char* name : {"../../secret.csv", "..", "", "notes", "/etc/passwd", ".hidden.csv"}) {
    EXPECT_FALSE(all.read(m.owner, m.workspace.id, id, name)) << name;
    EXPECT_FALSE(folder.read(id, name)) << name;
  }
  EXPECT_FALSE(folder.read(id, std::string(fleet::export_name_bytes_max, 'a') + ".csv"));
  ASSERT_TRUE(all.remove(m.owner, m.workspace.id, id));
  EXPECT_FALSE(std::filesystem::exists(folder.path(id))) << "the files go with it";
}

}  // namespace
}  // namespace signet::courier
