#include "fleet/own_account.h"
#include "fleet/manager_for_test.h"
#include "fleet/people.h"
#include "fleet/state.h"
#include "fleet/totp.h"

namespace signet::fleet {
namespace {

constexpr const char* cafe = "203.0.113.80:1234";

struct OwnAccountTest : testing::Test {
  OwnAccountTest() { m.set_up(); }
  Result<SignedIn> sign_in(std::string_view address = cafe, std::string_view code = "") {
    return m.fleet.sign_in(email_for_test, password_for_test, address, code);
  }
  Actor session(std::string_view address = cafe, std::string_view code = "") {
    return m.fleet.authenticate(sign_in(address, code).value().token, address).value();
  }
  // What the person's authenticator shows: its secret comes back from base32.
  std::string code_of(const std::string& secret, int away = 0) {
    Buffer bytes;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : secret) {
      held = held << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
      if ((bits += 5) >= 8) bytes.push_back(static_cast<std::uint8_t>(held >> (bits -= 8)));
    }
    return totp_code(bytes, totp_step(m.clock.now()) + away);
  }
  std::string wrong_code(const std::string& secret) {
    std::string out = code_of(secret, 5);
    for (int away = -1; away <= 1; ++away) EXPECT_NE(out, code_of(secret, away));
    return out;
  }
  // Enrolled and confirmed; the codes of this moment are used up.
  std::vector<std::string> enrol() {
    secret = own.enrol(m.owner, password_for_test).value().secret;
    std::vector<std::string> out = own.confirm(m.owner, code_of(secret)).value();
    m.clock.advance(totp_period * 2);
    return out;
  }
  Manager_for_test m;
  OwnAccount own{m.fleet};
  std::string secret;
};

TEST_F(OwnAccountTest, SessionsAreListedAndEnded) {
  const Actor here = session(), there = session("198.51.100.7:1");
  ASSERT_EQ(own.sessions(here).value().size(), 3u);
  EXPECT_EQ(own.sessions(here).value()[2].address, "198.51.100.7");
  EXPECT_TRUE(fails_with(own.end_session(m.stranger(), there.token), Errc::not_found));
  ASSERT_TRUE(is_well(own.end_session(here, there.token)));
  EXPECT_TRUE(fails_with(own.end_session(here, there.token), Errc::not_found));
  ASSERT_TRUE(is_well(own.end_other_sessions(here)));
  ASSERT_EQ(own.sessions(here).value().size(), 1u);
  EXPECT_EQ(own.sessions(here).value()[0].id, here.token);
  m.clock.advance(Policy{}.session_idle);
  EXPECT_TRUE(own.sessions(here).value().empty()) << "what is over is not shown";
}

TEST_F(OwnAccountTest, AnApiKeyMayDoNoneOfIt) {
  const std::string text = People{m.fleet}.create_key(m.owner, m.workspace.id, {"k", Role::owner}).value().text;
  const Actor key = m.fleet.authenticate(text, cafe).value();
  EXPECT_TRUE(fails_with(own.about(key), Errc::forbidden));
  EXPECT_TRUE(fails_with(own.sessions(key), Errc::forbidden));
  EXPECT_TRUE(fails_with(own.end_other_sessions(key), Errc::forbidden));
  EXPECT_TRUE(fails_with(own.change_password(key, password_for_test, "another long one"), Errc::forbidden));
  EXPECT_TRUE(fails_with(own.enrol(key, password_for_test), Errc::forbidden));
  EXPECT_TRUE(fails_with(own.confirm(key, "000000"), Errc::forbidden));
  EXPECT_TRUE(fails_with(own.disable(key, password_for_test, "000000"), Errc::forbidden));
}

TEST_F(OwnAccountTest, ANewPasswordEndsTheOtherSessions) {
  const std::string mine = sign_in().value().token, other = sign_in().value().token;
  const Actor here = m.fleet.authenticate(mine, cafe).value();
  EXPECT_TRUE(fails_with(own.change_password(here, "wrong but long", "another long one"), Errc::unauthenticated));
  EXPECT_TRUE(fails_with(own.change_password(here, password_for_test, "short"), Errc::malformed));
  EXPECT_TRUE(is_well(m.fleet.authenticate(other, cafe)));
  ASSERT_TRUE(is_well(own.change_password(here, password_for_test, "another long one")));
  EXPECT_TRUE(is_well(m.fleet.authenticate(mine, cafe)));
  EXPECT_TRUE(fails_with(m.fleet.authenticate(other, cafe), Errc::unauthenticated));
  EXPECT_TRUE(fails_with(sign_in(), Errc::unauthenticated));
  EXPECT_TRUE(is_well(m.fleet.sign_in(email_for_test, "another long one", cafe)));
}

TEST_F(OwnAccountTest, ASecondFactorIsAskedForOnceACodeWasSeen) {
  const Enrolment made = own.enrol(m.owner, password_for_test).value();
  secret = made.secret;
  EXPECT_EQ(secret.size(), 32u);
  EXPECT_EQ(made.uri.find("otpauth://totp/Signet:ada%40example.org?secret=" + secret), 0u);
  const std::string other = sign_in().value().token;  // not confirmed: not asked for
  EXPECT_TRUE(fails_with(own.confirm(m.owner, wrong_code(secret)), Errc::unauthenticated));
  EXPECT_FALSE(own.about(m.owner).value().second_factor);
  const auto recovery = own.confirm(m.owner, code_of(secret)).value();
  EXPECT_EQ(recovery.size(), recovery_codes_made);
  EXPECT_TRUE(own.about(m.owner).value().second_factor);
  EXPECT_TRUE(fails_with(m.fleet.authenticate(other, cafe), Errc::unauthenticated)) << "signed in with one factor";
  EXPECT_TRUE(fails_with(own.enrol(m.owner, password_for_test), Errc::conflict));

  const auto refused = sign_in();
  ASSERT_TRUE(fails_with(refused, Errc::unauthenticated));
  EXPECT_EQ(refused.error().what, needs_a_code);
  EXPECT_TRUE(may_be_told(refused.error()));
  const auto wrong_password = m.fleet.sign_in(email_for_test, "wrong but long", cafe, code_of(secret, 1));
  ASSERT_TRUE(fails_with(wrong_password, Errc::unauthenticated));
  EXPECT_FALSE(may_be_told(wrong_password.error())) << "a stranger does not hear that there is one";
  EXPECT_TRUE(fails_with(sign_in(cafe, code_of(secret)), Errc::unauthenticated)) << "it was used to confirm";
  EXPECT_TRUE(is_well(sign_in(cafe, code_of(secret, 1))));
  EXPECT_TRUE(fails_with(sign_in(cafe, code_of(secret, 1)), Errc::unauthenticated)) << "each code once";
}

TEST_F(OwnAccountTest, ARecoveryCodeWorksOnceHoweverItIsTyped) {
  const std::vector<std::string> recovery = enrol();
  std::string loud = recovery[0];
  for (char& c : loud) c = c == '-' ? ' ' : c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  EXPECT_TRUE(is_well(sign_in(cafe, loud)));
  EXPECT_TRUE(fails_with(sign_in(cafe, recovery[0]), Errc::unauthenticated));
  EXPECT_TRUE(is_well(sign_in(cafe, recovery[1])));
  EXPECT_EQ(own.about(m.owner).value().recovery_codes, recovery_codes_made - 2);
  EXPECT_TRUE(fails_with(sign_in(cafe, std::string(token_bytes_max + 1, 'a')), Errc::unauthenticated));
}

TEST_F(OwnAccountTest, DisablingAsksForBoth) {
  enrol();
  EXPECT_TRUE(fails_with(own.disable(m.owner, "wrong but long", code_of(secret)), Errc::unauthenticated));
  EXPECT_TRUE(fails_with(own.disable(m.owner, password_for_test, ""), Errc::unauthenticated));
  EXPECT_TRUE(fails_with(own.disable(m.owner, password_for_test, wrong_code(secret)), Errc::unauthenticated));
  ASSERT_TRUE(is_well(own.disable(m.owner, password_for_test, code_of(secret))));
  EXPECT_TRUE(is_well(sign_in()));
  EXPECT_TRUE(fails_with(own.disable(m.owner, password_for_test, code_of(secret)), Errc::conflict));
}

TEST_F(OwnAccountTest, GuessingCodesFromEverywhereGetsSlowAndKeepsTheOwnerNot) {
  const std::vector<std::string> recovery = enrol();
  unsigned tried = 0, waits = 0;
  for (unsigned i = 0; i < 200; ++i) {
    m.clock.advance(Seconds{5});
    const auto guess = sign_in("198.51.100." + std::to_string(i) + ":1", wrong_code(secret));
    guess.error().code == Errc::exhausted ? ++waits : ++tried;
    EXPECT_FALSE(guess);
  }
  EXPECT_LT(tried, 15u) << "of 200 in a thousand seconds, each from another address";
  EXPECT_EQ(tried + waits, 200u);
  EXPECT_TRUE(fails_with(sign_in(cafe, code_of(secret)), Errc::exhausted)) << "from a new place the owner waits too,";
  EXPECT_TRUE(is_well(sign_in(cafe, recovery[0]))) << "but not with a recovery code,";
  m.clock.advance(totp_period);
  EXPECT_TRUE(is_well(sign_in(address_for_test, code_of(secret)))) << "nor where they are signed in";
}

TEST_F(OwnAccountTest, StrangersCannotUseUpTheSignInsOfWhoIsAtHome) {
  for (unsigned i = 0; i < Quota::uses_max; ++i) {
    const std::string n = std::to_string(i);
    EXPECT_TRUE(fails_with(m.fleet.sign_in(n + "@example.org", "guess number 1234", "198.51.100." + n + ":1"),
                           Errc::unauthenticated));
  }
  EXPECT_TRUE(fails_with(sign_in(cafe), Errc::exhausted));
  EXPECT_TRUE(is_well(sign_in(address_for_test)));
}

TEST_F(OwnAccountTest, NothingThatIsKeptOrToldHoldsTheSecret) {
  const std::vector<std::string> recovery = enrol();
  ASSERT_TRUE(is_well(sign_in(cafe, code_of(secret))));
  const SecondFactor kept = m.store.second_factor(m.owner.account).value().value();
  EXPECT_EQ(base32(kept.sealed).find(secret), std::string::npos);
  EXPECT_GT(kept.sealed.size(), totp_secret_bytes + crypto::aead_tag_bytes);
  for (const AuditEntry& entry : m.audit()) {
    EXPECT_EQ(entry.detail.find(secret), std::string::npos);
    EXPECT_EQ(entry.detail.find(recovery[0]), std::string::npos);
  }
  // Another manager's keys do not open it; the recovery codes still work there.
  Fleet other{m.store, m.clock, m.random, {std::string(64, 'd'), {}, crypto::AeadKey{m.random.block<32>()}}, {}};
  m.clock.advance(totp_period);
  EXPECT_TRUE(fails_with(other.sign_in(email_for_test, password_for_test, cafe, code_of(secret)), Errc::corrupt));
  EXPECT_TRUE(is_well(other.sign_in(email_for_test, password_for_test, cafe, recovery[0])));
}

}  // namespace
}  // namespace signet::fleet
