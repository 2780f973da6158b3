#include "factory/ledger.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"
#include "identity/profile.h"

#include <gtest/gtest.h>

namespace signet::factory {
namespace {

struct Signer {
  explicit Signer(std::uint64_t seed) {
    crypto::SeededRandom_for_test random{seed};
    key = crypto::generate_private_key(random);
  }
  // Any certificate will do: the ledger judges none.
  identity::Certificate certificate() const {
    return identity::issue_root(
               crypto::public_key_of(key), {}, at,
               [this](const crypto::Digest& digest) { return Result<crypto::Signature>{crypto::sign(key, digest)}; })
        .value();
  }
  crypto::PrivateKey key;
  Timestamp at = parse_rfc3339("2026-11-22T10:00:00Z").value();
};

const std::string id = "0123a1b2c3d4e5f601";

TEST(FactoryLedger, RemembersWhatASerialGot) {
  const Folder_for_test folder;
  const Signer signer{1};
  const identity::Certificate certificate = signer.certificate();
  ASSERT_FALSE(Ledger::open(folder.path()).value().find(id).value());
  ASSERT_TRUE(Ledger::open(folder.path()).value().record({id, "one", signer.at, certificate}));
  const auto found = Ledger::open(folder.path()).value().find(id).value();  // another process
  ASSERT_TRUE(found);
  EXPECT_EQ(found->certificate.der, certificate.der);
  EXPECT_EQ(found->batch, "one");
  EXPECT_EQ(found->at, signer.at);
}

TEST(FactoryLedger, NeverTakesASecondKeyForASerial) {
  const Folder_for_test folder;
  const Signer signer{1};
  const Ledger ledger = Ledger::open(folder.path()).value();
  ASSERT_TRUE(ledger.record({id, "one", signer.at, signer.certificate()}));
  const identity::Certificate first = ledger.find(id).value()->certificate;
  EXPECT_TRUE(ledger.record({id, "one", signer.at, first})) << "the same once more says nothing new";
  const Status refused = ledger.record({id, "one", signer.at, Signer{2}.certificate()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_NE(refused.error().what.find("got its certificate on 2026-11-22 (batch one)"), std::string::npos)
      << refused.error().what;
  EXPECT_EQ(ledger.find(id).value()->certificate.der, first.der);
}

TEST(FactoryLedger, ADamagedEntryStopsTheUnit) {
  const Folder_for_test folder;
  const Signer signer{1};
  const Ledger ledger = Ledger::open(folder.path()).value();
  ASSERT_TRUE(ledger.record({id, "one", signer.at, signer.certificate()}));
  const std::string path = folder.file("issued/" + id + ".json");
  const Buffer whole = read_file(path, 10000).value();
  ASSERT_TRUE(ledger.find(id));
  ASSERT_TRUE(write_file_atomic(path, Bytes{whole}.first(whole.size() / 2), 0600));
  EXPECT_EQ(ledger.find(id).error().code, Errc::corrupt);
  EXPECT_EQ(ledger.record({id, "one", signer.at, Signer{2}.certificate()}).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace signet::factory
