#include "fleet/fota.h"

#include "base/json.h"
#include "fleet/manager_for_test.h"
#include "fleet/memory_images_for_test.h"

namespace signet::fleet {
namespace {

struct FotaTest : testing::Test {
  FotaTest() {
    m.set_up();
    firmwares.keep_in(&images);
    fota.serve_at("https://signet.example.org:8883");
    fmw = firmwares.create(m.owner, m.workspace.id, "lamp", "").value().id;
    for (const char* version : {"1", "2"}) {
      EXPECT_TRUE(is_well(firmwares.upload(m.owner, m.workspace.id, fmw, version, application)));
    }
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  }
  Result<Update> schedule(const std::string& version = "2") { return fota.schedule(m.owner, who.device, fmw, version); }
  std::vector<DownMessage> say(const std::string& key, const std::string& value) {
    const auto answers = m.fleet.heard(who, R"({"key":")" + key + R"(","value":)" + value + "}");
    EXPECT_TRUE(is_well(answers));
    return answers ? answers.value() : std::vector<DownMessage>{};
  }
  std::string about(const std::string& more, const std::string& version = "2") {
    return R"({"fw_id":")" + fmw.str() + R"(","fw_version":")" + version + "\"" + more + "}";
  }
  json::object info(const std::string& version = "2") {
    const auto answers = say("#fota_info", about("", version));
    return parse_json_object(answers.at(0).payload).value().at("value").as_object();
  }
  std::string expected() {
    const auto answers = say("#status", "{}");
    return json::serialize(parse_json_object(answers.at(0).payload).value().at("value").at("expected"));
  }
  Update last() { return fota.last(m.owner, who.device).value(); }
  Manager_for_test m;
  MemoryImages_for_test images;
  Firmwares firmwares{m.fleet};
  Fota fota{m.fleet};
  FirmwareId fmw;
  Admission who;
  const Buffer application = image_for_test(image::Kind::python, 100'000);
  const std::string now = std::to_string(epoch_millis(noon_for_test));
};

TEST_F(FotaTest, ADeviceIsToldAsksDownloadsAndSucceeds) {
  ASSERT_TRUE(is_well(schedule()));
  const std::string order = about(R"(,"on_schedule":"")");
  EXPECT_EQ(m.told, std::vector<std::string>{R"({"version":)" + now + R"(,"key":"@fota","value":)" + order + "}"});
  EXPECT_EQ(expected(), R"({"@fota":{"t":)" + now + R"(,"v":)" + order + "}}") << "when it connects later";
  EXPECT_EQ(m.last_audit().action, "fota.schedule");

  say("_fota_status", R"({"fw_version":"2","progress":"waiting fota info"})");
  EXPECT_EQ(last().progress, "waiting fota info");
  const json::object told = info();
  EXPECT_EQ(told.at("fw_url"), json::value("https://signet.example.org:8883/fota/" + fmw.str() + "/2/"));
  EXPECT_EQ(told.at("fw_id"), json::value(fmw.str()));
  EXPECT_TRUE(told.at("fw_info").at(0).is_null()) << "the OS stays";
  const json::object& image = told.at("fw_info").at(1).as_object();
  EXPECT_EQ(image.at("fw_size"), application.size());
  EXPECT_EQ(image.at("fw_sha256"), json::value(hex(crypto::sha256(application))));
  EXPECT_EQ(image.at("fw_chunk_size"), 65'536);
  EXPECT_EQ(image.at("fw_chunks").as_array().size(), 2u);
  const crypto::Digest first = crypto::sha256(Bytes{application}.first(fota_chunk_bytes));
  EXPECT_EQ(image.at("fw_chunks").at(0), json::value(hex(Bytes{first}.first(16))));

  const ImageAt at = fota.image(who, fmw.str(), "2", 1).value();
  EXPECT_EQ(at.size, application.size());
  EXPECT_EQ(at.path, images.path(crypto::sha256(application)));
  m.clock.advance(Seconds{2});
  say("_fota_status", about(R"(,"progress":"downloading","percent":[0,40.7])"));
  EXPECT_EQ(last().percent, (std::array<unsigned, 2>{0, 40}));
  EXPECT_EQ(last().progress_at, noon_for_test + Seconds{2});

  say("@fota", about(R"(,"result":"success","msg":"")"));
  EXPECT_EQ(last().status, UpdateStatus::done);
  EXPECT_EQ(last().finished_at, noon_for_test + Seconds{2});
  EXPECT_EQ(expected(), "null");
  EXPECT_TRUE(fails_with(fota.image(who, fmw.str(), "2", 1), Errc::forbidden)) << "it has it";
  say("@fota", about(R"(,"result":"fail","msg":"late")"));
  EXPECT_EQ(last().status, UpdateStatus::done) << "delivery is at least once, the result is recorded once";
}

TEST_F(FotaTest, ADeviceThatFailsSaysWhy) {
  ASSERT_TRUE(is_well(schedule()));
  say("@fota", about(R"(,"result":"fail","msg":"other")", "1"));
  EXPECT_EQ(last().status, UpdateStatus::pending) << "it is about another version";
  for (const char* odd : {"null", "7", "[]", "{}", R"({"fw_version":2})"}) say("@fota", odd);
  EXPECT_EQ(last().status, UpdateStatus::pending);
  say("@fota", R"({"fw_version":"2","result":"fail","msg":"the battery is low"})");  // as older programs say it
  EXPECT_EQ(last().status, UpdateStatus::failed);
  EXPECT_EQ(last().detail, "the battery is low");
  ASSERT_TRUE(is_well(schedule()));
  say("@fota", about(R"(,"result":"fail")"));
  EXPECT_EQ(last().detail, "the device does not say why");
  EXPECT_EQ(fota.updates(m.owner, who.device, 9).value().size(), 2u);
  ASSERT_TRUE(is_well(schedule()));
  say("@fota", R"({"error":"Job fota not supported","result":"success"})");
  EXPECT_EQ(last().status, UpdateStatus::failed) << "it knows nothing of updates";
  EXPECT_EQ(last().detail, "Job fota not supported");
}

TEST_F(FotaTest, ADeviceGetsNothingElse) {
  EXPECT_TRUE(info().contains("error")) << "nothing is scheduled";
  EXPECT_TRUE(fails_with(fota.image(who, fmw.str(), "2", 1), Errc::forbidden));
  ASSERT_TRUE(is_well(schedule()));
  EXPECT_FALSE(info().contains("error"));
  EXPECT_TRUE(info("1").contains("error"));
  EXPECT_FALSE(info("1").contains("fw_url"));
  EXPECT_TRUE(
      parse_json_object(say("#fota_info", "null").at(0).payload).value().at("value").as_object().contains("error"));
  for (const auto& [firmware, version] :
       {std::pair{fmw.str(), "1"}, {fmw.str(), "3"}, {"fmw-000000000000", "2"}, {"../..", "2"}, {"", ""}}) {
    const auto refused = fota.image(who, firmware, version, 1);
    ASSERT_TRUE(fails_with(refused, Errc::forbidden));
    EXPECT_EQ(refused.error().what, "it is not being updated to that") << "whether it is there or not";
  }
  EXPECT_TRUE(fails_with(fota.image(who, fmw.str(), "2", 0), Errc::not_found)) << "the version has no OS";
  EXPECT_TRUE(fails_with(fota.image(who, fmw.str(), "2", 7), Errc::not_found));
  const Admission other = m.admitted("lamp", "sn0123AAAAAAAAAAAA02");
  EXPECT_TRUE(fails_with(fota.image(other, fmw.str(), "2", 1), Errc::forbidden));
  images.all.clear();
  EXPECT_TRUE(fails_with(fota.image(who, fmw.str(), "2", 1), Errc::not_found)) << "its file is lost";
}

TEST_F(FotaTest, TheNextUpdateOrAPersonEndsTheFormer) {
  const Update first = schedule("1").value();
  const Update second = schedule("2").value();
  EXPECT_EQ(fota.updates(m.owner, who.device, 9).value().at(1).status, UpdateStatus::cancelled);
  EXPECT_EQ(fota.updates(m.owner, who.device, 9).value().at(1).detail, "replaced by " + second.id.str());
  EXPECT_NE(expected().find(R"("fw_version":"2")"), std::string::npos);
  EXPECT_EQ(fota.cancel(m.owner, who.device).value().id, second.id);
  EXPECT_EQ(last().detail, std::string{"by "} + email_for_test);
  EXPECT_EQ(expected(), "null");
  EXPECT_TRUE(fails_with(fota.image(who, fmw.str(), "2", 1), Errc::forbidden));
  EXPECT_TRUE(fails_with(fota.cancel(m.owner, who.device), Errc::conflict));
  for (std::size_t i = 0; i < updates_kept_max + 2; ++i) ASSERT_TRUE(is_well(schedule("1")));
  EXPECT_EQ(fota.updates(m.owner, who.device, updates_page_max).value().size(), updates_kept_max + 1);
  EXPECT_TRUE(fails_with(fota.updates(m.owner, who.device, updates_page_max + 1), Errc::too_large));
}

TEST_F(FotaTest, FleetsAreUpdatedAllOrNone) {
  const Device lamp = m.make_device("lamp");
  const auto made = fota.schedule_all(m.owner, m.workspace.id, {}, fmw, "2").value();
  EXPECT_EQ(made.size(), 2u);
  EXPECT_EQ(m.told.size(), 2u);
  EXPECT_EQ(fota.last(m.owner, lamp.id).value().status, UpdateStatus::pending);
  EXPECT_TRUE(fails_with(fota.schedule_all(m.owner, m.workspace.id, {}, fmw, "3"), Errc::not_found));
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(fota.schedule_all(m.owner, m.workspace.id, {}, fmw, "1"), Errc::exhausted));
  EXPECT_EQ(fota.last(m.owner, lamp.id).value().version, "2");
}

TEST_F(FotaTest, WhatADeviceSaysIsHeldToItsLimits) {
  ASSERT_TRUE(is_well(schedule()));
  const std::string longest(fota_progress_bytes_max + 40, 'x');
  say("_fota_status", about(R"(,"progress":")" + longest + R"(","percent":[-5,900,7,"x"])"));
  EXPECT_EQ(last().progress.size(), fota_progress_bytes_max);
  EXPECT_EQ(last().percent, (std::array<unsigned, 2>{0, 100}));
  say("_fota_status", "null");
  EXPECT_EQ(last().percent[1], 100u) << "it clears its own word alone";
  say("@fota", about(R"(,"result":"fail","msg":")" + std::string(9000, 'y') + "\""));
  EXPECT_LT(last().detail.size(), 600u);
}

TEST_F(FotaTest, AStrangerMayNothingAndAForeignFirmwareIsNotThere) {
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(fota.schedule(eve, who.device, fmw, "2"), Errc::not_found));
  EXPECT_TRUE(fails_with(fota.last(eve, who.device), Errc::not_found));
  EXPECT_TRUE(fails_with(fota.cancel(eve, who.device), Errc::not_found));
  EXPECT_TRUE(fails_with(fota.schedule(eve, m.strangers.pump.id, fmw, "2"), Errc::not_found)) << "her device, not hers";
  EXPECT_TRUE(fails_with(fota.schedule_all(eve, m.workspace.id, {}, fmw, "2"), Errc::not_found));
  EXPECT_TRUE(fails_with(fota.last(m.owner, who.device), Errc::not_found)) << "it was never asked";
}

}  // namespace
}  // namespace signet::fleet
