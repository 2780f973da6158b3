#include "crypto/pkcs11/token.h"

#include "base/port/file.h"
#include "crypto/pkcs11/module.h"
#include "crypto/pkcs11/session.h"

#include <gtest/gtest.h>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace signet::crypto {
namespace {

// A SoftHSM of this test's own, in a folder of this test's own.
class Pkcs11Token : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "signet-token-XXXXXX";
    ASSERT_TRUE(mkdtemp(pattern.data()));
    folder_ = pattern;
    ASSERT_TRUE(make_folder(folder_ + "/tokens", 0700));
    const std::string conf =
        "directories.tokendir = " + folder_ + "/tokens\nobjectstore.backend = file\nlog.level = ERROR\n";
    ASSERT_TRUE(write_file_atomic(folder_ + "/softhsm2.conf", bytes_of(conf), 0600));
    setenv("SOFTHSM2_CONF", (folder_ + "/softhsm2.conf").c_str(), 1);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // REQUIRES: no Token is open: the module is finalised here.
  void destroy_private_half(std::string_view label) {
    const auto module = Pkcs11Module::load(module_);
    ASSERT_TRUE(module);
    auto& call = module.value()->call();
    CK_SESSION_HANDLE session = 0;
    const CK_SLOT_ID slot = module.value()->slot_of("foundry").value();
    ASSERT_EQ(call.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session), CKR_OK);
    const std::string_view pin = text_of(pin_.reveal());
    ASSERT_EQ(call.C_Login(session, CKU_USER, mutable_text(pin), pin.size()), CKR_OK);
    CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &kind, sizeof kind}, {CKA_LABEL, mutable_text(label), label.size()}};
    CK_OBJECT_HANDLE found = 0;
    CK_ULONG count = 0;
    ASSERT_EQ(call.C_FindObjectsInit(session, wanted, 2), CKR_OK);
    ASSERT_EQ(call.C_FindObjects(session, &found, 1, &count), CKR_OK);
    ASSERT_EQ(call.C_FindObjectsFinal(session), CKR_OK);
    ASSERT_EQ(call.C_DestroyObject(session, found), CKR_OK);
  }

  static constexpr const char* module_ = "/usr/lib/softhsm/libsofthsm2.so";
  std::string folder_;
  SecretBytes pin_{copy_of(bytes_of("correct pin"))};
  SecretBytes officer_pin_{copy_of(bytes_of("officer's pin"))};
};

TEST_F(Pkcs11Token, SignsWithAKeyThatStaysInside) {
  ASSERT_TRUE(Token::create(module_, "foundry", pin_, officer_pin_));
  PublicKey key;
  {
    const auto token = Token::open(module_, "foundry", pin_);
    ASSERT_TRUE(token) << token.error().what;
    key = token.value()->generate_key("root").value();
    const Digest digest = sha256(bytes_of("birth"));
    EXPECT_TRUE(verify(key, digest, token.value()->sign("root", digest).value()));
  }
  const auto again = Token::open(module_, "foundry", pin_);  // another process would find the same key
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again.value()->public_key("root").value(), key);
}

TEST_F(Pkcs11Token, RefusesWhatWouldConfuse) {
  ASSERT_TRUE(Token::create(module_, "foundry", pin_, officer_pin_));
  EXPECT_EQ(Token::create(module_, "foundry", pin_, officer_pin_).error().code, Errc::conflict);
  const std::string longest(token_label_bytes_max, 'x');
  EXPECT_TRUE(Token::create(module_, longest, pin_, officer_pin_));
  EXPECT_EQ(Token::create(module_, longest + "x", pin_, officer_pin_).error().code, Errc::too_large);
  {
    const auto token = Token::open(module_, "foundry", pin_);
    ASSERT_TRUE(token) << token.error().what;
    ASSERT_TRUE(token.value()->generate_key("root"));
    EXPECT_EQ(token.value()->generate_key("root").error().code, Errc::conflict);
    EXPECT_EQ(token.value()->sign("absent", Digest{}).error().code, Errc::not_found);
  }
  EXPECT_EQ(Token::open(module_, "absent", pin_).error().code, Errc::not_found);
  const SecretBytes wrong{copy_of(bytes_of("wrong pin"))};
  EXPECT_EQ(Token::open(module_, "foundry", wrong).error().code, Errc::unauthenticated);
  EXPECT_EQ(Token::open("/no/such/module.so", "foundry", pin_).error().code, Errc::not_found);
}

