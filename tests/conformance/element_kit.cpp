// The tests: the unharmed case first, then one harm at a time.
#include "element_kit.h"

#include "board/element_for_test.h"

#include <gtest/gtest.h>
#include <algorithm>

namespace signet::element::kit {
namespace {

const crypto::Digest digest = crypto::sha256(bytes_of("what was understood"));

BoardSecret secret_of(std::uint8_t first) { return BoardSecret{Block<32>{first, 2, 3}}; }

template <class T>
std::string why(const Result<T>& result) {
  return result ? "no error" : result.error().what;
}

class ElementKit : public testing::TestWithParam<Kind> {
 protected:
  Element& element() { return bench_->element(); }
  Element& other() { return bench_->other(); }
  Buffer sealed(std::string_view purpose, Bytes plain) {
    auto made = element().seal(purpose, plain);
    EXPECT_TRUE(made) << why(made);
    return made ? made.value() : Buffer{};
  }
  void bind() {
    const Status bound = element().bind(secret_of(1));
    ASSERT_TRUE(bound) << why(bound);
  }
  // Both elements, each with a board of its own where it needs one.
  void prepare_to_seal() {
    if (bench_->seals_alone()) return;
    EXPECT_FALSE(element().seal("probe", {})) << "alone";
    ASSERT_TRUE(element().bind(secret_of(1)));
    ASSERT_TRUE(other().bind(secret_of(2)));
    prove_bonds();
  }
  void prove_bonds() {
    if (bench_->seals_alone()) return;
    ASSERT_TRUE(element().present(secret_of(1)));
    ASSERT_TRUE(other().present(secret_of(2)));
  }
  // Device first: issued for this element's key by a manufacturer in memory.
  std::vector<Buffer> chain_of(std::size_t size) {
    static board::Factory_for_test factory;
    const auto device =
        identity::issue_enrolled(element().public_key().value(), dcn_of(element().uid().value()), factory.signer,
                                 board::year_2026, board::signer_of(factory.signer_key));
    std::vector<Buffer> chain{device.value().der, factory.signer.der};
    chain.resize(size);
    return chain;
  }
  bool signs() {
    const auto signature = element().sign(digest);
    return signature && crypto::verify(element().public_key().value(), digest, signature.value());
  }

