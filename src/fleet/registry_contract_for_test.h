// registry_contract_for_test.h -- what every Store must do with identities. To be instantiated beside StoreContract,
// with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class RegistryContract : public StoreContract<Maker> {};
TYPED_TEST_SUITE_P(RegistryContract);

TYPED_TEST_P(RegistryContract, AnIdentityIsKeptWhole) {
  Identity unit = this->samples.identity("sn012300000000000001");
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.add_identity(unit); })));
  const auto found = this->store->identity(unit.fingerprint).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->dcn, unit.dcn);
  EXPECT_EQ(found->public_key, unit.public_key);
  EXPECT_EQ(found->certificate, unit.certificate);
  EXPECT_EQ(found->signer, unit.signer);
  EXPECT_EQ(found->not_before, unit.not_before);
  EXPECT_EQ(found->not_after, unit.not_after);
  EXPECT_EQ(found->assurance, element::Assurance::emulated);
  EXPECT_EQ(found->origin, unit.origin);
  EXPECT_EQ(found->jws, unit.jws);
  EXPECT_EQ(found->state, IdentityState::known);
  EXPECT_EQ(found->device, std::nullopt);
  EXPECT_EQ(this->store->receipt(unit.fingerprint).value(), "");
  EXPECT_EQ(this->store->legacy_nonce(unit.fingerprint).value(), 0);

  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.set_identity(unit.fingerprint, IdentityState::claimed, this->house.pump.id));
    TRY(to.set_receipt(unit.fingerprint, "a.b.c"));
    return to.set_legacy_nonce(unit.fingerprint, 1'780'000'000);
  })));
  EXPECT_EQ(this->store->receipt(unit.fingerprint).value(), "a.b.c");
  EXPECT_EQ(this->store->legacy_nonce(unit.fingerprint).value(), 1'780'000'000);
  ASSERT_EQ(this->store->identities_of(this->house.pump.id).value().size(), 1u);
  EXPECT_TRUE(this->store->identities_of(this->house.lamp.id).value().empty());
  std::vector<Admissible> admissible;
  ASSERT_TRUE(is_well(this->store->each_admissible([&](const Admissible& one) { admissible.push_back(one); })));
  ASSERT_EQ(admissible.size(), 1u);
  EXPECT_EQ(admissible[0].fingerprint, unit.fingerprint);
  EXPECT_EQ(admissible[0].state, IdentityState::claimed);
  EXPECT_EQ(admissible[0].device, this->house.pump.id);
  EXPECT_EQ(admissible[0].workspace, this->house.workspace.id);
  EXPECT_EQ(admissible[0].not_after, unit.not_after);
}

TYPED_TEST_P(RegistryContract, ACommonNameIsLiveOnceAndPagesAreInOrder) {
  const Identity first = this->samples.identity("sn01");
  const Identity second = this->samples.identity("sn01");
  const Identity other = this->samples.identity("sn02");
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.add_identity(first); })));
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.add_identity(first); }), Errc::conflict));
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.add_identity(second); }), Errc::conflict));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.set_identity(first.fingerprint, IdentityState::revoked, std::nullopt));
    TRY(to.add_identity(second));
    return to.add_identity(other);
  })));
  EXPECT_EQ(this->store->identity_by_dcn("sn01").value()->fingerprint, second.fingerprint);
  EXPECT_FALSE(this->store->identity_by_dcn("sn03").value());
  const auto page = [&](std::size_t number) { return this->store->identities({.page = number, .size = 2}).value(); };
  ASSERT_EQ(page(0).size(), 2u);
  EXPECT_EQ(page(0)[0].fingerprint, first.fingerprint);
  ASSERT_EQ(page(1).size(), 1u);
  EXPECT_EQ(page(1)[0].fingerprint, other.fingerprint);
  EXPECT_TRUE(page(2).empty());
  const auto behind = [&](const crypto::Digest& one) {
    return this->store->identities({.after = one, .size = 2}).value();
  };
  ASSERT_EQ(behind(first.fingerprint).size(), 2u);
  EXPECT_EQ(behind(first.fingerprint)[0].fingerprint, second.fingerprint);
  EXPECT_TRUE(behind(other.fingerprint).empty());
  EXPECT_TRUE(behind(crypto::Digest{}).empty());
  ASSERT_TRUE(is_well(
      this->change([&](Changes& to) { return to.set_identity(second.fingerprint, IdentityState::revoked, {}); })));
  EXPECT_EQ(this->store->identity_by_dcn("sn01").value()->fingerprint, second.fingerprint) << "the last that was added";
}

REGISTER_TYPED_TEST_SUITE_P(RegistryContract, AnIdentityIsKeptWhole, ACommonNameIsLiveOnceAndPagesAreInOrder);

}  // namespace signet::fleet
