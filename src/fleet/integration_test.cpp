#include "fleet/integration.h"

#include "base/json.h"
#include "fleet/manager_for_test.h"

namespace signet::fleet {
namespace {

Policy open_policy() {
  Policy out;
  out.check_url = [](const std::string& url) -> Status {
    if (url.starts_with("https://")) return {};
    return Error{Errc::malformed, "not https"};
  };
  return out;
}

struct IntegrationTest : testing::Test {
  IntegrationTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  }
  Integration make(IntegrationOrder order = {}) {
    if (!order.name) order.name = "sink";
    if (!order.url) order.url = "https://sink.example.org/zdm/data";
    return hooks.create(m.owner, m.workspace.id, order).value();
  }
  void say(int number, const std::string& tag = "t") {
    const std::string payload = R"({"n":)" + std::to_string(number) + "}";
    const auto reading = m.fleet.judge(who, tag, noon_for_test + Micros{number}, payload);
    ASSERT_TRUE(is_well(m.keep(std::array{reading.value()})));
  }
  std::vector<Delivery> due(std::size_t most = 8) { return hooks.due(most).value(); }
  // What is due, and what the sink answers to it.
  Delivery answer(int status) {
    const auto batches = due();
    EXPECT_EQ(batches.size(), 1u);
    if (batches.empty()) return {};
    EXPECT_TRUE(is_well(hooks.settled(batches.front(), {status, status == 0 ? "nobody answers" : ""})));
    return batches.front();
  }
  Integration now(const Integration& one) { return hooks.get(m.owner, m.workspace.id, one.id).value(); }
  static std::vector<std::int64_t> numbers(const Delivery& delivery) {
    std::vector<std::int64_t> out;
    const json::object body = parse_json_object(delivery.body).value();
    for (const json::value& line : body.at("result").as_array()) out.push_back(line.at("payload").at("n").as_int64());
    return out;
  }
  Manager_for_test m{open_policy()};
  Integrations& hooks = m.fleet.integrations();
  Admission who;
};
using Numbers = std::vector<std::int64_t>;

TEST_F(IntegrationTest, DeliversReadingsInTheDocumentedShape) {
  say(1);
  const Integration one = make({.token = "t0ken"});
  say(2);
  const Delivery batch = answer(200);
  EXPECT_EQ(batch.url, "https://sink.example.org/zdm/data");
  EXPECT_EQ(batch.token, "t0ken");
  EXPECT_EQ(batch.secret, one.secret);
  const json::object body = parse_json_object(batch.body).value();
  EXPECT_EQ(body.at("batch_id").as_string(), "data-" + one.id.str() + "-0");
  ASSERT_EQ(body.at("result").as_array().size(), 1u) << "from then on";
  const Device pump = m.fleet.device(m.owner, m.workspace.id, who.device).value();
  EXPECT_EQ(json::serialize(body.at("result").at(0)),
            R"({"id":"0","workspace_id":")" + m.workspace.id.str() + R"(","fleet_id":")" + pump.fleet.str() +
                R"(","device_id":")" + pump.id.str() +
                R"(","device_name":"pump","timestamp_device":"2026-05-28T20:26:40.000002Z",)" +
                R"("timestamp_in":"2026-05-28T20:26:40Z","tag":"t","payload":{"n":2}})");
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(now(one).delivered, 1);
  EXPECT_EQ(now(one).delivered_at, noon_for_test);
}

