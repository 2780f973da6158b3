// The token over an element in memory: what programs may ask, first as they should, then as they should not.
#include "token/token.h"

#include "token/module.h"

#include <gmock/gmock.h>

#include <cstring>

namespace signet::token {
namespace {

using testing::ElementsAre;

class KeyElement final : public element::Element {
 public:
  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return element::Uid{0x01, 0x23, 1, 2, 3, 4, 5, 6, 0x01}; }
  Result<crypto::PublicKey> public_key() override { return crypto::public_key_of(key_); }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override {
    if (silent) return Error{Errc::unavailable, "nobody answers"};
    return crypto::sign(key_, digest);
  }
  Result<Buffer> random(std::size_t size) override {
    Buffer out(size);
    random_.fill(out);
    return out;
  }
  Result<element::Certificates> certificates() override { return Error{Errc::not_found, "none"}; }
  Result<std::uint32_t> counter(unsigned) override { return 0u; }
  Result<std::uint32_t> increment(unsigned) override { return 0u; }
  bool silent = false;

 private:
  crypto::SeededRandom_for_test random_{7};
  crypto::PrivateKey key_ = crypto::generate_private_key(random_);
};

class TokenTest : public testing::Test {
 protected:
  TokenTest() { EXPECT_EQ(token.open(CKF_SERIAL_SESSION, session), CKR_OK); }

  std::vector<CK_OBJECT_HANDLE> find(std::vector<CK_ATTRIBUTE> wanted) {
    EXPECT_EQ(token.find_begin(session, wanted), CKR_OK);
    std::vector<CK_OBJECT_HANDLE> out(8);
    CK_ULONG count = 0;
    EXPECT_EQ(token.find_next(session, out, count), CKR_OK);
    EXPECT_EQ(token.find_end(session), CKR_OK);
    out.resize(count);
    return out;
  }
  CK_OBJECT_HANDLE private_key() {
    CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    return find({{CKA_CLASS, &kind, sizeof kind}}).at(0);
  }

