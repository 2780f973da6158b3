#include "board/desk_scene_for_test.h"

namespace signet::board {
namespace {

constexpr Instant start = desk_start;

TEST_F(DeskTest, AnswersTheBoardAndTheElement) {
  EXPECT_EQ(ask(R"({"do":"board.init"})"), "{}");
  EXPECT_EQ(ask(R"({"do":"board.summary"})"), R"({"board":"test"})");
  EXPECT_EQ(ask(R"({"do":"element.uid"})"), R"({"uid":"012301020304050601"})");
  EXPECT_EQ(ask(R"({"do":"element.common_name"})"), R"({"common_name":"sn012301020304050601"})");
  EXPECT_EQ(ask(R"({"do":"element.pubkey"})"), R"({"pubkey":")" + hex(crypto::public_key_of(element_.key)) + R"("})");
  EXPECT_EQ(ask(R"({"do":"element.certificate"})"), R"({"certificate":"MAA="})");
}

TEST_F(DeskTest, RefusesWhatItDoesNotKnow) {
  for (const char* body : {R"({"do":"element.export"})", R"({"do":"wifi.scan"})", R"({"do":"reboot"})"}) {
    EXPECT_EQ(ask(body), "not_found") << body;
  }
  for (const char* body :
       {"", "[]", "{}", R"({"do":7})", R"({"do":"element.sign"})", R"({"do":"element.sign","message":"?"})",
        R"({"do":"agent.publish","payload":"{}","tag":"t"})",
        R"({"do":"agent.publish","payload":"{}","tag":"t","timeout":-1})",
        R"({"do":"agent.publish","payload":"{}","tag":"t","timeout":3600001})",
        R"({"do":"agent.publish","payload":"[]","tag":"t","timeout":0})", R"({"do":"agent.start","jobs":[7],"wait":0})",
        R"({"do":"agent.start","jobs":[""],"wait":0})"}) {
    EXPECT_EQ(ask(body), "malformed") << body;
  }
  EXPECT_TRUE(published.empty());
}

TEST_F(DeskTest, SignsOnlyWithinItsDomain) {
  const std::string answer = ask(R"({"do":"element.sign","message":"aGVsbG8="})");
  const auto object = parse_json_object(answer).value();
  const Buffer raw = decode_hex(string_member(object, "signature").value()).value();
  crypto::Signature signature;
  std::copy(raw.begin(), raw.end(), signature.begin());
  ASSERT_EQ(element_.signed_digests.size(), 1u);
  EXPECT_EQ(element_.signed_digests[0], crypto::sha256(bytes_of(std::string_view{"signet.app.v1\0hello", 19})));
  EXPECT_TRUE(crypto::verify(crypto::public_key_of(element_.key), app_digest(bytes_of("hello")), signature));
  EXPECT_FALSE(crypto::verify(crypto::public_key_of(element_.key), crypto::sha256(bytes_of("hello")), signature))
      << "a raw signature would let a program mint claims";
}

TEST_F(DeskTest, WifiSaysWhatIsWrong) {
  EXPECT_EQ(ask(R"({"do":"wifi.configure","ssid":"Lab","password":"secret"})"), "{}");
  EXPECT_EQ(wifi_.password_, "secret");
  wifi_.next = Status{Error{Errc::unauthenticated, "wrong password"}};
  EXPECT_EQ(ask(R"({"do":"wifi.start"})"), "unauthenticated");
  wifi_.next = Status{};
  EXPECT_EQ(ask(R"({"do":"wifi.start"})"), "{}");
  EXPECT_EQ(wifi_changes, 2);
  EXPECT_EQ(ask(R"({"do":"wifi.info"})"),
            R"({"dhcp":true,"ip":"10.0.0.2","mask":"m","gateway":"g","dns":"d","mac":"02"})");
  EXPECT_EQ(ask(R"({"do":"wifi.stop"})"), "{}");
  EXPECT_EQ(ask(R"({"do":"wifi.info"})"), "unavailable");
}

TEST_F(DeskTest, WifiAnswersWhenItIsKnown) {
  wifi_.next.reset();
  EXPECT_EQ(ask(R"({"do":"wifi.start"})"), "(nothing yet)");
  EXPECT_EQ(wifi_changes, 1) << "what was joined before is left";
  const Wifi::Started first = std::exchange(wifi_.later, nullptr);
  first({});
  EXPECT_EQ(last(), "{}");
  EXPECT_EQ(wifi_changes, 2);
  EXPECT_FALSE(desk.deadline());

  EXPECT_EQ(ask(R"({"do":"wifi.start"})"), "(nothing yet)");
  std::exchange(wifi_.later, nullptr)(Error{Errc::not_found, "no such network"});
  EXPECT_EQ(last(), "not_found");
  first({});
  EXPECT_EQ(replies.size(), 1u) << "one answer to a request";
}

TEST_F(DeskTest, AStartOfWifiEndsTheOneBefore) {
  wifi_.next.reset();
  ask(R"({"do":"wifi.start"})");
  ask(R"({"do":"wifi.start"})");
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].id + 1, id) << "the first";
  EXPECT_EQ(last(), "unavailable");
  ask(R"({"do":"wifi.stop"})");
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[0].kind, FrameKind::refusal) << "the second start";
  EXPECT_EQ(last(), "{}");
}

