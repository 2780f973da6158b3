#include "fleet/manager_for_test.h"
#include "fleet/people.h"
#include "fleet/state.h"
#include "fleet/throttle.h"

namespace signet::fleet {
namespace {

constexpr const char* elsewhere = "203.0.113.80:1234";

TEST(SetUp, TheFirstAccountComesWithItsWorkspaceAndFleet) {
  Manager_for_test m;
  ASSERT_EQ(m.setup_token.size(), 43u) << "32 bytes in base64url";
  const auto in = m.fleet.set_up(m.setup_token, "Ada@Example.org", password_for_test, address_for_test);
  ASSERT_TRUE(is_well(in));
  EXPECT_EQ(in.value().account.email, "ada@example.org");
  EXPECT_EQ(in.value().workspace.name, "default");
  const Actor owner = m.fleet.authenticate(in.value().token, address_for_test).value();
  const auto fleets = m.fleet.fleets(owner, in.value().workspace.id).value();
  ASSERT_EQ(fleets.size(), 1u);
  EXPECT_EQ(fleets[0].name, "default");
  EXPECT_EQ(m.last_audit().action, "account.set_up");
  EXPECT_EQ(m.last_audit().subject, "ada@example.org");
  EXPECT_EQ(m.last_audit().address, address_for_test);
}

TEST(SetUp, WorksOnceAndOnlyWithTheLinkOfThisStart) {
  Manager_for_test m;
  const std::string older = m.setup_token;
  const std::string newer = m.fleet.open_setup().value();
  ASSERT_NE(older, newer);
  EXPECT_TRUE(fails_with(m.fleet.set_up(older, email_for_test, password_for_test, elsewhere), Errc::unauthenticated));
  EXPECT_FALSE(m.last_audit().allowed);
  EXPECT_TRUE(fails_with(m.fleet.set_up("", email_for_test, password_for_test, elsewhere), Errc::unauthenticated));
  EXPECT_TRUE(is_well(m.fleet.set_up(newer, email_for_test, password_for_test, elsewhere)));
  EXPECT_TRUE(fails_with(m.fleet.set_up(newer, "b@example.org", password_for_test, elsewhere), Errc::conflict));
  EXPECT_EQ(m.fleet.open_setup().value(), "") << "there is an account now";
}

TEST(SetUp, RefusesWhatIsNoAccountAndTheLinkStaysGood) {
  Manager_for_test m;
  for (const char* email : {"", "ada", "@example.org", "ada@", "a@b@c", "a b@c", "a\n@b"}) {
    EXPECT_TRUE(fails_with(m.fleet.set_up(m.setup_token, email, password_for_test, elsewhere), Errc::malformed))
        << email;
  }
  const std::string longest = std::string(email_bytes_max - 12, 'a') + "@example.org";
  EXPECT_TRUE(fails_with(m.fleet.set_up(m.setup_token, "a" + longest, password_for_test, elsewhere), Errc::too_large));
  EXPECT_TRUE(fails_with(m.fleet.set_up(m.setup_token, email_for_test, "short", elsewhere), Errc::malformed));
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.fleet.set_up(m.setup_token, email_for_test, password_for_test, elsewhere), Errc::exhausted));
  EXPECT_FALSE(m.store.operator_account().value()) << "nothing half made";
  EXPECT_TRUE(is_well(m.fleet.set_up(m.setup_token, longest, password_for_test, elsewhere)));
}

struct SignInTest : testing::Test {
  SignInTest() { m.set_up(); }
  Result<SignedIn> try_in(std::string_view email, std::string_view password, std::string_view address = elsewhere) {
    return m.fleet.sign_in(email, password, address);
  }
  Manager_for_test m;
};

TEST_F(SignInTest, AnswersAWrongPasswordAndAnUnknownEmailAlike) {
  ASSERT_TRUE(is_well(try_in("ADA@example.org", password_for_test)));
  EXPECT_EQ(m.last_audit().action, "account.sign_in");
  EXPECT_TRUE(m.last_audit().allowed);
  const auto wrong = try_in(email_for_test, "correct horse staple");
  const auto unknown = try_in("eve@example.org", "correct horse staple");
  const auto nonsense = try_in("no e-mail at all", "correct horse staple");
  ASSERT_TRUE(fails_with(wrong, Errc::unauthenticated));
  ASSERT_TRUE(fails_with(unknown, Errc::unauthenticated));
  ASSERT_TRUE(fails_with(nonsense, Errc::unauthenticated));
  EXPECT_EQ(wrong.error().what, unknown.error().what);
  EXPECT_EQ(wrong.error().what, nonsense.error().what);
  EXPECT_TRUE(fails_with(try_in(email_for_test, ""), Errc::unauthenticated));
  EXPECT_FALSE(m.last_audit().allowed);
}

TEST_F(SignInTest, GuessingGetsSlowButNeverLocksTheOwnerOut) {
  for (unsigned i = 0; i <= Throttle::free_failures; ++i) {
    EXPECT_TRUE(fails_with(try_in(email_for_test, "guess number 1234"), Errc::unauthenticated));
  }
  EXPECT_TRUE(fails_with(try_in(email_for_test, password_for_test), Errc::exhausted))
      << "from here even the right one waits";
  EXPECT_TRUE(fails_with(try_in(email_for_test, password_for_test, "203.0.113.80:9"), Errc::exhausted))
      << "whatever the port";
  EXPECT_TRUE(is_well(try_in(email_for_test, password_for_test, "192.0.2.55:1"))) << "from elsewhere it works";
  m.clock.advance(Seconds{1});
  EXPECT_TRUE(is_well(try_in(email_for_test, password_for_test)));
  EXPECT_TRUE(fails_with(try_in(email_for_test, "guess number 1234"), Errc::unauthenticated)) << "and counts anew";
}