  std::shared_ptr<KeyElement> element = std::make_shared<KeyElement>();
  crypto::PublicKey key = element->public_key().value();
  Token token{element, element->uid().value(), key, {}};
  CK_SESSION_HANDLE session = 0;
  const crypto::Digest digest = crypto::sha256(bytes_of("a reading"));
  crypto::Signature signature{};
  CK_ULONG written = 0;
};

TEST_F(TokenTest, SignsADigestWithTheKeyThatItShows) {
  ASSERT_EQ(token.sign_begin(session, CKM_ECDSA, private_key()), CKR_OK);
  ASSERT_EQ(token.sign(session, digest, signature, written), CKR_OK);
  EXPECT_TRUE(crypto::verify(key, digest, signature));
  EXPECT_EQ(token.sign(session, digest, signature, written), CKR_OPERATION_NOT_INITIALIZED) << "one signature a begin";
}

TEST_F(TokenTest, HashesWholeOrInParts) {
  ASSERT_EQ(token.sign_begin(session, CKM_ECDSA_SHA256, private_key()), CKR_OK);
  ASSERT_EQ(token.sign(session, bytes_of("a reading"), signature, written), CKR_OK);
  EXPECT_TRUE(crypto::verify(key, digest, signature));
  ASSERT_EQ(token.sign_begin(session, CKM_ECDSA_SHA256, private_key()), CKR_OK);
  ASSERT_EQ(token.sign_more(session, bytes_of("a rea")), CKR_OK);
  ASSERT_EQ(token.sign_more(session, bytes_of("ding")), CKR_OK);
  ASSERT_EQ(token.sign_end(session, signature, written), CKR_OK);
  EXPECT_TRUE(crypto::verify(key, digest, signature));
}

TEST_F(TokenTest, TellsTheSizeFirstAndGoesOn) {
  ASSERT_EQ(token.sign_begin(session, CKM_ECDSA, private_key()), CKR_OK);
  EXPECT_EQ(token.sign(session, digest, {}, written), CKR_OK);
  EXPECT_EQ(written, 64u);
  EXPECT_EQ(token.sign(session, digest, std::span{signature}.first(63), written), CKR_BUFFER_TOO_SMALL);
  EXPECT_EQ(token.sign(session, digest, signature, written), CKR_OK);
}

TEST_F(TokenTest, LongerDigestsAreCutAndShorterOnesAreNumbers) {
  Buffer longer = copy_of(digest);
  longer.resize(48, 0xaa);
  ASSERT_EQ(token.sign_begin(session, CKM_ECDSA, private_key()), CKR_OK);
  ASSERT_EQ(token.sign(session, longer, signature, written), CKR_OK);
  EXPECT_TRUE(crypto::verify(key, digest, signature));
  crypto::Digest padded{};
  std::copy_n(digest.begin(), 20, padded.begin() + 12);
  ASSERT_EQ(token.sign_begin(session, CKM_ECDSA, private_key()), CKR_OK);
  ASSERT_EQ(token.sign(session, Bytes{digest}.first(20), signature, written), CKR_OK);
  EXPECT_TRUE(crypto::verify(key, padded, signature));
}

TEST_F(TokenTest, OnlyThePrivateKeySignsAndOnlyByTheMechanismsThereAre) {
  const CK_OBJECT_HANDLE good = private_key();
  CK_OBJECT_CLASS kind = CKO_PUBLIC_KEY;
  EXPECT_EQ(token.sign_begin(session, CKM_ECDSA, find({{CKA_CLASS, &kind, sizeof kind}}).at(0)),
            CKR_KEY_TYPE_INCONSISTENT);
  EXPECT_EQ(token.sign_begin(session, CKM_ECDSA, 99), CKR_KEY_HANDLE_INVALID);
  EXPECT_EQ(token.sign_begin(session, CKM_ECDSA, 0), CKR_KEY_HANDLE_INVALID);
  EXPECT_EQ(token.sign_begin(session, CKM_RSA_PKCS, good), CKR_MECHANISM_INVALID);
  EXPECT_EQ(token.sign_begin(session + 1, CKM_ECDSA, good), CKR_SESSION_HANDLE_INVALID);
  ASSERT_EQ(token.sign_begin(session, CKM_ECDSA, good), CKR_OK);
  EXPECT_EQ(token.sign_begin(session, CKM_ECDSA, good), CKR_OPERATION_ACTIVE);
}

TEST_F(TokenTest, AnElementThatDoesNotAnswerIsADeviceError) {
  element->silent = true;
  ASSERT_EQ(token.sign_begin(session, CKM_ECDSA, private_key()), CKR_OK);
  EXPECT_EQ(token.sign(session, digest, signature, written), CKR_DEVICE_ERROR);
}

TEST_F(TokenTest, ThePrivateKeyShowsWhatItIsAndNotItsValue) {
  Buffer room(64);
  CK_BBOOL extractable = CK_TRUE;
  CK_ATTRIBUTE asked[] = {{CKA_VALUE, room.data(), room.size()}, {CKA_EXTRACTABLE, &extractable, sizeof extractable}};
  EXPECT_EQ(token.read(session, private_key(), asked), CKR_ATTRIBUTE_SENSITIVE);
  EXPECT_EQ(asked[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
  EXPECT_EQ(room, Buffer(64)) << "nothing was written";
  EXPECT_EQ(extractable, CK_FALSE) << "the others are still told";
  CK_ATTRIBUTE unknown{CKA_MODULUS, nullptr, 0};
  EXPECT_EQ(token.read(session, private_key(), {&unknown, 1}), CKR_ATTRIBUTE_TYPE_INVALID);
}

TEST_F(TokenTest, SearchTakesEveryAttributeAtItsWord) {
  EXPECT_THAT(find({}), ElementsAre(1, 2));
  std::uint8_t id = device_id;
  EXPECT_THAT(find({{CKA_ID, &id, 1}}), ElementsAre(1, 2));
  id = 9;
  EXPECT_THAT(find({{CKA_ID, &id, 1}}), ElementsAre());
  CK_ULONG count = 0;
  EXPECT_EQ(token.find_next(session, {}, count), CKR_OPERATION_NOT_INITIALIZED);
}

TEST_F(TokenTest, SessionsAreLimitedAndSerial) {
  CK_SESSION_HANDLE more = 0;
  EXPECT_EQ(token.open(0, more), CKR_SESSION_PARALLEL_NOT_SUPPORTED);
  for (std::size_t i = 1; i < sessions_max; ++i) ASSERT_EQ(token.open(CKF_SERIAL_SESSION, more), CKR_OK);
  EXPECT_EQ(token.open(CKF_SERIAL_SESSION, more), CKR_SESSION_COUNT);
  EXPECT_EQ(token.close(more), CKR_OK);
  EXPECT_EQ(token.close(more), CKR_SESSION_HANDLE_INVALID);
  EXPECT_EQ(token.open(CKF_SERIAL_SESSION, more), CKR_OK);
}

TEST_F(TokenTest, RandomBytesHaveALimitACall) {
  Buffer some(random_bytes_max);
  ASSERT_EQ(token.random(session, some), CKR_OK);
  EXPECT_NE(some, Buffer(random_bytes_max));
  some.push_back(0);
  EXPECT_EQ(token.random(session, some), CKR_ARGUMENTS_BAD);
}

// The C list, as a program meets it.
struct ModuleTest : testing::Test {
  ModuleTest() {
    ::setenv("SIGNET_PKCS11_CONF", "/nonexistent/pkcs11.conf", 1);
    EXPECT_EQ(function_list(&call), CKR_OK);
  }
  ~ModuleTest() override { call->C_Finalize(nullptr); }
  CK_FUNCTION_LIST* call = nullptr;
};

TEST_F(ModuleTest, MustBeInitialisedOnce) {
  CK_INFO info;
  EXPECT_EQ(call->C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
  EXPECT_EQ(call->C_Initialize(nullptr), CKR_OK);
  EXPECT_EQ(call->C_Initialize(nullptr), CKR_CRYPTOKI_ALREADY_INITIALIZED);
  EXPECT_EQ(call->C_GetInfo(&info), CKR_OK);
  EXPECT_EQ(call->C_GetInfo(nullptr), CKR_ARGUMENTS_BAD);
  EXPECT_EQ(call->C_Finalize(nullptr), CKR_OK);
  EXPECT_EQ(call->C_Finalize(nullptr), CKR_CRYPTOKI_NOT_INITIALIZED);
}

TEST_F(ModuleTest, WithoutAnElementTheSlotIsEmpty) {
  ASSERT_EQ(call->C_Initialize(nullptr), CKR_OK);
  CK_ULONG count = 9;
  EXPECT_EQ(call->C_GetSlotList(CK_FALSE, nullptr, &count), CKR_OK);
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(call->C_GetSlotList(CK_TRUE, nullptr, &count), CKR_OK);
  EXPECT_EQ(count, 0u);
  CK_SLOT_INFO slot;
  EXPECT_EQ(call->C_GetSlotInfo(0, &slot), CKR_OK);
  EXPECT_EQ(slot.flags & CKF_TOKEN_PRESENT, 0u);
  CK_SESSION_HANDLE session = 0;
  EXPECT_EQ(call->C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &session), CKR_TOKEN_NOT_PRESENT);
  EXPECT_EQ(call->C_OpenSession(1, CKF_SERIAL_SESSION, nullptr, nullptr, &session), CKR_SLOT_ID_INVALID);
}

TEST_F(ModuleTest, EveryEntryOfTheListIsThere) {
  static_assert(sizeof(CK_FUNCTION_LIST) % sizeof(void*) == 0);
  const auto* words = reinterpret_cast<void* const*>(call);
  for (std::size_t i = 1; i < sizeof(CK_FUNCTION_LIST) / sizeof(void*); ++i) EXPECT_NE(words[i], nullptr) << i;
  EXPECT_EQ(call->C_GenerateKeyPair(0, nullptr, nullptr, 0, nullptr, 0, nullptr, nullptr), CKR_FUNCTION_NOT_SUPPORTED);
}

}  // namespace
}  // namespace signet::token
