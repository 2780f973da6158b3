#include "fleet/memory_store_for_test.h"

#include "fleet/condition_contract_for_test.h"
#include "fleet/data_contract_for_test.h"
#include "fleet/firmware_contract_for_test.h"
#include "fleet/house_contract_for_test.h"
#include "fleet/integration_contract_for_test.h"
#include "fleet/job_contract_for_test.h"
#include "fleet/people_contract_for_test.h"
#include "fleet/reading_contract_for_test.h"
#include "fleet/registry_contract_for_test.h"
#include "fleet/session_contract_for_test.h"

namespace signet::fleet {
namespace {

struct MemoryMaker {
  std::unique_ptr<Store> make() { return std::make_unique<MemoryStore_for_test>(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, SessionContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ConditionContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, JobContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, IntegrationContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, DataContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PeopleContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, HouseContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, FirmwareContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RegistryContract, MemoryMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ReadingContract, MemoryMaker);

TEST(MemoryStore, FailsWhenToldAndForgetsTheAct) {
  MemoryStore_for_test store;
  Samples_for_test samples;
  ASSERT_TRUE(is_well(store.change([&](Changes& to) { return to.audit({}); })));
  store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(store.change([&](Changes& to) { return to.audit({}); }), Errc::exhausted));
  EXPECT_EQ(store.audit(0, 10).value().size(), 1u);
  EXPECT_TRUE(is_well(store.change([&](Changes& to) { return to.audit({}); })));
}

}  // namespace
}  // namespace signet::fleet