TEST_F(IntegrationTest, DeliversEventsInTheDocumentedShape) {
  make({.kind = OutwardKind::event});
  ASSERT_TRUE(is_well(m.connected(who, "192.0.2.7:5000")));
  ASSERT_TRUE(is_well(m.fleet.schedule_job(m.owner, who.device, {.name = "blink", .value = R"({"n":3})"})));
  ASSERT_TRUE(is_well(m.fleet.heard(who, R"({"key":"@blink","value":"done"})")));
  ASSERT_TRUE(is_well(m.disconnected(who, "192.0.2.7:5000", "it left")));
  const json::object body = parse_json_object(answer(204).body).value();
  EXPECT_TRUE(body.at("batch_id").as_string().starts_with("event-gate"));
  std::vector<std::string> said;
  for (const json::value& line : body.at("result").as_array()) {
    said.push_back(std::string{line.at("type").as_string()} + " " + std::string{line.at("direction").as_string()} +
                   " " + json::serialize(line.at("payload")));
    EXPECT_EQ(line.at("ts"), "2026-05-28T20:26:40Z");
  }
  ASSERT_EQ(said.size(), 4u);
  EXPECT_EQ(said[0], R"(connection d2c {"device_ip":"192.0.2.7","connected_at":"2026-05-28T20:26:40Z"})");
  EXPECT_NE(said[1].find(R"("name":"blink","status":"pending","value":{"n":3})"), std::string::npos) << said[1];
  EXPECT_TRUE(said[1].starts_with("job c2d"));
  EXPECT_NE(said[2].find(R"("name":"blink","status":"done","value":"done")"), std::string::npos) << said[2];
  EXPECT_TRUE(said[2].starts_with("job d2c"));
  EXPECT_EQ(said[3], R"(disconnection d2c {"device_ip":"192.0.2.7","disconnected_at":"2026-05-28T20:26:40Z"})");
}

TEST_F(IntegrationTest, DeliversConditionsInTheDocumentedShape) {
  make({.kind = OutwardKind::condition, .tags = {{"door"}}});
  const auto say = [&](const std::string& value) {
    ASSERT_TRUE(is_well(m.fleet.heard(who, R"({"key":"condition","value":)" + value + "}")));
  };
  const std::string open = R"({"uuid":"159.4","tag":"door","payload":{"by":"ann"},"start":"2026-05-28T20:26:30Z"})";
  say(open);
  say(open);  // it was not sure that it was heard
  say(R"({"uuid":"160.0","tag":"smoke"})");
  say(R"({"uuid":"159.4","finish":"2026-05-28T20:26:35.5Z","payloadf":7})");
  const std::string body = answer(200).body;
  const json::array lines = parse_json(body).value().as_array();
  ASSERT_EQ(lines.size(), 2u) << body;
  const Device pump = m.fleet.device(m.owner, m.workspace.id, who.device).value();
  const std::string ids = R"({"workspace_id":")" + m.workspace.id.str() + R"(","fleet_id":")" + pump.fleet.str() +
                          R"(","device_id":")" + pump.id.str() + R"(","device_name":"pump","tag":"door",)";
  EXPECT_EQ(json::serialize(lines[0]), ids + R"("uuid":"159.4","payload":{"by":"ann"},"payloadf":null,)" +
                                           R"("start":"2026-05-28T20:26:30Z","finish":null,"duration":null})");
  EXPECT_EQ(json::serialize(lines[1]), ids + R"("uuid":"159.4","payload":{"by":"ann"},"payloadf":7,)" +
                                           R"("start":"2026-05-28T20:26:30Z",)" +
                                           R"("finish":"2026-05-28T20:26:35.500000Z","duration":5})");
}

TEST_F(IntegrationTest, WhatWasNotAnsweredComesAgainUnderItsName) {
  const Integration one = make();
  say(1);
  const Delivery first = answer(0);
  EXPECT_EQ(now(one).trouble, "nobody answers");
  EXPECT_EQ(now(one).failing_since, noon_for_test);
  EXPECT_TRUE(due().empty()) << "it waits";
  m.clock.advance(Seconds{1});
  say(2);
  const Delivery second = answer(503);
  EXPECT_EQ(second.batch_id, first.batch_id);
  EXPECT_EQ(numbers(second), (Numbers{1, 2}));
  EXPECT_EQ(now(one).trouble, "the sink answered HTTP 503");
  m.clock.advance(Millis{999});
  EXPECT_TRUE(due().empty()) << "longer than before";
  m.clock.advance(Millis{1001});
  answer(200);
  EXPECT_EQ(now(one).failures, 0u);
  EXPECT_EQ(now(one).trouble, "");
  EXPECT_EQ(now(one).delivered, 2);
  EXPECT_TRUE(due().empty());
}