TEST_F(DeskTest, WifiHasATime) {
  wifi_.next.reset();
  ask(R"({"do":"wifi.start"})");
  EXPECT_EQ(desk.deadline(), start + wifi_start_timeout);
  desk.tick(start + wifi_start_timeout - Millis{1});
  EXPECT_EQ(last(), "(nothing yet)");
  desk.tick(start + wifi_start_timeout);
  EXPECT_EQ(last(), "unavailable");
  EXPECT_NE(replies[0].body.find("given up"), std::string::npos) << "the Wi-Fi's own reason";
  EXPECT_EQ(replies.size(), 1u);
  EXPECT_FALSE(wifi_.later) << "stopped";
}

TEST_F(DeskTest, AProgramThatEndsWaitsForNoWifi) {
  wifi_.next.reset();
  ask(R"({"do":"wifi.start"})");
  desk.forget();
  const Wifi::Started of_the_first = std::exchange(wifi_.later, nullptr);
  id = 0;  // the next program counts as it likes
  EXPECT_EQ(ask(R"({"do":"wifi.start"})"), "(nothing yet)");
  of_the_first(Error{Errc::unauthenticated, "wrong password"});
  EXPECT_EQ(last(), "(nothing yet)") << "an answer to a request of the same number, of another program";
  wifi_.later({});
  EXPECT_EQ(last(), "{}");
}

TEST_F(DeskTest, WifiMayOutliveADesk) {
  wifi_.next.reset();
  {
    Desk short_lived{*this, [](const Frame&) { FAIL() << "it has gone"; }};
    short_lived.on_request({FrameKind::request, 1, R"({"do":"wifi.start"})"}, start);
  }
  wifi_.later({});
}

TEST_F(DeskTest, WifiWithoutArgumentsIsTheOwners) {
  EXPECT_EQ(ask(R"({"do":"wifi.configure"})"), "conflict") << "none is stored";
  ASSERT_TRUE(secrets_->set("wifi.ssid", bytes_of("Lab")));
  EXPECT_EQ(ask(R"({"do":"wifi.configure"})"), "{}");
  EXPECT_EQ(wifi_.password_, "") << "an open network";
  ASSERT_TRUE(secrets_->set("wifi.password", bytes_of("correct horse")));
  EXPECT_EQ(ask(R"({"do":"wifi.configure"})"), "{}");
  EXPECT_EQ(wifi_.ssid_ + "/" + wifi_.password_, "Lab/correct horse");
  EXPECT_EQ(ask(R"({"do":"wifi.configure","ssid":"Lab"})"), "malformed") << "half a network is none";
}

