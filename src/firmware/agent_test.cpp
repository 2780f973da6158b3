#include "firmware/played_board_for_test.h"

#include <signet/agent.h>

#include <atomic>

namespace signet::firmware {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

template <class Thrown, class Action>
std::string thrown_by(Action action) {
  try {
    action();
  } catch (const Thrown& error) {
    return error.what();
  }
  return "(nothing)";
}

std::string member(const json::object& object, const char* name) { return json::serialize(object.at(name)); }

TEST(FirmwareAgent, TellsTheBoardWhatItCanDoAndGoesOnline) {
  PlayedBoard_for_test board;
  Agent agent{{.jobs = {{"blink", [](Agent&, const json::value&) { return json::value(1); }}},
               .variables = {{"speed", [](Agent&, const json::value&) { return std::nullopt; }}},
               .conditions = {"door"},
               .tuning = {.keepalive = seconds{30}, .set_clock_every = seconds{60}}}};
  agent.start(milliseconds{1500});
  const json::object asked = board.asked("agent.start");
  EXPECT_EQ(member(asked, "jobs") + member(asked, "variables") + member(asked, "conditions"),
            R"(["blink"]["speed"]["door"])");
  EXPECT_EQ(member(asked, "fota") + member(asked, "connection") + member(asked, "reset") + member(asked, "wait"),
            "falsefalsefalse1500");
  EXPECT_EQ(member(asked, "keepalive") + member(asked, "reconnect_after"), "305000");
  EXPECT_EQ(member(asked, "network_timeout") + member(asked, "set_clock_every"), "6000060");

  board.answer("agent.state", {{"online", true}, {"connected", true}, {"has_time", false}, {"firmware", "Factory"}});
  EXPECT_TRUE(agent.online());
  EXPECT_TRUE(agent.connected());
  EXPECT_FALSE(agent.has_time());
  EXPECT_EQ(agent.firmware(), "Factory");
}

TEST(FirmwareAgent, RefusesAJobWithoutAFunctionAndATimeThatTheBoardRefuses) {
  PlayedBoard_for_test board;
  Agent agent{{.jobs = {{"blink", nullptr}}}};
  EXPECT_EQ(thrown_by<std::invalid_argument>([&] { agent.start(); }), "\"blink\" has no function");
  Agent other{{.tuning = {.keepalive = seconds{1}}}};
  board.refuse("agent.start", Errc::malformed, "keepalive is 5 to 600 s");
  EXPECT_EQ(thrown_by<std::invalid_argument>([&] { other.start(); }), "keepalive is 5 to 600 s");
}

TEST(FirmwareAgent, PublishesUnderATag) {
  PlayedBoard_for_test board;
  Agent agent;
  agent.publish({{"a", 1.5}, {"b", {true, nullptr, "x"}}});
  agent.publish({}, "room/1", milliseconds{50});
  const json::object one = board.asked("agent.publish");
  EXPECT_EQ(member(one, "payload"), R"("{\"a\":1.5E0,\"b\":[true,null,\"x\"]}")");
  EXPECT_EQ(member(one, "tag") + member(one, "timeout"), "\"default\"0");
  const json::object two = board.asked("agent.publish", 1);
  EXPECT_EQ(member(two, "payload") + member(two, "tag") + member(two, "timeout"), "\"{}\"\"room/1\"50");
}

TEST(FirmwareAgent, EachRefusalOfAReadingHasItsException) {
  PlayedBoard_for_test board;
  Agent agent;
  const auto refused = [&](Errc code) { board.refuse("agent.publish", code); };
  refused(Errc::exhausted);
  EXPECT_THROW(agent.publish({}), OutboxFull);
  refused(Errc::unavailable);
  EXPECT_THROW(agent.publish({}, "t", seconds{1}), MQTTPublishTimeout);
  refused(Errc::too_large);
  EXPECT_THROW(agent.publish({}), std::invalid_argument);
  refused(Errc::forbidden);
  EXPECT_EQ(thrown_by<Refused>([&] { agent.publish({}); }), "why");
  const std::size_t before = board.count("agent.publish");
  EXPECT_THROW(agent.publish({{"deep", {{"x", std::numeric_limits<double>::quiet_NaN()}}}}), std::invalid_argument);
  EXPECT_THROW(agent.publish({{"x", json::array{HUGE_VAL}}}), std::invalid_argument);
  EXPECT_EQ(board.count("agent.publish"), before) << "no board is asked to judge those";
  agent.publish({});
}

json::object job(const char* name, json::value args, std::int64_t version = 7) {
  return {{"event", "job"}, {"name", name}, {"version", version}, {"args", std::move(args)}};
}

TEST(FirmwareAgent, WhatAJobReturnsIsItsAnswerAndWhatItThrowsItsFailure) {
  PlayedBoard_for_test board;
  Agent agent{{.jobs = {
                   {"twice", [](Agent&, const json::value& args) { return args.at("n").as_int64() * 2; }},
                   {"fail", [](Agent&, const json::value&) -> json::value { throw std::runtime_error{"no lamp"}; }},
                   {"odd", [](Agent&, const json::value&) -> json::value { throw 42; }},
                   {"infinite", [](Agent&, const json::value&) -> json::value { return HUGE_VAL; }},
                   {"args", [](Agent&, const json::value& args) { return args; }},
               }}};
  agent.start();
  board.give(job("twice", {{"n", 21}}));
  board.give(job("fail", nullptr));
  board.give(job("odd", nullptr));
  board.give(job("infinite", nullptr));
  board.give(job("unknown", nullptr));
  board.give(job("args", nullptr));
  board.give(job("twice", {{"n", "x"}}, 8));
  const auto result = [&](std::size_t nth) { return member(board.asked("agent.answer", nth), "result"); };
  EXPECT_EQ(json::serialize(board.asked("agent.answer")),
            R"({"name":"twice","version":7,"result":"42","do":"agent.answer"})");
  EXPECT_EQ(result(1), R"("{\"error\":\"no lamp\"}")");
  EXPECT_EQ(result(2), R"("{\"error\":\"an exception that is no std::exception\"}")");
  EXPECT_NE(result(3).find("no infinite number"), std::string::npos);
  EXPECT_NE(result(4).find("error"), std::string::npos);
  EXPECT_EQ(result(5), R"("{}")") << "no arguments are an empty object";
  EXPECT_NE(result(6).find("error"), std::string::npos) << "an argument of another type is the manager's mistake";
}

TEST(FirmwareAgent, AnAnswerThatTheBoardDoesNotTakeFailsTheJob) {
  PlayedBoard_for_test board;
  Agent agent{{.jobs = {{"long", [](Agent&, const json::value&) { return json::value(std::string(9000, 'x')); }}}}};
  agent.start();
  board.refuse("agent.answer", Errc::too_large, "over 8192 bytes");
  board.give(job("long", nullptr));
  EXPECT_EQ(member(board.asked("agent.answer", 1), "result"), R"("{\"error\":\"over 8192 bytes\"}")");
}

TEST(FirmwareAgent, AVariableBecomesWhatItsFunctionMadeOfTheWish) {
  PlayedBoard_for_test board;
  Agent agent{
      {.variables = {
           {"speed", [](Agent&, const json::value& wish) { return std::min<std::int64_t>(wish.as_int64(), 3000); }},
           {"name", [](Agent&, const json::value&) { return std::nullopt; }},
           {"bad", [](Agent&, const json::value&) -> std::optional<json::value> { throw std::bad_alloc{}; }},
       }}};
  agent.start();
  const auto wish = [&](const char* name, json::value value) {
    board.give({{"event", "variable"}, {"name", name}, {"version", 5}, {"value", std::move(value)}});
  };
  wish("bad", 1);
  wish("speed", 9000);
  wish("name", "ann");
  EXPECT_EQ(json::serialize(board.asked("agent.variable")),
            R"({"name":"speed","value":"3000","version":5,"do":"agent.variable"})");
  EXPECT_EQ(member(board.asked("agent.variable", 1), "value"), R"("\"ann\"")");
  EXPECT_EQ(board.count("agent.variable"), 2u) << "the wish that it could not fulfil stays";
  agent.set_variable("height", 2);
  EXPECT_EQ(json::serialize(board.asked("agent.variable", 2)),
            R"({"name":"height","value":"2","do":"agent.variable"})");
}

TEST(FirmwareAgent, AConditionIsOpenedAndClosedOnce) {
  PlayedBoard_for_test board;
  board.answer("agent.state", {{"time", "2026-11-23T01:02:03Z"}});
  Agent agent{{.conditions = {"door"}}};
  Condition door = agent.new_condition("door");
  EXPECT_THROW(agent.new_condition("window"), std::invalid_argument);
  EXPECT_THROW(door.close(), std::invalid_argument);
  door.open({{"by", "ann"}});
  EXPECT_TRUE(door.is_open());
  EXPECT_EQ(door.id().size(), 20u);
  EXPECT_EQ(member(board.asked("agent.condition"), "value"),
            json::serialize(json::value(R"({"uuid":")" + door.id() +
                                        R"(","tag":"door","payload":{"by":"ann"},"start":"2026-11-23T01:02:03Z"})")));
  EXPECT_THROW(door.open(), std::invalid_argument);
  door.close({}, "2026-11-23T02:00:00Z");
  EXPECT_EQ(door.finish(), "2026-11-23T02:00:00Z");
  EXPECT_NE(member(board.asked("agent.condition", 1), "value").find(R"(\"payloadf\":{})"), std::string::npos);
  EXPECT_FALSE(door.is_open());
  const std::string first = door.id();
  door.reset();
  board.answer("agent.state", {{"time", nullptr}});
  door.open();
  EXPECT_NE(door.id(), first);
  EXPECT_EQ(door.start(), "") << "nobody knows the time: the manager decides";
  EXPECT_TRUE(door.is_open());
}

TEST(FirmwareAgent, ConditionsThatWereOpenCanBeClosedAfterARestart) {
  PlayedBoard_for_test board;
  Agent agent{{.conditions = {"door"}, .on_conditions = [](Agent&, std::vector<Condition> found) {
                 for (Condition& one : found) one.close({{"was", one.tag() + one.start()}}, "T");
               }}};
  agent.start();
  agent.request_conditions();
  board.asked("agent.conditions");
  board.give({{"event", "conditions"}, {"open", {{"u1", {{"tag", "door"}, {"start", "S"}}}}}});
  EXPECT_EQ(member(board.asked("agent.condition"), "value"),
            R"("{\"uuid\":\"u1\",\"payloadf\":{\"was\":\"doorS\"},\"finish\":\"T\"}")");
}

TEST(FirmwareAgent, OnFotaRefusesWithItsReason) {
  PlayedBoard_for_test board;
  std::string reason = "not now";
  Agent agent{{.on_fota = [&](Agent&, const std::string& step, const json::value& arg) {
    if (step == "throw") throw std::runtime_error{std::string(1000, 'y')};
    return arg == "2.0" ? std::string{} : reason;
  }}};
  agent.start();
  EXPECT_EQ(member(board.asked("agent.start"), "fota"), "true");
  const auto step = [&](const char* name, const char* version) {
    board.give({{"event", "fota"}, {"step", name}, {"arg", version}});
  };
  step("check_version", "1.0");
  EXPECT_EQ(json::serialize(board.asked("agent.fota")),
            R"({"step":"check_version","refused":"not now","do":"agent.fota"})");
  step("accept", "2.0");
  EXPECT_EQ(member(board.asked("agent.fota", 1), "refused"), "\"\"");
  step("throw", "2.0");
  EXPECT_EQ(member(board.asked("agent.fota", 2), "refused").size(), 256u + 2);
}

TEST(FirmwareAgent, HearsOfTheConnectionAndSurvivesWhatItsFunctionsThrow) {
  PlayedBoard_for_test board;
  std::atomic<int> heard{0};
  Agent agent{{.on_connection = [&](Agent& self, bool online) {
    heard += online ? 1 : 100;
    if (!online) throw std::runtime_error{"offline"};
    self.publish({{"heard", heard.load()}});
  }}};
  agent.start();
  EXPECT_EQ(member(board.asked("agent.start"), "connection"), "true");
  board.give({{"event", "connection"}, {"online", false}});
  board.give({{"event", nullptr}});
  board.give({{"event", "of a later release"}});
  board.give({{"event", "connection"}});
  board.give({{"event", "connection"}, {"online", true}});
  EXPECT_EQ(member(board.asked("agent.publish"), "payload"), R"("{\"heard\":101}")");
}

TEST(FirmwareAgent, PutsAwayWhatItHasBeforeTheBoardStartsAnewAndResetsItWhateverComesOfThat) {
  PlayedBoard_for_test board;
  Agent agent{{.on_reset = [&](Agent& self) {
    self.publish({{"lamp", "off"}});
    throw std::runtime_error{"no lamp"};
  }}};
  agent.start();
  EXPECT_EQ(member(board.asked("agent.start"), "reset"), "true");
  board.give({{"event", "reset"}});
  board.asked("agent.reset");
  board.asked("agent.publish");
}

TEST(FirmwareAgent, AnswersNothingMoreOnceItIsGone) {
  PlayedBoard_for_test board;
  std::atomic<int> runs{0};
  {
    Agent agent{{.jobs = {{"blink", [&](Agent&, const json::value&) { return json::value(++runs); }}}}};
    agent.start();
    board.give(job("blink", nullptr));
    board.asked("agent.answer");
    board.asked("agent.next", 1);
  }
  board.give(job("blink", nullptr));
  board.go();
  EXPECT_EQ(runs, 1);
}

TEST(FirmwareAgent, SaysWhenTheBoardHasGone) {
  PlayedBoard_for_test board;
  Agent agent;
  board.go();
  EXPECT_EQ(thrown_by<Refused>([&] { agent.publish({}); }), "the board has gone");
}

}  // namespace
}  // namespace signet::firmware