TEST_F(IntegrationTest, IsOnItsWayOnce) {
  make();
  say(1);
  const auto batches = due();
  ASSERT_EQ(batches.size(), 1u);
  say(2);
  EXPECT_TRUE(due().empty()) << "the order stays";
  ASSERT_TRUE(is_well(hooks.settled(batches.front(), {200, ""})));
  EXPECT_EQ(numbers(answer(200)), Numbers{2});
}

TEST_F(IntegrationTest, WaitsLongerEachTimeButNotForEver) {
  const Integration one = make();
  say(1);
  std::vector<Micros> waits;
  for (int i = 0; i < 16; ++i) {
    answer(500);
    waits.push_back(*now(one).retry_at - m.fleet.now());
    m.clock.advance(waits.back());
  }
  EXPECT_LE(waits[0], Seconds{1});
  EXPECT_GE(waits[0], Millis{500});
  EXPECT_GE(waits[5], Seconds{16});
  EXPECT_LE(waits[15], retry_delay_max);
  EXPECT_GE(waits[15], retry_delay_max / 2);
}

TEST_F(IntegrationTest, IsTurnedOffWhenItFailsForDays) {
  const Integration one = make();
  say(1);
  answer(500);
  m.clock.advance(failing_time_max);
  answer(500);
  EXPECT_FALSE(now(one).is_on);
  EXPECT_EQ(now(one).trouble, "for three days, the sink answered HTTP 500");
  EXPECT_EQ(m.last_audit().action, "integration.turned_off");
  EXPECT_EQ(hooks.figures().value().turned_off, 1u);
  say(2);
  EXPECT_TRUE(due().empty());
  ASSERT_TRUE(is_well(hooks.update(m.owner, m.workspace.id, one.id, {.is_on = true})));
  say(3);
  EXPECT_EQ(numbers(answer(200)), Numbers{3}) << "it goes on with what happens next";
}

TEST_F(IntegrationTest, IsTurnedOffByASinkThatIsGone) {
  const Integration one = make();
  say(1);
  answer(410);
  EXPECT_FALSE(now(one).is_on);
}

TEST_F(IntegrationTest, IsTurnedOffWhenTooMuchWaits) {
  Integration one = make();
  say(1);
  const auto lets_wait = [&](std::int64_t lines) {
    one.position = m.store.feed_end(m.workspace.id).value() - lines;
    ASSERT_TRUE(is_well(m.store.change([&](Changes& to) { return to.update_integration(one); })));
    Fleet next{m.store, m.clock, m.random, {}, open_policy()};
    ASSERT_TRUE(is_well(next.integrations().due(8)));
  };
  lets_wait(feed_lines_max);
  EXPECT_TRUE(m.store.integrations().value().front().is_on);
  lets_wait(feed_lines_max + 1);
  EXPECT_FALSE(m.store.integrations().value().front().is_on);
  EXPECT_EQ(m.last_audit().detail, "sink: more than 2000000 lines wait for it");
}

TEST_F(IntegrationTest, AnAddressThatMayNotBeReachedIsInTheAuditAndNobodyWhoIsOnlyDown) {
  const Integration one = make();
  ASSERT_TRUE(is_well(hooks.test(m.owner, m.workspace.id, one.id)));
  ASSERT_TRUE(is_well(hooks.settled(due().front(), {0, "nobody answers"})));
  EXPECT_EQ(m.last_audit().action, "integration.test");
  ASSERT_TRUE(is_well(hooks.test(m.owner, m.workspace.id, one.id)));
  ASSERT_TRUE(is_well(hooks.settled(due().front(), {0, "10.0.0.1 is not public", true})));
  EXPECT_EQ(m.last_audit().action, "integration.refused");
  EXPECT_EQ(m.last_audit().subject, one.id.str());
  EXPECT_FALSE(m.last_audit().allowed);
}