// A kill between C_InitToken and C_InitPIN left a token that only an operator could remove.
TEST_F(Pkcs11Token, OneWithoutItsPinIsFinished) {
  {
    const auto module = Pkcs11Module::load(module_).value();
    std::string label = "foundry";
    label.resize(token_label_bytes_max, ' ');
    const std::string_view officer = text_of(officer_pin_.reveal());
    ASSERT_TRUE(
        judge("C_InitToken", module->call().C_InitToken(module->slots(true).value().at(0), mutable_text(officer),
                                                        officer.size(), mutable_text(label))));
  }
  EXPECT_FALSE(Token::open(module_, "foundry", pin_));
  ASSERT_TRUE(Token::create(module_, "foundry", pin_, officer_pin_));
  EXPECT_TRUE(Token::open(module_, "foundry", pin_));
  EXPECT_EQ(Token::create(module_, "foundry", pin_, officer_pin_).error().code, Errc::conflict);
}

TEST_F(Pkcs11Token, HalfAKeyPairIsMadeWhole) {
  ASSERT_TRUE(Token::create(module_, "foundry", pin_, officer_pin_));
  ASSERT_TRUE(Token::open(module_, "foundry", pin_).value()->generate_key("root"));
  destroy_private_half("root");
  const auto token = Token::open(module_, "foundry", pin_).value();
  EXPECT_EQ(token->public_key("root").error().code, Errc::not_found);
  const PublicKey key = token->generate_key("root").value();
  EXPECT_EQ(token->public_key("root").value(), key);
  EXPECT_TRUE(verify(key, Digest{}, token->sign("root", Digest{}).value()));
}

TEST_F(Pkcs11Token, HoldsMoreThanASessionTakes) {
  ASSERT_TRUE(Token::create(module_, "foundry", pin_, officer_pin_));
  const auto session = Pkcs11Session::open(module_, "foundry", pin_).value();
  const auto keep = [&](std::size_t size) {
    CK_OBJECT_CLASS kind = CKO_DATA;
    const Buffer value(size, 7);
    CK_ATTRIBUTE object[] = {pkcs11_attribute(CKA_CLASS, kind), pkcs11_bytes(CKA_VALUE, value)};
    CK_OBJECT_HANDLE made = 0;
    EXPECT_EQ(session->call().C_CreateObject(session->handle(), object, 2, &made), CKR_OK);
    return made;
  };
  EXPECT_EQ(session->read(keep(Pkcs11Session::attribute_bytes_max), CKA_VALUE).value(),
            Buffer(Pkcs11Session::attribute_bytes_max, 7));
  EXPECT_EQ(session->read(keep(Pkcs11Session::attribute_bytes_max + 1), CKA_VALUE).error().code, Errc::too_large);
  for (std::size_t count = 2; count < Pkcs11Session::objects_max; ++count) keep(1);
  EXPECT_EQ(session->find_all(CKO_DATA, {}).value().size(), Pkcs11Session::objects_max);
  keep(1);
  EXPECT_EQ(session->find_all(CKO_DATA, {}).value().size(), Pkcs11Session::objects_max) << "the first ones";
}

TEST_F(Pkcs11Token, ServesSeveralThreads) {
  ASSERT_TRUE(Token::create(module_, "foundry", pin_, officer_pin_));
  const auto token = Token::open(module_, "foundry", pin_).value();
  const PublicKey key = token->generate_key("signer").value();
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (std::uint8_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint8_t i = 0; i < 25; ++i) {
        const Digest digest = sha256(Block<2>{thread, i});
        const auto signature = token->sign("signer", digest);
        if (signature && verify(key, digest, signature.value())) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 100);
}

}  // namespace
}  // namespace signet::crypto
