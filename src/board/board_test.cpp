#include "board/board_scene_for_test.h"
#include "board/incident.h"
#include "identity/successor.h"

#include <gmock/gmock.h>

namespace signet::board {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

TEST_F(BoardTest, SaysWhoItIs) {
  chip.personalise(factory);
  boot();
  EXPECT_EQ(console.lines,
            (std::vector<std::string>{"board: signet-board 0, test", "board: element ATECC608B sn0123F1822C38DD7A01",
                                      "board: not claimed"}));
  EXPECT_EQ(json::serialize(ask({{"do", "identify"}})),
            R"({"model":"ATECC608B","serial":"0123f1822c38dd7a01","dcn":"sn0123F1822C38DD7A01","personalised":true,)"
            R"("bond":"none","claimed":false,"console":"open","firmware":"Factory"})");
}

TEST_F(BoardTest, AnElementThatIsNotItsOwnIsNamedAndNoKeyOfItIsUsed) {
  chip.personalise(factory);
  FuseWord word;  // of another element
  std::ranges::fill(word.reveal_to_fill(), std::uint8_t{7});
  ASSERT_TRUE(fuses.burn(Fuse::bond, word));
  boot();
  EXPECT_THAT(console.lines, Contains(HasSubstr("board: the board was given another element")));
  const auto said = ask({{"do", "identify"}});
  EXPECT_EQ(said.at("bond"), "exchanged");
  EXPECT_TRUE(said.at("personalised").as_bool());
  EXPECT_EQ(ask(claim_of("dev-000000000001")).at("code"), "forbidden");
  const auto incident = load_incident(folder).value();
  ASSERT_TRUE(incident) << "kept for the manager";
  EXPECT_THAT(*incident, AllOf(HasSubstr("sn0123F1822C38DD7A01"), HasSubstr("the board was given another element")));
}

TEST_F(BoardTest, ABlankElementIsSeenAgainOnceItIsPersonalised) {
  boot();
  EXPECT_THAT(console.lines, Contains("board: the element is blank: personalise it with signet-foundry"));
  EXPECT_FALSE(ask({{"do", "identify"}}).at("personalised").as_bool());
  EXPECT_EQ(ask(claim_of("dev-000000000001")).at("code"), "conflict");
  chip.personalise(factory);
  EXPECT_TRUE(ask({{"do", "identify"}}).at("personalised").as_bool());
  EXPECT_TRUE(ask(claim_of("dev-000000000001")).empty());
}

TEST_F(BoardTest, ASilentElementIsReportedAndTriedAgain) {
  chip.silent = true;
  boot();
  EXPECT_TRUE(printed("the element does not answer"));
  EXPECT_EQ(ask({{"do", "identify"}}).at("code"), "unavailable");
  chip.silent = false;
  EXPECT_FALSE(ask({{"do", "identify"}}).at("personalised").as_bool());
}

TEST_F(BoardTest, NeedsTheRootThatMadeItsCertificates) {
  chip.personalise(factory);
  boot("exec cat <&3", false);
  EXPECT_TRUE(printed("start once with --root root.pem"));
  Factory_for_test other;
  other.root_key = crypto::generate_private_key(other.random);
  other.root =
      identity::issue_root(crypto::public_key_of(other.root_key), {}, year_2026, signer_of(other.root_key)).value();
  factory.root = other.root;
  boot();
  EXPECT_TRUE(printed("the element's certificates do not check"));
}

TEST_F(BoardTest, KeepsTheRootItWasGivenOnce) {
  EXPECT_FALSE(load_root(folder, "").value());
  const std::string file = folder + "/given.pem";
  ASSERT_TRUE(write_file_atomic(file, bytes_of(identity::pem("CERTIFICATE", factory.root.der)), 0644));
  EXPECT_EQ(load_root(folder, file).value()->der, factory.root.der);
  std::filesystem::remove(file);
  EXPECT_EQ(load_root(folder, "").value()->der, factory.root.der);
  EXPECT_FALSE(load_root(folder, file));
}

TEST_F(BoardTest, SignsAStatementAboutItselfAndNothingElse) {
  boot();
  const auto request = [](Bytes bytes) { return json::object{{"do", "claim.sign"}, {"statement", base64url(bytes)}}; };
  EXPECT_EQ(ask(request(identity::encode(statement()))).at("code"), "conflict") << "blank";
  chip.personalise(factory);
  const Buffer good = identity::encode(statement());
  const auto answer = ask(request(good));
  const Buffer raw = decode_hex(answer.at("signature").as_string()).value();
  crypto::Signature signature;
  ASSERT_EQ(raw.size(), signature.size());
  std::copy(raw.begin(), raw.end(), signature.begin());
  EXPECT_TRUE(crypto::verify(chip.public_key().value(), crypto::sha256(good), signature));

  auto about_another = statement();
  about_another.dcn = "sn0123000000000000FF";
  EXPECT_EQ(ask(request(identity::encode(about_another))).at("code"), "forbidden");
  Buffer longer = good;
  longer.push_back(0);
  for (const Buffer& bad :
       {Buffer{}, longer, Buffer(good.begin(), good.end() - 1), copy_of(bytes_of("signet.app.v1"))}) {
    EXPECT_EQ(ask(request(bad)).at("code"), "malformed");
  }
  EXPECT_EQ(ask({{"do", "claim.sign"}, {"statement", "?"}}).at("code"), "malformed");
  EXPECT_EQ(ask({{"do", "claim.sign"}}).at("code"), "malformed");
}

TEST_F(BoardTest, KeepsItsEndpointUntilItIsRemoved) {
  chip.personalise(factory);
  boot();
  EXPECT_TRUE(ask(claim_of("dev-000000000001")).empty());
  boot();
  EXPECT_THAT(console.lines, Contains("board: claimed as dev-000000000001 at 127.0.0.1"));
  EXPECT_EQ(ask({{"do", "identify"}}).at("device"), "dev-000000000001");
  jumper.set = true;
  EXPECT_TRUE(ask({{"do", "claim.remove"}}).empty());
  EXPECT_FALSE(ask({{"do", "identify"}}).at("claimed").as_bool());
  boot();
  EXPECT_THAT(console.lines, Contains("board: not claimed"));
}

TEST_F(BoardTest, TrustsTheCaThatItsOwnNamesAndLetsTheFormerGo) {
  const auto ca_of = [&](const crypto::PrivateKey& key) {
    return identity::issue_manager_ca(crypto::public_key_of(key), "CA", year_2026, signer_of(key)).value();
  };
  const crypto::PrivateKey key = crypto::generate_private_key(random), next_key = crypto::generate_private_key(random);
  const identity::Certificate ca = ca_of(key), next = ca_of(next_key);
  const auto leaf_of = [&](const identity::Certificate& by, const crypto::PrivateKey& its_key) {
    return identity::issue_server(crypto::public_key_of(key), {"localhost"}, by, year_2026, signer_of(its_key))
        .value()
        .der;
  };
  json::object installed = claim_of("dev-000000000001");
  installed["ca"] = identity::pem("CERTIFICATE", ca.der);
  const Endpoint endpoint = read_endpoint(installed).value();
  const auto named = identity::name_successor(ca, next, signer_of(key)).value();
  const auto both = with_successor(endpoint, json::serialize(identity::write_successor(named)));
  ASSERT_TRUE(both) << both.error().what;
  EXPECT_EQ(both.value().trust(), identity::pem("CERTIFICATE", ca.der) + identity::pem("CERTIFICATE", next.der));
  EXPECT_EQ(trusts_of(both.value()).at("trusts").as_array().size(), 2u);
  ASSERT_TRUE(store_endpoint(folder, both.value()));
  EXPECT_EQ(load_endpoint(folder).value(), both.value());
  EXPECT_FALSE(succeeded_by(both.value(), leaf_of(ca, key))) << "the manager has not changed yet";
  EXPECT_FALSE(succeeded_by(endpoint, leaf_of(next, next_key))) << "nobody named that one";
  const auto after = succeeded_by(both.value(), leaf_of(next, next_key));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->trust(), identity::pem("CERTIFICATE", next.der));
  auto forged = named;
  forged.signature[0] ^= 1;
  EXPECT_EQ(with_successor(endpoint, json::serialize(identity::write_successor(forged))).error().code, Errc::forbidden);
}

