#include "base/json.h"
#include "fleet/manager_for_test.h"

namespace signet::fleet {
namespace {

struct JobTest : testing::Test {
  JobTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  }
  Result<Job> schedule(const std::string& name, const std::string& value = "null") {
    return m.fleet.schedule_job(m.owner, who.device, {.name = name, .value = value});
  }
  Job job(std::string_view name) { return m.fleet.job(m.owner, who.device, name).value(); }
  void say(const std::string& payload) { EXPECT_TRUE(is_well(m.fleet.heard(who, payload))); }
  std::string expected() {
    const auto answers = m.fleet.heard(who, R"({"key":"#status","value":{}})").value();
    const json::object answer = parse_json_object(answers.at(0).payload).value();
    return json::serialize(answer.at("value").at("expected"));
  }
  void pass(Seconds time) {
    m.clock.advance(time);
    EXPECT_TRUE(is_well(m.fleet.tend_jobs()));
  }
  Manager_for_test m;
  Admission who;
  const std::string now = std::to_string(epoch_millis(noon_for_test));
  const std::string order = R"({"args":{"n":3},"on_schedule":""})";
};

TEST_F(JobTest, IsToldAtOnceStandsInTheTwinAndEndsWithTheAnswer) {
  ASSERT_TRUE(is_well(schedule("blink", R"({"n":3})")));
  EXPECT_EQ(m.told, std::vector<std::string>{R"({"version":)" + now + R"(,"key":"@blink","value":)" + order + "}"});
  EXPECT_EQ(expected(), R"({"@blink":{"t":)" + now + R"(,"v":)" + order + "}}");
  EXPECT_EQ(job("blink").status, JobStatus::pending);
  EXPECT_EQ(m.last_audit().action, "job.schedule");

  m.clock.advance(Seconds{2});
  say(R"({"key":"@blink","value":{"blinked":3}})");
  EXPECT_EQ(job("blink").status, JobStatus::done);
  EXPECT_EQ(job("blink").result, R"({"blinked":3})");
  EXPECT_EQ(job("blink").finished_at, noon_for_test + Seconds{2});
  EXPECT_EQ(expected(), "null");
  EXPECT_EQ(m.fleet.twin(m.owner, who.device).value().current.at(0).key, "@blink");

  say(R"({"key":"@blink","value":"again"})");
  EXPECT_EQ(job("blink").result, R"({"blinked":3})") << "delivery is at least once, the result is recorded once";
}

TEST_F(JobTest, AFailureIsToldAgainAsOftenAsAskedFor) {
  ASSERT_TRUE(
      is_well(m.fleet.schedule_job(m.owner, who.device, {.name = "blink", .retries = 1, .retry_after = Seconds{30}})));
  say(R"({"key":"@blink","value":{"error":"no lamp"}})");
  EXPECT_EQ(job("blink").status, JobStatus::pending);
  EXPECT_EQ(expected(), "null") << "it waits";
  pass(Seconds{29});
  EXPECT_EQ(m.told.size(), 1u);
  pass(Seconds{1});
  EXPECT_EQ(m.told.size(), 2u);
  say(R"({"key":"@blink","value":{"error":"still no lamp"}})");
  EXPECT_EQ(job("blink").status, JobStatus::failed);
  EXPECT_EQ(job("blink").detail, "still no lamp");
}

TEST_F(JobTest, TheLastOrderOfANameCounts) {
  const Job first = schedule("blink", "1").value();
  const Job second = schedule("blink", "2").value();
  EXPECT_EQ(job(first.id.str()).status, JobStatus::cancelled);
  EXPECT_EQ(job(first.id.str()).detail, "replaced by " + second.id.str());
  const auto version_of = [&](const std::string& told) {
    return parse_json_object(told).value().at("version").as_int64();
  };
  const std::int64_t old = version_of(m.told.at(0));
  EXPECT_LT(old, version_of(m.told.at(1))) << "within the same millisecond";
  say(R"({"key":"@blink","value":"old","version":)" + std::to_string(old) + "}");
  EXPECT_EQ(job("blink").status, JobStatus::pending) << "that was the answer to the first";
  say(R"({"key":"@blink","value":"new","version":)" + std::to_string(version_of(m.told.at(1))) + "}");
  EXPECT_EQ(job("blink").result, R"("new")");
}

TEST_F(JobTest, WaitsForItsTimeAndEndsAtItsEnd) {
  JobOrder order{.name = "blink"};
  order.due_at = noon_for_test + Seconds{60};
  order.expires_in = Seconds{10};
  ASSERT_TRUE(is_well(m.fleet.schedule_job(m.owner, who.device, order)));
  EXPECT_EQ(expected(), "null");
  say(R"({"key":"@blink","value":"not asked yet"})");
  pass(Seconds{60});
  EXPECT_NE(expected(), "null");
  EXPECT_EQ(m.told.size(), 1u);
  pass(Seconds{10});
  EXPECT_EQ(expected(), "null");
  EXPECT_EQ(job("blink").status, JobStatus::expired);
  EXPECT_EQ(job("blink").detail, "the device did not answer in time");
  say(R"({"key":"@blink","value":"too late"})");
  EXPECT_EQ(job("blink").status, JobStatus::expired);
}

TEST_F(JobTest, IsCancelledWhileItIsPending) {
  ASSERT_TRUE(is_well(schedule("blink")));
  EXPECT_EQ(m.fleet.cancel_job(m.owner, who.device, "blink").value().status, JobStatus::cancelled);
  EXPECT_EQ(expected(), "null");
  EXPECT_EQ(m.last_audit().action, "job.cancel");
  EXPECT_TRUE(fails_with(m.fleet.cancel_job(m.owner, who.device, "blink"), Errc::conflict));
  EXPECT_TRUE(fails_with(m.fleet.cancel_job(m.owner, who.device, "beep"), Errc::not_found));
}

TEST_F(JobTest, AFleetIsAskedWholeOrNotAtAll) {
  const Device other = m.make_device("lamp");
  const FleetGroup roof = m.fleet.create_fleet(m.owner, m.workspace.id, "roof", "").value();
  ASSERT_TRUE(is_well(m.fleet.update_device(m.owner, m.workspace.id, other.id, {}, roof.id)));
  EXPECT_EQ(m.fleet.schedule_jobs(m.owner, m.workspace.id, {}, {.name = "blink"}).value().size(), 2u);
  const std::vector<Job> on_roof = m.fleet.schedule_jobs(m.owner, m.workspace.id, {roof.id}, {.name = "beep"}).value();
  ASSERT_EQ(on_roof.size(), 1u);
  EXPECT_EQ(on_roof[0].device, other.id);
  for (std::size_t i = 2; i < jobs_pending_max; ++i) {
    ASSERT_TRUE(is_well(m.fleet.schedule_job(m.owner, other.id, {.name = "job" + std::to_string(i)})));
  }
  EXPECT_TRUE(fails_with(m.fleet.schedule_jobs(m.owner, m.workspace.id, {}, {.name = "one-more"}), Errc::exhausted));
  EXPECT_TRUE(fails_with(m.fleet.job(m.owner, who.device, "one-more"), Errc::not_found)) << "nobody was asked";
}

TEST_F(JobTest, WhatWaitsFitsTheMessageThatTellsIt) {
  const std::string large = '"' + std::string(job_value_bytes_max - 2, 'v') + '"';
  for (std::size_t i = 0; i < jobs_pending_bytes_max / job_value_bytes_max; ++i) {
    ASSERT_TRUE(is_well(schedule("job" + std::to_string(i), large)));
  }
  EXPECT_TRUE(fails_with(schedule("more", "1"), Errc::exhausted));
  EXPECT_TRUE(is_well(schedule("job0", "1"))) << "in place of another";
  EXPECT_TRUE(is_well(schedule("more", "1")));
}

TEST_F(JobTest, SoManyDevicesAreAskedAtOnce) {
  const Device like = m.make_device("lamp");
  const auto add = [&](std::size_t count) {
    ASSERT_TRUE(is_well(m.store.change([&](Changes& to) -> Status {
      for (Device one = like; count > 0; --count) {
        one.id = m.samples.ids.next<DeviceIdKind>();
        TRY(to.add_device(one));
      }
      return {};
    })));
  };
  const auto blink = [&] { return m.fleet.schedule_jobs(m.owner, m.workspace.id, {}, {.name = "blink"}); };
  add(job_devices_max - 2);
  EXPECT_EQ(blink().value().size(), job_devices_max);
  add(1);
  EXPECT_TRUE(fails_with(blink(), Errc::too_large));
}

TEST_F(JobTest, WhatNoDeviceCouldDoIsRefused) {
  ASSERT_TRUE(
      is_well(schedule(std::string(job_name_bytes_max, 'j'), '"' + std::string(job_value_bytes_max - 2, 'v') + '"')));
  for (const std::string& name : {std::string{}, std::string(job_name_bytes_max + 1, 'j'), std::string{"a/b"},
                                  std::string{"@blink"}, std::string{"fota"}, std::string{"a b"}}) {
    EXPECT_TRUE(fails_with(schedule(name), Errc::malformed)) << name;
  }
  EXPECT_TRUE(fails_with(schedule("blink", "{"), Errc::malformed));
  EXPECT_TRUE(fails_with(schedule("blink", '"' + std::string(job_value_bytes_max, 'v') + '"'), Errc::too_large));
  JobOrder order{.name = "blink", .retries = job_retries_max};
  EXPECT_TRUE(is_well(m.fleet.schedule_job(m.owner, who.device, order)));
  order.retries = job_retries_max + 1;
  EXPECT_TRUE(fails_with(m.fleet.schedule_job(m.owner, who.device, order), Errc::malformed));
  order = {.name = "blink", .expires_in = job_time_max + Seconds{1}};
  EXPECT_TRUE(fails_with(m.fleet.schedule_job(m.owner, who.device, order), Errc::malformed));
  order = {.name = "blink", .expires_in = Seconds{-1}};
  EXPECT_TRUE(fails_with(m.fleet.schedule_job(m.owner, who.device, order), Errc::malformed));
  EXPECT_TRUE(fails_with(m.fleet.jobs(m.owner, {.device = who.device, .size = jobs_page_max + 1}), Errc::too_large));
}

TEST_F(JobTest, AValueMayBeAsDeepAsWhatCarriesIt) {
  const auto deep = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  ASSERT_TRUE(is_well(schedule("blink", deep(json_depth_max - 1))));
  EXPECT_TRUE(is_well(parse_json(m.told.at(0), json_depth_max + 1)));
  EXPECT_TRUE(is_well(m.fleet.heard(who, R"({"key":"#status","value":null})"))) << "its twin can be told";
  EXPECT_TRUE(fails_with(schedule("blink", deep(json_depth_max)), Errc::malformed));
}

TEST_F(JobTest, ALongAnswerIsNotKeptButCounts) {
  const auto answer = [&](std::size_t bytes) {
    ASSERT_TRUE(is_well(schedule("blink")));
    say(R"({"key":"@blink","value":")" + std::string(bytes - 2, 'v') + R"("})");
  };
  answer(job_result_bytes_max);
  EXPECT_EQ(job("blink").result.size(), job_result_bytes_max);
  answer(job_result_bytes_max + 1);
  EXPECT_EQ(job("blink").status, JobStatus::done);
  EXPECT_EQ(job("blink").result, "null");
  EXPECT_EQ(job("blink").detail, "its answer had 8193 bytes, too many to keep");
}

TEST_F(JobTest, ALongErrorIsCutBetweenCharacters) {
  ASSERT_TRUE(is_well(schedule("blink")));
  std::string error = "x";
  while (error.size() < 2000) error += "\xC3\xA9";
  say(R"({"key":"@blink","value":{"error":")" + error + R"("}})");
  EXPECT_EQ(job("blink").status, JobStatus::failed);
  EXPECT_TRUE(is_utf8(job("blink").detail));
  EXPECT_TRUE(error.starts_with(job("blink").detail));
  EXPECT_GT(job("blink").detail.size(), 100u);
}

TEST_F(JobTest, AreTheOwnersAlone) {
  ASSERT_TRUE(is_well(schedule("blink")));
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(m.fleet.schedule_job(eve, who.device, {.name = "blink"}), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.schedule_jobs(eve, m.workspace.id, {}, {.name = "blink"}), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.jobs(eve, {.device = who.device}), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.job(eve, who.device, "blink"), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.cancel_job(eve, who.device, "blink"), Errc::not_found));
  const Job mine = job("blink");
  EXPECT_TRUE(fails_with(m.fleet.job(m.owner, m.make_device("lamp").id, mine.id.str()), Errc::not_found))
      << "of another device";
}

TEST_F(JobTest, OldOnesAreForgotten) {
  for (std::size_t i = 0; i < jobs_kept_max + 3; ++i) {
    ASSERT_TRUE(is_well(schedule("blink")));
    say(R"({"key":"@blink","value":null})");
  }
  EXPECT_EQ(m.fleet.jobs(m.owner, {.device = who.device, .size = jobs_page_max}).value().size(), jobs_kept_max + 1);
}

TEST_F(JobTest, WhatWasNotWrittenIsNotTold) {
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(schedule("blink"), Errc::exhausted));
  EXPECT_TRUE(m.told.empty());
}

}  // namespace
}  // namespace signet::fleet