TEST_F(IntegrationTest, AFailureIsToldInSoManyBytes) {
  const Integration one = make();
  say(1);
  const auto batches = due();
  std::string words(trouble_bytes_max - 1, 'x');
  ASSERT_TRUE(is_well(hooks.settled(batches.front(), {0, words + "\xc3\xa4 and more"})));
  EXPECT_EQ(now(one).trouble, words) << "and no half of a character";
}

TEST_F(IntegrationTest, WhatASinkWillNotHaveIsFoundAndLeftOut) {
  const Integration one = make();
  for (int i = 1; i <= 3; ++i) say(i);
  std::string dropped;
  for (int i = 0; i < 100 && now(one).delivered + now(one).dropped < 3; ++i) {
    const auto batch = due();
    if (batch.empty()) {
      m.clock.advance(Seconds{60});
      continue;
    }
    const bool poisoned = numbers(batch.front()).size() > 1 || numbers(batch.front()).front() == 2;
    ASSERT_TRUE(is_well(hooks.settled(batch.front(), {poisoned ? 422 : 200, ""})));
  }
  EXPECT_EQ(now(one).dropped, 1);
  EXPECT_EQ(now(one).delivered, 2);
  bool told = false;
  for (const AuditEntry& entry : m.audit()) told = told || entry.action == "integration.dropped";
  EXPECT_TRUE(told);
  EXPECT_GE(refused_batches_max, 9u) << "by then a batch is one line";
}

TEST_F(IntegrationTest, TakesWhatItsFiltersName) {
  const FleetGroup roof = m.fleet.create_fleet(m.owner, m.workspace.id, "roof", "").value();
  const Integration on_roof = make({.fleets = std::vector{roof.id}});
  say(1, "t");
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(hooks.waiting(now(on_roof)).value(), 0) << "and is not looked at again";
  ASSERT_TRUE(is_well(hooks.update(m.owner, m.workspace.id, on_roof.id,
                                   {.fleets = std::vector<FleetId>{}, .tags = std::vector<std::string>{"u"}})));
  say(2, "t");
  say(3, "u");
  EXPECT_EQ(numbers(answer(200)), Numbers{3});
}

TEST_F(IntegrationTest, ABatchHasSoManyLines) {
  make();
  std::vector<Reading> many;
  for (std::size_t i = 0; i <= batch_lines_max; ++i) {
    many.push_back(m.fleet.judge(who, "t", noon_for_test + Micros{i}, R"({"n":1})").value());
  }
  ASSERT_TRUE(is_well(m.keep(many)));
  EXPECT_EQ(answer(200).lines, batch_lines_max);
  EXPECT_EQ(answer(200).lines, 1u);
}

TEST_F(IntegrationTest, ATestIsSentAlsoByOneThatIsOff) {
  const Integration one = make({.is_on = false});
  ASSERT_TRUE(is_well(hooks.test(m.owner, m.workspace.id, one.id)));
  EXPECT_FALSE(hooks.last_test(one.id)->is_done);
  EXPECT_TRUE(fails_with(hooks.test(m.owner, m.workspace.id, one.id), Errc::conflict));
  const Delivery sent = answer(404);
  EXPECT_TRUE(sent.is_test);
  EXPECT_NE(sent.body.find(R"("payload":{"test":true})"), std::string::npos);
  EXPECT_TRUE(hooks.last_test(one.id)->is_done);
  EXPECT_EQ(hooks.last_test(one.id)->outcome.status, 404);
  EXPECT_EQ(now(one).failures, 0u);
}