TEST_F(BoardTest, RefusesAnEndpointThatCannotBeRight) {
  chip.personalise(factory);
  boot();
  const json::object good = claim_of("dev-000000000001");
  const std::pair<const char*, json::value> harms[] = {
      {"host", ""},     {"host", "a b"},
      {"host", 7},      {"port", 0},
      {"port", 65'536}, {"ca", "PEM"},
      {"device", "me"}, {"device", "dev-"},
      {"receipt", 7},   {"ca", json::value(identity::pem("X", factory.root.der))}};
  for (const auto& [name, value] : harms) {
    json::object harmed = good;
    harmed[name] = value;
    EXPECT_EQ(ask(harmed).at("code"), "malformed") << name;
    harmed.erase(name);
    EXPECT_EQ(ask(harmed).at("code"), "malformed") << name << " missing";
  }
  json::object large = good;
  large["host"] = std::string(host_bytes_max + 1, 'h');
  EXPECT_EQ(ask(large).at("code"), "malformed");
  large["host"] = std::string(host_bytes_max, 'h');  // taken: the first harm left is the receipt's
  large["receipt"] = std::string(receipt_bytes_max + 1, 'r');
  EXPECT_EQ(ask(large).at("code"), "too_large");
  EXPECT_FALSE(file_exists(folder + "/endpoint.json"));
  EXPECT_TRUE(ask(good).empty());
  jumper.set = true;
  large = good;
  large["receipt"] = std::string(receipt_bytes_max, 'r');
  EXPECT_TRUE(ask(large).empty());
}

TEST_F(BoardTest, ADamagedEndpointIsNamedAndNotStartedOver) {
  ASSERT_TRUE(write_file_atomic(folder + "/endpoint.json", bytes_of("{"), 0600));
  const auto made = load_endpoint(folder);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::corrupt);
  EXPECT_THAT(made.error().what, HasSubstr("endpoint.json"));
}

