#include "agent/agent_scene_for_test.h"

namespace signet::agent {
namespace {

class OrdersTest : public AgentTest {
 protected:
  void order(const std::string& name, std::int64_t version, const std::string& args = R"({"n":3})") {
    say(R"({"version":)" + std::to_string(version) + R"(,"key":"@)" + name + R"(","value":{"args":)" + args +
        R"(,"on_schedule":""}})");
    deliver();
  }
  void tell_status(const std::string& expected) {
    say(R"({"version":9,"key":"#status","value":{"current":null,"expected":)" + expected + "}}");
    deliver();
  }
  void answer_job(const std::string& name, std::int64_t version, const std::string& result) {
    ASSERT_TRUE(agent->answer(name, version, result, now()));
    perform();
  }
  void reconnect() {
    cut_connection();
    advance(backoff_cap);
    heard.clear();
    bring_up();
  }
  std::vector<std::string> said(const std::string& key) const {
    std::vector<std::string> out;
    for (const auto& one : heard) {
      if (one.payload.starts_with(R"({"key":")" + key + '"')) out.push_back(one.payload);
    }
    return out;
  }
  std::vector<std::string> jobs() const {
    std::vector<std::string> out;
    for (const Order& one : orders) {
      if (const auto* job = std::get_if<JobOrdered>(&one)) {
        out.push_back(job->name + " " + std::to_string(job->version) + " " + job->args);
      }
    }
    return out;
  }
  using Lines = std::vector<std::string>;
};

TEST_F(OrdersTest, AJobIsHandedOutAndItsAnswerTold) {
  boot();
  bring_up();
  order("blink", 5);
  EXPECT_EQ(jobs(), Lines{R"(blink 5 {"n":3})"});
  answer_job("blink", 5, R"({"blinked":3})");
  EXPECT_EQ(said("@blink"), Lines{R"({"key":"@blink","value":{"blinked":3},"version":5})"});
  EXPECT_EQ(told_keys, Lines{"@blink"});
}

TEST_F(OrdersTest, TheCaThatWillFollowIsHandedOn) {
  boot();
  bring_up();
  tell_status(R"({"#ca":{"t":5,"v":{"ca":"PEM"}}})");
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(std::get<SuccessorTold>(orders[0]).value, R"({"ca":"PEM"})");
}

TEST_F(OrdersTest, AJobIsDoneOnceHoweverOftenItIsTold) {
  boot();
  bring_up();
  order("blink", 5);
  order("blink", 5);
  tell_status(R"({"@blink":{"t":5,"v":{"args":{"n":3},"on_schedule":""}}})");
  EXPECT_EQ(jobs().size(), 1u);
  answer_job("blink", 5, "1");
  answer_job("blink", 5, "2");
  EXPECT_EQ(said("@blink").size(), 1u) << "its first answer counts";
  order("blink", 5);
  EXPECT_EQ(jobs().size(), 1u);
  EXPECT_EQ(said("@blink"), (Lines{2, R"({"key":"@blink","value":1,"version":5})"})) << "the manager had lost it";
  order("blink", 6);
  EXPECT_EQ(jobs().size(), 2u) << "another order";
}

TEST_F(OrdersTest, WhatWasOrderedWhileNobodyListenedIsFoundInTheStatus) {
  boot();
  bring_up();
  tell_status(R"({"@blink":{"t":5,"v":{"args":null,"on_schedule":""}},"@reset":{"t":6,"v":{"args":{}}}})");
  EXPECT_EQ(jobs(), Lines{"blink 5 null"});
  EXPECT_EQ(said("@reset").size(), 1u);
}

TEST_F(OrdersTest, AnAnswerThatWasCutOffIsToldAgain) {
  boot();
  bring_up();
  order("blink", 5);
  control_answer.reset();
  answer_job("blink", 5, "1");
  reconnect();
  tell_status(R"({"@blink":{"t":5,"v":{"args":{"n":3}}}})");
  EXPECT_EQ(jobs().size(), 1u);
  EXPECT_EQ(said("@blink"), Lines{R"({"key":"@blink","value":1,"version":5})"});
  EXPECT_EQ(said("#status").size(), 1u);
  EXPECT_TRUE(told_keys.empty());
  for (const Heard& one : heard) server->acknowledge(one.packet_id);
  deliver();
  EXPECT_EQ(told_keys, Lines{"@blink"});
  EXPECT_NE(heard[0].payload.find("#status"), std::string::npos) << "first of all";
}

TEST_F(OrdersTest, AnAnswerThatTheManagerPostponesIsKept) {
  boot();
  bring_up();
  order("blink", 5);
  control_answer = mqtt::ReasonCode::quota_exceeded;
  answer_job("blink", 5, "1");
  control_answer = mqtt::ReasonCode::success;
  EXPECT_TRUE(told_keys.empty());
  advance(backoff_base + backoff_base);
  EXPECT_EQ(said("@blink").size(), 2u);
  EXPECT_EQ(told_keys, Lines{"@blink"});
  control_answer = mqtt::ReasonCode::payload_format_invalid;
  order("blink", 6);
  answer_job("blink", 6, "1");
  EXPECT_EQ(notes.back().rfind("agent.control_refused @blink", 0), 0u) << notes.back();
}

TEST_F(OrdersTest, TheAnswerToAnEarlierOrderIsNotTakenForALaterOnes) {
  boot();
  bring_up();
  order("blink", 5);
  order("blink", 6, "4");
  EXPECT_EQ(jobs(), (Lines{R"(blink 5 {"n":3})", "blink 6 4"}));
  answer_job("blink", 5, "1");
  EXPECT_TRUE(said("@blink").empty());
  answer_job("blink", 6, "2");
  EXPECT_EQ(said("@blink"), Lines{R"({"key":"@blink","value":2,"version":6})"});
}

TEST_F(OrdersTest, AnUnknownJobIsAnsweredWithAnError) {
  boot();
  bring_up();
  order("dance", 5);
  EXPECT_TRUE(jobs().empty());
  EXPECT_EQ(said("@dance"), Lines{R"({"key":"@dance","value":{"error":"Job dance not supported"},"version":5})"});
}

TEST_F(OrdersTest, ResetIsAnsweredBeforeItIsDone) {
  boot();
  bring_up();
  control_answer.reset();
  order("reset", 5);
  EXPECT_EQ(said("@reset"), Lines{R"({"key":"@reset","value":"resetting device...","version":5})"});
  EXPECT_TRUE(orders.empty()) << "the manager does not know yet: it would order it again";
  control_answer = mqtt::ReasonCode::success;
  reconnect();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<ResetOrdered>(orders[0]));
  order("reset", 5);
  EXPECT_EQ(said("@reset").size(), 2u);
}

TEST_F(OrdersTest, JobsHaveLimitsOfNumberAndSize) {
  program.jobs.clear();
  for (std::size_t i = 0; i <= jobs_running_max; ++i) program.jobs.push_back("job" + std::to_string(i));
  boot();
  bring_up();
  const auto args_of = [](std::size_t size) { return '"' + std::string(size - 2, 'a') + '"'; };
  order("job0", 1, args_of(job_args_bytes_max + 1));
  EXPECT_NE(said("@job0").at(0).find(R"({"error":"its arguments have more than 16384 bytes"})"), std::string::npos);
  order("job0", 2, args_of(job_args_bytes_max));
  for (std::size_t i = 1; i <= jobs_running_max; ++i) order("job" + std::to_string(i), 1);
  EXPECT_EQ(jobs().size(), jobs_running_max);
  const std::string last = "@job" + std::to_string(jobs_running_max);
  EXPECT_NE(said(last).at(0).find(R"({"error":"32 jobs wait on the device already"})"), std::string::npos);
  EXPECT_EQ(agent->answer("job1", 1, args_of(job_answer_bytes_max + 1), now()).error().code, Errc::too_large);
  answer_job("job1", 1, args_of(job_answer_bytes_max));
  EXPECT_EQ(said("@job1").size(), 1u);
}

TEST_F(OrdersTest, AVariableIsWishedOnceAndConfirmedWithItsVersion) {
  program.variables = {"speed"};
  boot();
  bring_up();
  say(R"({"version":7,"key":"speed","value":1200})");
  say(R"({"version":8,"key":"unknown","value":1})");
  deliver();
  tell_status(R"({"speed":{"t":7,"v":1200}})");
  ASSERT_EQ(orders.size(), 1u);
  const auto& wish = std::get<VariableWished>(orders[0]);
  EXPECT_EQ(wish.name + " " + wish.value, "speed 1200");
  ASSERT_TRUE(agent->tell("speed", "1000", now(), wish.version));
  perform();
  EXPECT_EQ(said("speed"), Lines{R"({"key":"speed","value":1000,"version":7})"});
  tell_status(R"({"speed":{"t":9,"v":)" + std::string(control_bytes_max + 1, '1') + "}}");
  EXPECT_EQ(orders.size(), 1u) << "too large";
  agent->set_program(program, now());  // the program has begun anew: it does not know what was wished
  perform();
  EXPECT_EQ(said("#status").size(), 2u);
  tell_status(R"({"speed":{"t":7,"v":1200}})");
  EXPECT_EQ(orders.size(), 2u);
}

TEST_F(OrdersTest, TheStatusOfAFullTwinIsTakenWhole) {
  boot();
  bring_up();
  const std::string entry = R"("@blink":{"t":5,"v":{"args":1}})";
  tell_status("{" + entry + R"(,"other":{"t":1,"v":")" + std::string(message_bytes_max - 200, 'x') + R"("}})");
  EXPECT_EQ(jobs(), Lines{"blink 5 1"});
  const std::string larger(message_bytes_max, ' ');
  EXPECT_EQ(server->publish(mqtt::Qos::at_least_once, "j/dn/" + client_id, bytes_of(larger)).error().code,
            Errc::too_large)
      << "a manager was told so";
}

TEST_F(OrdersTest, AnUpdateIsHandedOnAsItIs) {
  boot();
  bring_up();
  const std::string wanted = R"({"fw_id":"fmw-1","fw_version":"2.0.0","on_schedule":""})";
  tell_status(R"({"@fota":{"t":5,"v":)" + wanted + "}}");
  say(R"({"version":6,"key":"#fota_info","value":{"fw_id":"fmw-1"}})");
  deliver();
  ASSERT_EQ(orders.size(), 2u);
  const auto& fota = std::get<UpdateTold>(orders[0]);
  EXPECT_EQ(fota.key + " " + std::to_string(fota.version) + " " + fota.value, "@fota 5 " + wanted);
  EXPECT_EQ(std::get<UpdateTold>(orders[1]).key, "#fota_info");
  ASSERT_TRUE(agent->tell("@fota", R"({"result":"fail"})", now(), 5));
  perform();
  EXPECT_EQ(told_keys, Lines{"@fota"});
}

TEST_F(OrdersTest, TheConnectionIsKeptAsTheProgramChose) {
  program.tuning = {.keepalive = Seconds{30}, .reconnect_after = backoff_cap, .time_every = Seconds{60}};
  boot();
  keepalive = 30;
  bring_up();
  for (int i = 0; i < 3; ++i) advance(Seconds{20});
  EXPECT_EQ(said("#now").size(), 2u);
  Micros longest{};
  for (int i = 0; i < 8; ++i) {
    cut_connection();
    longest = std::max<Micros>(longest, *agent->deadline() - clock.monotonic());
    advance(backoff_cap);
    bring_up();
    advance(stable_after);
  }
  EXPECT_GT(longest, backoff_base) << "the first wait";
}

TEST_F(OrdersTest, ItsFirmwareStandsInTheStatus) {
  boot();
  bring_up();
  agent->set_firmware("testing-fmw-1:2.0.0", now());
  agent->set_firmware("testing-fmw-1:2.0.0", now());
  perform();
  EXPECT_EQ(said("#status"), (Lines{R"({"key":"#status","value":{"firmware":"Factory"}})",
                                    R"({"key":"#status","value":{"firmware":"testing-fmw-1:2.0.0"}})"}));
}

TEST_F(OrdersTest, OpenConditionsAreToldInOrderAndAskedFor) {
  program.conditions = {"door"};
  boot();
  EXPECT_TRUE(agent->tell("condition", R"({"uuid":"1"})", now()));
  EXPECT_TRUE(agent->tell("condition", R"({"uuid":"2"})", now()));
  bring_up();
  EXPECT_EQ(said("condition"),
            (Lines{R"({"key":"condition","value":{"uuid":"1"}})", R"({"key":"condition","value":{"uuid":"2"}})"}));
  EXPECT_EQ(said("__manifest"), Lines{R"({"key":"__manifest","value":{"jobs":["blink"],"conditions":["door"]}})"});
  say(R"({"version":6,"key":"#conditions","value":{"1":{"tag":"door"}}})");
  deliver();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(std::get<ConditionsTold>(orders[0]).open, R"({"1":{"tag":"door"}})");
  say(R"({"version":6,"key":"#conditions","value":{"1":")" + std::string(conditions_bytes_max, 'x') + R"("}})");
  deliver();
  EXPECT_EQ(orders.size(), 1u) << "too large";
}

TEST_F(OrdersTest, AnotherDeviceDoesNotHearWhatTheFormerHadToSay) {
  boot();
  EXPECT_TRUE(agent->tell("speed", "1", now()));
  agent->stop(now());
  perform();
  agent->start("dev-000000000002", program, now());
  perform();
  bring_up();
  EXPECT_EQ(client_id, "dev-000000000002");
  EXPECT_TRUE(said("speed").empty());
}

TEST(ControlQueue, HasLimits) {
  ControlQueue queue;
  EXPECT_TRUE(queue.add({std::string(control_key_bytes_max, 'k'), std::string(control_bytes_max, '1'), {}, true}));
  EXPECT_EQ(queue.add({std::string(control_key_bytes_max + 1, 'k'), "1", {}, true}).error().code, Errc::too_large);
  EXPECT_EQ(queue.add({"k", std::string(control_bytes_max + 1, '1'), {}, true}).error().code, Errc::too_large);
  EXPECT_EQ(queue.add({"", "1", {}, true}).error().code, Errc::too_large);
  for (std::size_t i = 1; i < controls_max; ++i) ASSERT_TRUE(queue.add({"condition", "{}", {}, true}));
  EXPECT_EQ(queue.add({"condition", "{}", {}, true}).error().code, Errc::exhausted);
  EXPECT_TRUE(queue.add({std::string(control_key_bytes_max, 'k'), "2", {}, true})) << "in the place of the former";
}

}  // namespace
}  // namespace signet::agent