TEST_F(IntegrationTest, GoesOnWhereItWasAfterARestart) {
  const Integration one = make();
  say(1);
  say(2);
  const auto before = due();
  Fleet next{m.store, m.clock, m.random, {}, open_policy()};
  const auto again = next.integrations().due(8).value();
  ASSERT_EQ(again.size(), 1u) << "nothing was settled";
  EXPECT_EQ(again.front().body, before.front().body);
  ASSERT_TRUE(is_well(next.integrations().settled(again.front(), {200, ""})));
  Fleet last{m.store, m.clock, m.random, {}, open_policy()};
  EXPECT_TRUE(last.integrations().due(8).value().empty());
}

TEST_F(IntegrationTest, WhatIsNoIntegrationIsRefused) {
  const auto with = [&](const IntegrationOrder& order) { return hooks.create(m.owner, m.workspace.id, order); };
  const IntegrationOrder good{.name = "sink", .url = "https://a/"};
  ASSERT_TRUE(is_well(with(good)));
  IntegrationOrder bad = good;
  EXPECT_TRUE(fails_with(with({.name = "sink"}), Errc::malformed));
  bad.url = "http://a/";
  EXPECT_TRUE(fails_with(with(bad), Errc::malformed));
  bad.url = "https://a/" + std::string(url_bytes_max, 'x');
  EXPECT_TRUE(fails_with(with(bad), Errc::too_large));
  bad = good, bad.token = "a\r\nHost: evil";
  EXPECT_TRUE(fails_with(with(bad), Errc::malformed));
  bad.token = std::string(auth_token_bytes_max + 1, 'x');
  EXPECT_TRUE(fails_with(with(bad), Errc::too_large));
  bad = good, bad.tags = std::vector<std::string>{"a\nb"};
  EXPECT_TRUE(fails_with(with(bad), Errc::malformed));
  bad.tags = std::vector<std::string>(integration_filters_max + 1, "t");
  EXPECT_TRUE(fails_with(with(bad), Errc::too_large));
  bad = good, bad.fleets = std::vector{m.samples.ids.next<FleetIdKind>()};
  EXPECT_TRUE(fails_with(with(bad), Errc::not_found));
  for (std::size_t i = 1; i < integrations_max; ++i) ASSERT_TRUE(is_well(with(good)));
  EXPECT_TRUE(fails_with(with(good), Errc::exhausted));
}

TEST_F(IntegrationTest, IsItsOwnersAlone) {
  const Integration one = make();
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(hooks.list(eve, m.workspace.id), Errc::not_found));
  EXPECT_TRUE(fails_with(hooks.get(eve, m.workspace.id, one.id), Errc::not_found));
  EXPECT_TRUE(fails_with(hooks.create(eve, m.workspace.id, {.name = "x", .url = "https://a/"}), Errc::not_found));
  EXPECT_TRUE(fails_with(hooks.update(eve, m.workspace.id, one.id, {.is_on = false}), Errc::not_found));
  EXPECT_TRUE(fails_with(hooks.remove(eve, m.workspace.id, one.id), Errc::not_found));
  EXPECT_TRUE(fails_with(hooks.test(eve, m.workspace.id, one.id), Errc::not_found));
  EXPECT_TRUE(fails_with(hooks.get(eve, m.strangers.workspace.id, one.id), Errc::not_found));
  EXPECT_TRUE(is_well(hooks.remove(m.owner, m.workspace.id, one.id)));
  EXPECT_TRUE(fails_with(hooks.get(m.owner, m.workspace.id, one.id), Errc::not_found));
}

TEST_F(IntegrationTest, NothingGoesOutUnlessTheManagerIsToldWhere) {
  Manager_for_test closed;
  closed.set_up();
  EXPECT_TRUE(fails_with(
      closed.fleet.integrations().create(closed.owner, closed.workspace.id, {.name = "x", .url = "https://a/"}),
      Errc::forbidden));
}

}  // namespace
}  // namespace signet::fleet