// The firmware is a shell that publishes one reading by hand: a frame with {"do":"agent.publish",...}.
std::string publishing_script(std::size_t count) {
  const std::string body = R"({"do":"agent.publish","payload":"{\"value\":1}","tag":"test","timeout":0})";
  Buffer bytes = encode({FrameKind::request, 1, body}).value();
  std::string octal;
  for (const std::uint8_t byte : bytes) octal += "\\x" + hex(Bytes{&byte, 1});
  return "for i in {1.." + std::to_string(count) + "}; do printf '" + octal + "' >&3; done; echo sent; exec cat <&3";
}

TEST_F(BoardTest, ReadingsSurviveARestartAndAreForgottenWithTheirOwner) {
  chip.personalise(factory);
  boot(publishing_script(3));
  EXPECT_TRUE(ask(claim_of("dev-000000000001")).empty());
  turn_until([&] { return printed("sent"); });
  turn_until([&] {  // the frames lie in the socketpair by now
    boot();
    return printed("3 readings wait to be sent");
  });
  jumper.set = true;
  EXPECT_TRUE(ask(claim_of("dev-000000000001")).empty());
  EXPECT_FALSE(printed("forgotten")) << "the same owner";
  EXPECT_TRUE(ask(claim_of("dev-000000000002")).empty());
  EXPECT_THAT(console.lines, Contains("board: 3 readings were forgotten: the board became another device"));
  boot();
  EXPECT_FALSE(printed("readings wait"));
}

// An acknowledged reading is struck out without a sync: after a power cut the file may hold it again.
TEST_F(BoardTest, WhatWasAcknowledgedIsForgottenWithItsOwnerToo) {
  chip.personalise(factory);
  boot();
  ASSERT_TRUE(ask(claim_of("dev-000000000001")).empty());
  board.reset();
  {
    FileDisk disk{folder};
    auto outbox = agent::Outbox::load(disk).value();
    outbox.remove(outbox.add(clock.now(), "t", R"({"of":"the first owner"})").value());
  }
  const auto file = [&] { return std::string{text_of(read_file(folder + "/outbox", 1'000'000).value())}; };
  boot();
  ASSERT_THAT(file(), HasSubstr("the first owner"));
  jumper.set = true;
  ASSERT_TRUE(ask({{"do", "claim.remove"}}).empty());
  EXPECT_THAT(file(), testing::Not(HasSubstr("the first owner")));
}

