#include "api/streams.h"
#include "api/scene_for_test.h"
#include "fleet/integration.h"

#include <gmock/gmock.h>

namespace signet::api {
namespace {

using testing::HasSubstr;
using testing::Not;

struct StreamsApi : testing::Test {
  StreamsApi() {
    scene.claim(device);
    who = scene.fleet.admit(crypto::sha256(scene.factory.device.der)).value();
  }
  using Query = std::multimap<std::string, std::string>;
  std::shared_ptr<net::HttpStream> watch(Query query = {}) {
    const auto response = scene.send("GET", path, "", std::move(query));
    EXPECT_EQ(response.status, 200) << response.body;
    if (!response.stream) return std::make_shared<net::HttpStream>();
    EXPECT_EQ(response.content_type, "text/event-stream");
    response.stream->attach([] { return true; });
    return response.stream;
  }
  static std::string read(const std::shared_ptr<net::HttpStream>& stream) { return stream->take().text; }
  static std::string id_in(const std::string& text) {
    const auto at = text.rfind("id: ");
    return at == text.npos ? "" : text.substr(at + 4, text.find('\n', at) - at - 4);
  }
  void say(const std::string& payload, const std::string& tag = "t") {
    const auto reading = scene.fleet.judge(who, tag, std::nullopt, payload);
    ASSERT_TRUE(scene.fleet.write_sessions({{}, {}, {reading.value()}}));
  }
  void pass(const std::optional<std::string>& left) {
    const fleet::Passage passage{who, "192.0.2.7:5000", left};
    ASSERT_TRUE(scene.fleet.passed({&passage, 1}).front());
  }
  Scene_for_test scene;
  std::string path = scene.base + "/events";
  std::string device = scene.make_device();
  fleet::Admission who;
};

TEST_F(StreamsApi, TellWhatHappensWhileItHappens) {
  say(R"({"before":1})");
  const auto stream = watch();
  pass(std::nullopt);
  say("{\"a\":\n\n1}");
  scene.post("/v3/devices/" + device + "/jobs/blink", {{"value", 3}});
  pass("it left");
  const std::string text = read(stream);
  EXPECT_TRUE(text.starts_with("retry: ")) << text;
  EXPECT_THAT(text, Not(HasSubstr("before")));
  EXPECT_THAT(text, HasSubstr("event: status\ndata: {\"id\":\"1\""));
  EXPECT_THAT(text, HasSubstr(R"("type":"connection","direction":"d2c","payload":{"device_ip":"192.0.2.7")"));
  EXPECT_THAT(text, HasSubstr("event: data\ndata: {"));
  EXPECT_THAT(text, HasSubstr(R"("tag":"t","payload":{"a":  1}})")) << "on one line";
  EXPECT_THAT(text, HasSubstr("event: job\ndata: {"));
  EXPECT_THAT(text, HasSubstr(R"("type":"disconnection")"));
  std::size_t events = 0;
  for (auto at = text.find("\nevent: "); at != text.npos; at = text.find("\nevent: ", at + 1)) ++events;
  EXPECT_EQ(events, 4u);
}

TEST_F(StreamsApi, TellWhatIsAskedFor) {
  const auto jobs = watch({{"stream", "job"}});
  const auto of_u = watch({{"stream", "data"}, {"tag", "u"}});
  const auto elsewhere = watch({{"device", "dev-000000000000"}});
  say(R"({"n":1})", "t");
  say(R"({"n":2})", "u");
  EXPECT_THAT(read(jobs), Not(HasSubstr("event:")));
  const std::string text = read(of_u);
  EXPECT_THAT(text, HasSubstr(R"({"n":2})"));
  EXPECT_THAT(text, Not(HasSubstr(R"({"n":1})")));
  EXPECT_THAT(read(elsewhere), Not(HasSubstr("event:")));
  const auto doors = watch({{"stream", "condition"}, {"tag", "door"}});
  for (const char* tag : {"door", "smoke"}) {
    const std::string value = R"({"uuid":")" + std::string{tag} + R"(","tag":")" + tag + R"("})";
    ASSERT_TRUE(scene.fleet.heard(who, R"({"key":"condition","value":)" + value + "}"));
  }
  const std::string heard = read(doors);
  EXPECT_THAT(heard, HasSubstr("event: condition\ndata: {\"workspace_id\""));
  EXPECT_THAT(heard, HasSubstr(R"("tag":"door","uuid":"door","payload":null,"payloadf":null,"start":)"));
  EXPECT_THAT(heard, Not(HasSubstr("smoke")));
  for (const Query& query : {Query{{"stream", "smoke"}}, Query{{"device", "x"}}, Query{{"fleet", "x"}}}) {
    EXPECT_EQ(scene.send("GET", path, "", query).status, 400);
  }
  Query many;
  for (std::size_t i = 0; i <= watch_filters_max; ++i) many.emplace("tag", "t");
  EXPECT_EQ(scene.send("GET", path, "", many).status, 413);
}

TEST_F(StreamsApi, WhoComesBackMissesNothing) {
  const auto stream = watch();
  say(R"({"n":1})");
  const std::string last = id_in(read(stream));
  stream->detach();
  scene.api.tend();
  say(R"({"n":2})");
  scene.api.tend();
  const std::string text = read(watch({{"last_event_id", last}}));
  EXPECT_THAT(text, HasSubstr(R"({"n":2})"));
  EXPECT_THAT(text, Not(HasSubstr(R"({"n":1})")));
  EXPECT_THAT(text, Not(HasSubstr("event: gap")));
}

TEST_F(StreamsApi, WhoWasAwayTooLongIsTold) {
  const auto stream = watch();
  say(R"({"n":1})");
  const std::string last = id_in(read(stream));
  fleet::SessionBatch many;
  for (std::size_t i = 0; i <= kept_events_max; ++i) {
    many.readings.push_back(scene.fleet.judge(who, "t", std::nullopt, R"({"n":2})").value());
  }
  ASSERT_TRUE(scene.fleet.write_sessions(std::move(many)));
  EXPECT_THAT(read(watch({{"last_event_id", last}})), HasSubstr("event: gap"));
  for (const char* id : {"1-1", "x", "-", "99999999999999999999999-1"}) {
    EXPECT_THAT(read(watch({{"last_event_id", id}})), HasSubstr("event: gap")) << id;
  }
}

TEST_F(StreamsApi, WhatIsKeptForThoseWhoComeBackHasAnEnd) {
  const auto stream = watch();
  const std::string big = "{\"a\":\"" + std::string(60'000, 'x') + "\"}";
  say(R"({"n":1})");
  const std::string last = id_in(read(stream));
  for (std::size_t i = 0; i < kept_event_bytes_max / 60'000 + 1; ++i) {
    say(big);
    read(stream);
  }
  EXPECT_THAT(read(watch({{"last_event_id", last}})), HasSubstr("event: gap"));
}

TEST_F(StreamsApi, ASlowReaderIsLetGoWithALastWord) {
  const auto stream = watch();
  const std::string big = "{\"a\":\"" + std::string(60'000, 'x') + "\"}";
  for (std::size_t i = 0; i < net::stream_bytes_max / 60'000 + 1; ++i) say(big);
  const auto piece = stream->take();
  EXPECT_TRUE(piece.is_last);
  EXPECT_THAT(piece.text, HasSubstr("event: end\ndata: {\"reason\":\"you read too slowly"));
  EXPECT_LE(piece.text.size(), net::stream_bytes_max);
}

TEST_F(StreamsApi, OnlySoManyAreOpen) {
  std::vector<std::shared_ptr<net::HttpStream>> streams;
  for (std::size_t i = 0; i < streams_of_account_max; ++i) streams.push_back(watch());
  EXPECT_EQ(scene.send("GET", path).status, 429);
  streams.front()->detach();
  scene.clock.advance(heartbeat_interval);
  scene.api.tend();
  EXPECT_EQ(scene.send("GET", path).status, 200) << "one has left";
  EXPECT_GE(streams_max, streams_of_account_max);
}

TEST_F(StreamsApi, TheRightToWatchIsAskedForAgain) {
  const auto stream = watch();
  scene.clock.advance(heartbeat_interval);
  scene.api.tend();
  EXPECT_TRUE(read(stream).ends_with(":\n\n")) << "a heartbeat";
  scene.post("/v3/logout", {});
  scene.clock.advance(heartbeat_interval);
  scene.api.tend();
  const auto piece = stream->take();
  EXPECT_TRUE(piece.is_last);
  EXPECT_THAT(piece.text, HasSubstr("sign in again"));
}

TEST_F(StreamsApi, WhoMayNotWatchAnyMoreIsLetGoAtOnce) {
  const std::string mine = scene.token;
  const auto key = scene.post(scene.base + "/api-keys", {{"name", "k"}}).at("api_key");
  const auto invited = scene.post(scene.base + "/invitations", {{"email", "bob@example.org"}, {"role", "viewer"}});
  const auto bob = scene.post("/v3/join", {{"token", invited.at("token")}, {"password", scene.password}});
  const auto watch_as = [&](const json::value& token) {
    scene.token = std::string{token.as_string()};
    const auto stream = watch();
    scene.token = mine;
    return stream;
  };
  const auto of_key = watch_as(key.at("key")), of_bob = watch_as(bob.at("token")), of_mine = watch();
  const std::string one = scene.base + "/api-keys/" + std::string{key.at("id").as_string()};
  ASSERT_EQ(scene.send("DELETE", one).status, 200);
  const auto last = of_key->take();
  EXPECT_TRUE(last.is_last);
  EXPECT_THAT(last.text, HasSubstr("sign in again"));
  EXPECT_FALSE(of_bob->take().is_last) << "nobody else is harmed";
  const std::string member = scene.base + "/members/" + std::string{bob.at("account").at("id").as_string()};
  ASSERT_EQ(scene.send("DELETE", member).status, 200);
  const auto to_bob = of_bob->take();
  EXPECT_TRUE(to_bob.is_last);
  EXPECT_THAT(to_bob.text, HasSubstr("you may not watch this any more"));
  EXPECT_FALSE(of_mine->take().is_last);
}

TEST_F(StreamsApi, WatchingIsNoUseOfTheSession) {
  const auto stream = watch();
  const auto wait = [&](Micros until) {
    for (Micros waited{0}; waited < until; waited += heartbeat_interval) {
      scene.clock.advance(heartbeat_interval);
      scene.api.tend();
    }
  };
  wait(stream_time_max / 2);
  EXPECT_FALSE(stream->take().is_last);
  wait(scene.policy.session_idle - stream_time_max / 2);
  EXPECT_EQ(scene.send("GET", "/v3/workspaces").status, 401) << "nobody was there";
}

TEST_F(StreamsApi, EndsSomeTime) {
  const auto stream = watch();
  scene.clock.advance(stream_time_max);
  scene.api.tend();
  EXPECT_TRUE(stream->take().is_last);
}

TEST_F(StreamsApi, SecurityIsForTheOperator) {
  const auto security = watch({{"stream", "security"}});
  const auto all = watch();
  scene.fleet.refused("198.51.100.7:1", "sn01", Error{Errc::unauthenticated, "unknown certificate"});
  EXPECT_THAT(read(security), HasSubstr("event: security\ndata: {"));
  EXPECT_THAT(read(all), Not(HasSubstr("security")));
  const auto key = scene.post(scene.base + "/api-keys", {{"name", "k"}});
  scene.token = std::string{key.at("api_key").at("key").as_string()};
  EXPECT_EQ(scene.send("GET", path).status, 200);
  EXPECT_EQ(scene.send("GET", path, "", {{"stream", "security"}}).status, 403);
  EXPECT_EQ(scene.send("GET", "/v3/workspaces/wks-000000000000/events").status, 404);
}

TEST_F(StreamsApi, NothingIsKeptWhenNobodyWatches) {
  watch()->detach();
  scene.clock.advance(heartbeat_interval);
  scene.api.tend();
  scene.clock.advance(keep_events_time);
  scene.api.tend();
  say(R"({"n":1})");
  EXPECT_THAT(read(watch({{"last_event_id", "1-1"}})), HasSubstr("event: gap"));
}

}  // namespace
}  // namespace signet::api