TEST_F(SignInTest, ManyAddressesTogetherCannotKeepTheManagerBusyWithPasswords) {
  const auto guess = [&](unsigned i) {
    const std::string n = std::to_string(i);
    return try_in("eve" + n + "@example.org", "guess number 1234", "198.51.100." + n + ":1");
  };
  for (unsigned i = 0; i < Quota::uses_max; ++i) EXPECT_TRUE(fails_with(guess(i), Errc::unauthenticated)) << i;
  EXPECT_TRUE(fails_with(guess(100), Errc::exhausted));
  EXPECT_FALSE(m.last_audit().allowed);
  m.clock.advance(Quota::window);
  EXPECT_TRUE(is_well(try_in(email_for_test, password_for_test)));
}

TEST_F(SignInTest, ASessionEndsWithTimeOrBySigningOut) {
  const std::string token = try_in(email_for_test, password_for_test).value().token;
  EXPECT_TRUE(token.starts_with("sgs_"));
  const auto actor = m.fleet.authenticate(token, elsewhere);
  ASSERT_TRUE(is_well(actor));
  EXPECT_EQ(actor.value().email, email_for_test);
  EXPECT_EQ(actor.value().address, elsewhere);
  std::string harmed = token;
  harmed.back() = harmed.back() == 'A' ? 'B' : 'A';
  EXPECT_TRUE(fails_with(m.fleet.authenticate(harmed, elsewhere), Errc::unauthenticated));
  EXPECT_TRUE(fails_with(m.fleet.authenticate("", elsewhere), Errc::unauthenticated));
  EXPECT_TRUE(fails_with(m.fleet.authenticate(std::string(1'000'000, 'a'), elsewhere), Errc::unauthenticated));

  const std::string other = try_in(email_for_test, password_for_test).value().token;
  ASSERT_TRUE(is_well(m.fleet.sign_out(actor.value(), token)));
  EXPECT_TRUE(fails_with(m.fleet.authenticate(token, elsewhere), Errc::unauthenticated));
  EXPECT_TRUE(is_well(m.fleet.authenticate(other, elsewhere)));
  for (Seconds gone{0}; gone < Policy{}.session_lifetime; gone += Seconds{3600}) {
    EXPECT_TRUE(is_well(m.fleet.authenticate(other, elsewhere))) << "it is used";
    m.clock.advance(Seconds{3600});
  }
  EXPECT_TRUE(fails_with(m.fleet.authenticate(other, elsewhere), Errc::unauthenticated)) << "and ends all the same";
}

TEST_F(SignInTest, AStrangerCannotSignTheOwnerOut) {
  const std::string token = try_in(email_for_test, password_for_test).value().token;
  EXPECT_TRUE(fails_with(m.fleet.sign_out(m.stranger(), token), Errc::not_found));
  EXPECT_TRUE(is_well(m.fleet.authenticate(token, elsewhere)));
}

TEST_F(SignInTest, AnApiKeyReachesItsOwnWorkspaceAlone) {
  const Workspace lab = m.fleet.create_workspace(m.owner, "lab", "").value();
  const std::string text = People{m.fleet}.create_key(m.owner, lab.id, {"ci"}).value().text;
  EXPECT_TRUE(text.starts_with("sgk_"));
  EXPECT_EQ(m.last_audit().detail, text.substr(0, 10) + ", operator") << "only the prefix is told";
  const Actor key = m.fleet.authenticate(text, elsewhere).value();
  EXPECT_EQ(key.only, lab.id);
  ASSERT_EQ(m.fleet.workspaces(key).value().size(), 1u);
  EXPECT_EQ(m.fleet.workspaces(key).value()[0].id, lab.id);
  EXPECT_TRUE(is_well(m.fleet.create_device(key, lab.id, "pump", std::nullopt)));
  EXPECT_TRUE(fails_with(m.fleet.create_device(key, m.workspace.id, "pump", std::nullopt), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.create_workspace(key, "more", ""), Errc::forbidden));
  EXPECT_TRUE(fails_with(People{m.fleet}.create_key(key, lab.id, {"more"}), Errc::forbidden));
  EXPECT_TRUE(fails_with(m.fleet.audit(key, 0, 10), Errc::forbidden));
  EXPECT_TRUE(fails_with(m.fleet.import_units(key, {m.make_unit().unit}, "m"), Errc::forbidden));
  m.clock.advance(Policy{}.session_lifetime * 100);
  EXPECT_TRUE(is_well(m.fleet.authenticate(text, elsewhere))) << "a key stands until it is taken away";
}

// Ours are shorter: one of the limit's length is put into the store to be found.
TEST_F(SignInTest, ATokenPastItsLimitIsNotEvenLookedFor) {
  for (const std::size_t size : {token_bytes_max, token_bytes_max + 1}) {
    const std::string text(size, 't');
    Token token{};
    token.hash = crypto::sha256(bytes_of(text));
    token.id = m.samples.ids.next<TokenIdKind>();
    token.created_at = m.clock.now();
    token.account = m.owner.account;
    token.expires_at = m.clock.now() + Seconds{60};
    ASSERT_TRUE(is_well(m.store.change([&](Changes& to) { return to.add_token(token); })));
    const auto actor = m.fleet.authenticate(text, elsewhere);
    if (size == token_bytes_max) {
      EXPECT_TRUE(is_well(actor));
    } else {
      EXPECT_TRUE(fails_with(actor, Errc::unauthenticated));
    }
  }
}

}  // namespace
}  // namespace signet::fleet