TEST_F(BoardTest, ResetAnswersThenStartsAsAfterPowerOn) {
  chip.personalise(factory);
  boot("echo running; exec cat <&3");
  turn_until([&] { return printed("running"); });
  wifi.up = true;
  EXPECT_TRUE(ask({{"do", "reset"}}).empty());
  console.lines.clear();
  turn_until([&] { return printed("running"); });
  EXPECT_THAT(console.lines, Contains("board: signet-board 0, test"));
  EXPECT_FALSE(wifi.up);
}

TEST_F(BoardTest, FirmwareCannotAnswerInItsName) {
  boot(R"(echo '!{"id":1,"ok":{"personalised":true}}'; printf 'x\r!{"id":1}\n'; exec cat <&3)");
  turn_until([&] { return printed("x!{"); });
  EXPECT_THAT(console.lines, Contains(R"( !{"id":1,"ok":{"personalised":true}})"));
  for (const auto& line : console.lines) EXPECT_FALSE(line.starts_with('!')) << line;
}

TEST_F(BoardTest, RefusesRequestsItDoesNotKnowOrCannotRead) {
  boot();
  EXPECT_EQ(ask({{"do", "sign"}, {"digest", "00"}}).at("code"), "not_found");
  console.take(bytes_of("!nonsense\n"));
  EXPECT_THAT(console.lines.back(), HasSubstr(R"("id":null,"error":{"code":"malformed")"));
  console.take(bytes_of("!" + std::string(console_line_bytes_max, ' ') + "\n"));
  EXPECT_THAT(console.lines.back(), HasSubstr(R"("code":"too_large")"));
  const auto before = console.lines.size();
  console.take(bytes_of("what a person types\n"));
  EXPECT_EQ(console.lines.size(), before);
}

TEST_F(BoardTest, ExplainsCertificateTimeWhenItsClockIsWrong) {
  chip.personalise(factory);
  clock.wall = Timestamp{Seconds{60}};
  boot();
  EXPECT_TRUE(
      printed("the element's certificate is not valid before 2026-09-21T14:00:00Z (the clock says "
              "1970-01-01T00:01:00Z): is the clock right?"))
      << testing::PrintToString(console.lines);
}

// The dial itself fails because nobody listens at port 9; a handshake that fails takes the same way.
TEST_F(BoardTest, ExplainsAfterAFailedDialThatTheManagersCertificateIsNotOfThisTime) {
  chip.personalise(factory);
  wifi.up = true;
  const std::string request = R"({"do":"agent.start","jobs":[],"wait":0})";
  const Buffer frame = encode({FrameKind::request, 1, request}).value();
  ASSERT_TRUE(write_file_atomic(folder + "/request", frame, 0600));
  const std::string script = "cat " + folder + "/request >&3; exec cat <&3";
  const auto dial_at = [&](Timestamp now) {
    clock.wall = now;
    boot(script);
    ask(claim_of("dev-000000000001"));
    turn_until([&] { return printed("refused"); });  // by the system: the dial has failed
  };
  dial_at(year_2026 + Seconds{86'400});
  EXPECT_FALSE(printed("the manager's certificate is")) << testing::PrintToString(console.lines);
  dial_at(Timestamp{Seconds{60}});
  EXPECT_TRUE(
      printed("the manager's certificate is not valid before 2026-09-21T14:00:00Z (the clock says "
              "1970-01-01T00:01:00Z): is the clock right?"))
      << testing::PrintToString(console.lines);
}

TEST_F(BoardTest, SaysThatItsWifiIsLostAndIsBack) {
  boot();
  wifi.changed();
  EXPECT_TRUE(printed("Wi-Fi is lost"));
  wifi.up = true;
  wifi.changed();
  EXPECT_TRUE(printed("Wi-Fi is back"));
  board.reset();
  wifi.changed();
}

}  // namespace
}  // namespace signet::board