  std::unique_ptr<Bench> bench_ = GetParam().make();
};

TEST_P(ElementKit, SignsWithTheKeyItShows) {
  const auto key = element().public_key();
  ASSERT_TRUE(key) << why(key);
  EXPECT_TRUE(crypto::is_public_key(key.value()));
  for (int i = 0; i < 20; ++i) {  // a number below 2^248 must be padded
    const crypto::Digest each = crypto::sha256(Buffer(1, static_cast<std::uint8_t>(i)));
    const auto signature = element().sign(each);
    ASSERT_TRUE(signature) << why(signature);
    EXPECT_TRUE(crypto::verify(key.value(), each, signature.value()));
    EXPECT_FALSE(crypto::verify(key.value(), digest, signature.value()));
    EXPECT_FALSE(crypto::verify(other().public_key().value(), each, signature.value()));
  }
}

TEST_P(ElementKit, IsTheSameAfterAPowerCycleAndAnotherThanTheOther) {
  const Uid uid = element().uid().value();
  const auto key = element().public_key().value();
  const auto agreement = element().agreement_key();
  bench_->power_cycle();
  EXPECT_EQ(element().uid().value(), uid);
  EXPECT_EQ(element().public_key().value(), key);
  if (agreement) {
    EXPECT_EQ(element().agreement_key().value(), agreement.value());
  }
  EXPECT_TRUE(signs());
  EXPECT_NE(other().uid().value(), uid);
  EXPECT_NE(other().public_key().value(), key);
}

TEST_P(ElementKit, RandomBytesDiffer) {
  std::vector<Buffer> seen;
  for (const std::size_t size : {1u, 31u, 32u, 33u, 32u, 100u, 32u, 512u}) {
    const auto bytes = element().random(size);
    ASSERT_TRUE(bytes) << why(bytes);
    EXPECT_EQ(bytes.value().size(), size);
    if (size >= 31) {
      EXPECT_EQ(std::ranges::count(seen, bytes.value()), 0);
    }
    seen.push_back(bytes.value());
  }
  EXPECT_EQ(element().random(0).value().size(), 0u);
}

TEST_P(ElementKit, AgreesOnAKeyWithAKeyThatIsNotItsIdentity) {
  crypto::SeededRandom_for_test random{3};
  const auto peer = crypto::generate_private_key(random);
  const auto own = element().agreement_key();
  ASSERT_TRUE(own) << why(own);
  EXPECT_NE(own.value(), element().public_key().value());
  const auto shared = element().ecdh(crypto::public_key_of(peer));
  ASSERT_TRUE(shared) << why(shared);
  EXPECT_EQ(hex(shared.value().reveal()), hex(crypto::ecdh(peer, own.value()).value().reveal()));

  crypto::PublicKey off_the_curve = crypto::public_key_of(peer);
  off_the_curve[63] ^= 1;
  EXPECT_FALSE(element().ecdh(off_the_curve));
  EXPECT_FALSE(element().ecdh(crypto::PublicKey{}));
}

TEST_P(ElementKit, SealedBytesOpenHereForTheirPurposeAlsoAfterAPowerCycle) {
  prepare_to_seal();
  for (const std::size_t size : {0u, 1u, 31u, 32u, 33u, 2048u}) {
    const Buffer plain = element().random(size).value();
    const Buffer blob = sealed("wifi.password", plain);
    EXPECT_LE(blob.size(), sealed_bytes_max);
    if (size >= 31) {
      EXPECT_TRUE(std::search(blob.begin(), blob.end(), plain.begin(), plain.end()) == blob.end())
          << "the plain text stands in the blob";
    }
    bench_->power_cycle();
    prove_bonds();
    const auto opened = element().unseal("wifi.password", blob);
    ASSERT_TRUE(opened) << size << " bytes: " << why(opened);
    EXPECT_EQ(opened.value(), plain);
  }
  EXPECT_NE(sealed("wifi.password", bytes_of("same")), sealed("wifi.password", bytes_of("same")));
}

TEST_P(ElementKit, NobodyAndNothingElseOpensSealedBytes) {
  prepare_to_seal();
  const Buffer blob = sealed("wifi.password", bytes_of("correct horse"));
  ASSERT_TRUE(element().unseal("wifi.password", blob));
  EXPECT_EQ(element().unseal("wifi.passwort", blob).error().code, Errc::corrupt);
  EXPECT_EQ(element().unseal("wifi", blob).error().code, Errc::corrupt);
  EXPECT_EQ(other().unseal("wifi.password", blob).error().code, Errc::corrupt);
  EXPECT_EQ(element().unseal("wifi.password", Bytes{}).error().code, Errc::corrupt);
  EXPECT_EQ(element().unseal("wifi.password", Buffer(sealed_bytes_max + 1)).error().code, Errc::corrupt);
  for (std::size_t bit = 0; bit < blob.size() * 8; bit += 7) {  // 7 and 8 share no factor: every position of a byte
    Buffer harmed = blob;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto opened = element().unseal("wifi.password", harmed);
    ASSERT_FALSE(opened) << "bit " << bit;
    EXPECT_EQ(opened.error().code, Errc::corrupt) << "bit " << bit << ": " << opened.error().what;
  }
  EXPECT_FALSE(element().unseal("wifi.password", Bytes{blob}.first(blob.size() - 1)));
  EXPECT_TRUE(element().unseal("wifi.password", blob));
}

TEST_P(ElementKit, SealingHasLimits) {
  prepare_to_seal();
  EXPECT_EQ(element().seal("purpose", Buffer(sealed_bytes_max + 1)).error().code, Errc::too_large);
  EXPECT_TRUE(element().seal(std::string(seal_purpose_bytes_max, 'p'), Buffer(8)));
  EXPECT_FALSE(element().seal(std::string(seal_purpose_bytes_max + 1, 'p'), Buffer(8)));
}

TEST_P(ElementKit, WhatWasForgottenStaysForgotten) {
  prepare_to_seal();
  const Buffer before = sealed("api.key", bytes_of("first owner's"));
  ASSERT_TRUE(element().unseal("api.key", before));
  const Status forgotten = element().forget_sealed();
  ASSERT_TRUE(forgotten) << why(forgotten);
  EXPECT_EQ(element().unseal("api.key", before).error().code, Errc::corrupt);
  const Buffer after = sealed("api.key", bytes_of("second owner's"));
  bench_->power_cycle();
  prove_bonds();
  EXPECT_EQ(element().unseal("api.key", before).error().code, Errc::corrupt);
  EXPECT_EQ(text_of(element().unseal("api.key", after).value()), "second owner's");
}

TEST_P(ElementKit, CountersOnlyRiseAndSurviveAPowerCycle) {
  for (const unsigned id : {0u, 1u}) {
    const auto start = element().counter(id);
    ASSERT_TRUE(start) << why(start);
    for (std::uint32_t step = 1; step <= 3; ++step) {
      const auto value = element().increment(id);
      ASSERT_TRUE(value) << why(value);
      EXPECT_EQ(value.value(), start.value() + step);
    }
    bench_->power_cycle();
    EXPECT_EQ(element().counter(id).value(), start.value() + 3);
    const std::uint32_t theirs = element().counter(1 - id).value();
    EXPECT_EQ(element().increment(id).value(), start.value() + 4);
    EXPECT_EQ(element().counter(1 - id).value(), theirs);
  }
  EXPECT_FALSE(element().counter(2));
  EXPECT_FALSE(element().increment(2));
}

TEST_P(ElementKit, CertificatesAreKept) {
  if (!bench_->own()) {
    const auto certificates = element().certificates();
    ASSERT_TRUE(certificates) << why(certificates);
    EXPECT_TRUE(std::holds_alternative<StoredCertificates>(certificates.value()));
    return;
  }
  EXPECT_EQ(element().certificates().error().code, Errc::not_found);
  using Chain = std::vector<Buffer>;
  const auto kept = [&] { return std::get<Chain>(element().certificates().value()); };
  const Chain two = chain_of(2);
  const Chain one{two.front()};
  for (const Chain& chain : {two, one}) {
    const Status stored = bench_->own()->store_certificates(chain);
    ASSERT_TRUE(stored) << why(stored);
    EXPECT_EQ(kept(), chain);
    bench_->power_cycle();
    EXPECT_EQ(kept(), chain);
  }
  EXPECT_FALSE(bench_->own()->store_certificates({}));
  EXPECT_EQ(bench_->own()->store_certificates({Buffer(own_certificates_bytes_max + 1)}).error().code, Errc::too_large);
  EXPECT_EQ(kept(), one);
}

TEST_P(ElementKit, OneThatCannotBeBoundSaysSo) {
  if (bench_->may_bind()) {
    EXPECT_EQ(element().binding().value(), Binding::open);
    return;
  }
  EXPECT_EQ(element().binding().value(), Binding::impossible);
  EXPECT_EQ(element().bind(secret_of(1)).error().code, Errc::conflict);
  EXPECT_EQ(element().present(secret_of(1)).error().code, Errc::conflict);
  EXPECT_TRUE(signs());
}

TEST_P(ElementKit, ABoundElementUsesItsKeysForItsBoardAlone) {
  if (!bench_->may_bind()) GTEST_SKIP() << "cannot be bound: OneThatCannotBeBoundSaysSo";
  bind();
  EXPECT_EQ(element().binding().value(), Binding::bound);
  EXPECT_TRUE(element().present(secret_of(1)));
  EXPECT_TRUE(signs());
  const Buffer blob = sealed("wifi", bytes_of("for this pair"));

  bench_->power_cycle();
  crypto::SeededRandom_for_test random{3};
  const auto peer = crypto::public_key_of(crypto::generate_private_key(random));
  EXPECT_EQ(element().binding().value(), Binding::bound);
  for (const bool wrong_board : {false, true}) {
    if (wrong_board) {
      EXPECT_EQ(element().present(secret_of(9)).error().code, Errc::forbidden);
    }
    EXPECT_FALSE(element().sign(digest));
    EXPECT_FALSE(element().ecdh(peer));
    EXPECT_FALSE(element().unseal("wifi", blob));
    EXPECT_TRUE(element().uid());
  }
  const Status right = element().present(secret_of(1));
  ASSERT_TRUE(right) << why(right);
  EXPECT_TRUE(signs());
  EXPECT_TRUE(element().ecdh(peer));
  EXPECT_EQ(text_of(element().unseal("wifi", blob).value()), "for this pair");
}

TEST_P(ElementKit, IsBoundOnceForEver) {
  if (!bench_->may_bind()) GTEST_SKIP() << "cannot be bound: OneThatCannotBeBoundSaysSo";
  EXPECT_FALSE(element().present(secret_of(1)));
  bind();
  for (const bool after_a_power_cycle : {false, true}) {
    if (after_a_power_cycle) bench_->power_cycle();
    EXPECT_EQ(element().bind(secret_of(9)).error().code, Errc::conflict);
    EXPECT_EQ(element().bind(secret_of(1)).error().code, Errc::conflict);
    EXPECT_TRUE(element().present(secret_of(1)));
    EXPECT_TRUE(signs());
  }
}

std::string name_of(const testing::TestParamInfo<Kind>& kind) { return kind.param.name; }
INSTANTIATE_TEST_SUITE_P(All, ElementKit, testing::Values(software(), atecc(), pkcs11(), tpm()), name_of);

}  // namespace

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

}  // namespace signet::element::kit
