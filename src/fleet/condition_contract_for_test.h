// condition_contract_for_test.h -- what every Store must do with conditions. To be instantiated beside StoreContract,
// with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class ConditionContract : public StoreContract<Maker> {
 protected:
  Condition condition(const std::string& uuid, Seconds lasts = Seconds{-1}) {
    Condition out{.device = this->house.pump.id, .uuid = uuid, .tag = "door", .start = noon_for_test};
    if (lasts >= Seconds{0}) out.finish = out.start + lasts;
    return out;
  }
  Status put(const Condition& condition) {
    return this->change([&](Changes& to) { return to.put_condition(condition); });
  }
  std::vector<std::string> found(ConditionQuery query) {
    query.workspace = this->house.workspace.id, query.now = noon_for_test + Seconds{100};
    std::vector<std::string> out;
    for (const ConditionRow& row : this->store->conditions(query).value()) out.push_back(row.condition.uuid);
    return out;
  }
};
TYPED_TEST_SUITE_P(ConditionContract);

TYPED_TEST_P(ConditionContract, AConditionComesBackWholeAndIsReplaced) {
  Condition one = this->condition("a");
  one.payload = R"({"by":"ann"})";
  ASSERT_TRUE(is_well(this->put(one)));
  one.number = this->store->condition(one.device, "a").value().value().number;
  EXPECT_EQ(this->store->condition(one.device, "a").value(), one);
  EXPECT_FALSE(this->store->condition(this->house.lamp.id, "a").value());
  one.finish = one.start + Seconds{5}, one.payloadf = "[]";
  ASSERT_TRUE(is_well(this->put(one)));
  EXPECT_EQ(this->store->condition(one.device, "a").value(), one) << "under its number";
  const ConditionRow row = this->store->conditions({.workspace = this->house.workspace.id}).value().at(0);
  EXPECT_EQ(row.condition, one);
  EXPECT_EQ(row.device_name, this->house.pump.name);
  EXPECT_EQ(row.fleet, this->house.pump.fleet);
  one.device = this->samples.ids.template next<DeviceIdKind>();
  EXPECT_TRUE(fails_with(this->put(one), Errc::not_found));
}

TYPED_TEST_P(ConditionContract, AreFoundByWhatIsAskedFor) {
  using Found = std::vector<std::string>;
  ASSERT_TRUE(is_well(this->put(this->condition("short", Seconds{5}))));
  ASSERT_TRUE(is_well(this->put(this->condition("long", Seconds{50}))));
  ASSERT_TRUE(is_well(this->put(this->condition("open"))));
  Condition other = this->condition("of the lamp");
  other.device = this->house.lamp.id, other.tag = "hot";
  ASSERT_TRUE(is_well(this->put(other)));
  ConditionQuery query;
  EXPECT_EQ(this->found(query), (Found{"of the lamp", "open", "long", "short"})) << "the last opened first";
  query.device = this->house.pump.id;
  EXPECT_EQ(this->found(query), (Found{"open", "long", "short"}));
  query.open = true;
  EXPECT_EQ(this->found(query), (Found{"open"}));
  query.open = false;
  EXPECT_EQ(this->found(query), (Found{"long", "short"}));
  query.open.reset(), query.longer_than = Seconds{50};
  EXPECT_EQ(this->found(query), (Found{"open", "long"}));
  query = {.workspace = {}, .tag = "hot"};
  EXPECT_EQ(this->found(query), (Found{"of the lamp"}));
  query = {.workspace = {}, .size = 2};
  EXPECT_EQ(this->found(query), (Found{"of the lamp", "open"}));
  query.before = this->store->condition(this->house.pump.id, "open").value().value().number;
  EXPECT_EQ(this->found(query), (Found{"long", "short"}));
}

TYPED_TEST_P(ConditionContract, TheOldestThatHaveEndedAreForgotten) {
  for (const char* uuid : {"1", "2", "3"}) ASSERT_TRUE(is_well(this->put(this->condition(uuid, Seconds{1}))));
  ASSERT_TRUE(is_well(this->put(this->condition("open"))));
  const auto forget = [&](std::size_t keep) {
    return this->change([&](Changes& to) { return to.remove_old_conditions(this->house.pump.id, keep); });
  };
  ASSERT_TRUE(is_well(forget(2)));
  EXPECT_EQ(this->found({}), (std::vector<std::string>{"open", "3", "2"}));
  ASSERT_TRUE(is_well(forget(0)));
  EXPECT_EQ(this->found({}), (std::vector<std::string>{"open"}));
}

REGISTER_TYPED_TEST_SUITE_P(ConditionContract, AConditionComesBackWholeAndIsReplaced, AreFoundByWhatIsAskedFor,
                            TheOldestThatHaveEndedAreForgotten);

}  // namespace signet::fleet
