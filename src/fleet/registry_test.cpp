#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

struct RegistryTest : testing::Test {
  RegistryTest() { m.set_up(); }
  Manager_for_test m;
};

TEST_F(RegistryTest, ImportsEachUnitOnce) {
  const auto a = m.make_unit("sn0123AAAAAAAAAAAA01");
  const auto b = m.make_unit("sn0123BBBBBBBBBBBB01");
  const auto first = m.fleet.import_units(m.owner, {a.unit}, "one.json");
  ASSERT_TRUE(is_well(first));
  EXPECT_EQ(first.value().added, 1u);
  const auto second = m.fleet.import_units(m.owner, {a.unit, b.unit}, "two.json");
  ASSERT_TRUE(is_well(second));
  EXPECT_EQ(second.value().added, 1u);
  EXPECT_EQ(second.value().already_known, 1u);
  EXPECT_EQ(m.last_audit().action, "registry.import");
  EXPECT_EQ(m.last_audit().subject, "two.json");
  EXPECT_EQ(m.last_audit().detail, "1 added, 1 known");
  const auto all = m.fleet.registry(m.owner, {}).value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].origin, "manifest one.json");
  EXPECT_EQ(all[0].fingerprint, a.fingerprint);
  EXPECT_EQ(all[0].state, IdentityState::known);
  EXPECT_EQ(m.fleet.find_identity(m.owner, b.unit.dcn).value().fingerprint, b.fingerprint);
  EXPECT_EQ(m.fleet.registry(m.owner, {.size = registry_page_max}).value().size(), 2u);
  EXPECT_TRUE(fails_with(m.fleet.registry(m.owner, {.size = registry_page_max + 1}), Errc::too_large));
  EXPECT_TRUE(m.fleet.registry(m.owner, {.page = page_number_max, .size = 1}).value().empty());
  EXPECT_TRUE(fails_with(m.fleet.registry(m.owner, {.page = page_number_max + 1, .size = 1}), Errc::too_large));
}

TEST_F(RegistryTest, AUnitWhoseKeyLiesInAFileIsNotTakenForHardware) {
  const auto chip = m.make_unit("sn0123AAAAAAAAAAAA01");
  auto file = m.make_unit("sn0123BBBBBBBBBBBB01");
  file.unit.model = "ATECC608B" + std::string{identity::emulated_suffix};
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {chip.unit, file.unit}, "mixed.json")));
  EXPECT_EQ(m.fleet.find_identity(m.owner, chip.unit.dcn).value().assurance, element::Assurance::hardware);
  EXPECT_EQ(m.fleet.find_identity(m.owner, file.unit.dcn).value().assurance, element::Assurance::emulated);
}

TEST_F(RegistryTest, ImportsAllOrNone) {
  const auto a = m.make_unit("sn0123AAAAAAAAAAAA01");
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {a.unit}, "one.json")));
  const auto b = m.make_unit("sn0123BBBBBBBBBBBB01");
  const auto forged = m.make_unit("sn0123AAAAAAAAAAAA01");
  const auto refused = m.fleet.import_units(m.owner, {b.unit, forged.unit}, "two.json");
  ASSERT_TRUE(fails_with(refused, Errc::conflict));
  EXPECT_NE(refused.error().what.find("unit 1 (0123f1822c38dd7a01)"), std::string::npos) << refused.error().what;
  EXPECT_NE(refused.error().what.find("manifest one.json"), std::string::npos) << refused.error().what;
  EXPECT_TRUE(fails_with(m.fleet.find_identity(m.owner, b.unit.dcn), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.admit(b.fingerprint), Errc::unauthenticated)) << "nor does the gate know it";

  auto bare = m.make_unit("sn0123CCCCCCCCCCCC01");
  bare.unit.chain.clear();
  EXPECT_TRUE(fails_with(m.fleet.import_units(m.owner, {b.unit, bare.unit}, "lite.json"), Errc::malformed));
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.fleet.import_units(m.owner, {b.unit}, "two.json"), Errc::exhausted));
  EXPECT_TRUE(fails_with(m.fleet.admit(b.fingerprint), Errc::unauthenticated));
  EXPECT_TRUE(is_well(m.fleet.import_units(m.owner, {b.unit}, "two.json")));
}

TEST_F(RegistryTest, ASoftwareKeyIsEnrolledAsWhatItIs) {
  const Device device = m.make_device();
  identity::Certificate soft = m.make_unit("laptop-7").unit.chain[0];
  const auto enrolled = m.fleet.enroll(m.owner, device.id, soft);
  ASSERT_TRUE(is_well(enrolled));
  EXPECT_EQ(enrolled.value().assurance, element::Assurance::software);
  EXPECT_EQ(enrolled.value().origin, "enrolled");
  EXPECT_EQ(enrolled.value().state, IdentityState::claimed);
  EXPECT_EQ(m.fleet.admit(identity::fingerprint(soft)).value().device, device.id);
  EXPECT_EQ(m.fleet.identities_of(m.owner, device.id).value().size(), 1u);

  identity::Certificate second = m.make_unit("laptop-8").unit.chain[0];
  EXPECT_TRUE(fails_with(m.fleet.enroll(m.owner, device.id, second), Errc::conflict)) << "the device has one already";
  const Device other = m.make_device("other");
  identity::Certificate same_name = m.make_unit("laptop-7").unit.chain[0];
  EXPECT_TRUE(fails_with(m.fleet.enroll(m.owner, other.id, same_name), Errc::conflict));
  identity::Certificate pretender = m.make_unit("sn0123F1822C38DD7A01").unit.chain[0];
  EXPECT_TRUE(fails_with(m.fleet.enroll(m.owner, other.id, pretender), Errc::forbidden)) << "an element's name";
  identity::Certificate old = m.make_unit("laptop-9").unit.chain[0];
  old.not_after = m.clock.now() - Seconds{1};
  EXPECT_FALSE(m.fleet.enroll(m.owner, other.id, old));
  EXPECT_TRUE(is_well(m.fleet.enroll(m.owner, other.id, second)));
}

}  // namespace
}  // namespace signet::fleet