TEST_F(DeskTest, AProgramReadsItsOwnersSecretsButNotTheBoards) {
  ASSERT_TRUE(secrets_->set("api.key", bytes_of("k1")));
  ASSERT_TRUE(secrets_->set("wifi.password", bytes_of("correct horse")));
  EXPECT_EQ(ask(R"({"do":"secret.get","name":"api.key"})"), R"({"value":"azE="})");
  EXPECT_EQ(ask(R"({"do":"secret.names"})"), R"({"names":["api.key"]})");
  EXPECT_EQ(ask(R"({"do":"secret.get","name":"wifi.password"})"), "forbidden");
  EXPECT_EQ(ask(R"({"do":"secret.get","name":"none"})"), "not_found");
  EXPECT_EQ(ask(R"({"do":"secret.set","name":"api.key","value":"azI="})"), "not_found") << "the console's alone";
}

TEST_F(DeskTest, StartWaitsUntilOnlineOrTheTimeIsOver) {
  EXPECT_EQ(ask(R"({"do":"agent.start","jobs":["a","b"],"wait":10000})"), "(nothing yet)");
  EXPECT_EQ(jobs, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(desk.deadline(), start + Seconds{10});
  desk.on_agent_change();
  EXPECT_EQ(last(), "(nothing yet)");
  is_online = true;
  desk.on_agent_change();
  EXPECT_EQ(last(), R"({"online":true})");
  EXPECT_FALSE(desk.deadline());

  is_online = false;
  EXPECT_EQ(ask(R"({"do":"agent.start","jobs":[],"wait":10000})"), "(nothing yet)");
  desk.tick(start + Millis{9'999});
  EXPECT_EQ(last(), "(nothing yet)");
  desk.tick(start + Seconds{10});
  EXPECT_EQ(last(), R"({"online":false})");
}

TEST_F(DeskTest, PublishAnswersOnceDurableOrOnceAcknowledged) {
  EXPECT_EQ(ask(R"({"do":"agent.publish","payload":"{\"a\":1.0}","tag":"t","timeout":0})"), R"({"device_time":1})");
  EXPECT_EQ(published, (std::vector<std::string>{R"(t {"a":1.0})"})) << "the text as the program wrote it";

  const char* waits = R"({"do":"agent.publish","payload":"{}","tag":"t","timeout":500})";
  EXPECT_EQ(ask(waits), "(nothing yet)");
  desk.on_settled(from_epoch_micros(1), {});
  EXPECT_EQ(last(), "(nothing yet)") << "another reading's acknowledgement";
  desk.on_settled(from_epoch_micros(2), {});
  EXPECT_EQ(last(), R"({"device_time":2})");

  EXPECT_EQ(ask(waits), "(nothing yet)");
  desk.on_settled(from_epoch_micros(3), Error{Errc::forbidden, "the manager refused it"});
  EXPECT_EQ(last(), "forbidden");

  EXPECT_EQ(ask(waits), "(nothing yet)");
  desk.tick(start + Millis{500});
  EXPECT_EQ(last(), "unavailable");
  full = true;
  EXPECT_EQ(ask(waits), "exhausted");
}

TEST_F(DeskTest, AnAgentHasSoManyJobsWithNamesOfSuchASize) {
  const auto start_with = [&](std::size_t count, std::size_t size) {
    json::array names;
    for (std::size_t i = 0; i < count; ++i) names.emplace_back(std::string(size, 'j'));
    return ask(json::serialize(json::object{{"do", "agent.start"}, {"jobs", names}, {"wait", 0}}));
  };
  EXPECT_NE(start_with(jobs_max, job_name_bytes_max), "too_large");
  EXPECT_EQ(jobs, std::vector<std::string>(jobs_max, std::string(job_name_bytes_max, 'j')));
  EXPECT_EQ(start_with(jobs_max + 1, 1), "too_large");
  EXPECT_EQ(start_with(1, job_name_bytes_max + 1), "malformed");
  EXPECT_EQ(jobs.size(), jobs_max) << "refused ones start nothing";
}

TEST_F(DeskTest, HasALimitOnWaitingRequests) {
  for (std::size_t i = 0; i < waiting_requests_max; ++i) {
    ASSERT_EQ(ask(R"({"do":"agent.start","jobs":[],"wait":1000})"), "(nothing yet)");
  }
  EXPECT_EQ(ask(R"({"do":"board.init"})"), "exhausted");
  desk.forget();
  EXPECT_EQ(ask(R"({"do":"board.init"})"), "{}");
}

}  // namespace
}  // namespace signet::board
