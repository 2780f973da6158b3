// job_contract_for_test.h -- what every Store must do with jobs. To be instantiated beside StoreContract, with the same
// type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class JobContract : public StoreContract<Maker> {
 protected:
  Job job(const std::string& name) {
    Job out{.id = ids.next<JobIdKind>(), .device = this->house.pump.id, .name = name};
    out.scheduled_at = out.due_at = clock.now();
    return out;
  }
  Status put(const Job& job) {
    return this->change([&](Changes& to) { return to.put_job(job); });
  }
  std::vector<std::string> names(const JobQuery& query) {
    std::vector<std::string> out;
    for (const Job& one : this->store->jobs(query).value()) out.push_back(one.name);
    return out;
  }
  std::vector<std::string> to_tend(Timestamp now, std::size_t size = 10) {
    std::vector<std::string> out;
    for (const Job& one : this->store->jobs_to_tend(now, size).value()) out.push_back(one.name);
    return out;
  }
  ManualClock clock{noon_for_test};
  IdSource ids{clock, 7};
};
TYPED_TEST_SUITE_P(JobContract);

TYPED_TEST_P(JobContract, AJobComesBackWhole) {
  Job one = this->job("blink");
  one.value = R"({"n":3})", one.due_at += Seconds{5}, one.expires_at = one.due_at + Seconds{9};
  one.retries = 2, one.retry_after = Seconds{60}, one.told = true;
  ASSERT_TRUE(is_well(this->put(one)));
  EXPECT_EQ(this->store->job(one.id).value(), one);
  one.status = JobStatus::failed, one.finished_at = noon_for_test, one.told = false, one.retries = 0;
  one.result = R"({"error":"no lamp"})", one.detail = "no lamp", one.due_at += Seconds{60};
  ASSERT_TRUE(is_well(this->put(one))) << "it replaces";
  EXPECT_EQ(this->store->job(one.id).value(), one);
  EXPECT_FALSE(this->store->job(this->job("other").id).value());
  Job lost = this->job("blink");
  lost.device = this->samples.ids.template next<DeviceIdKind>();
  EXPECT_TRUE(fails_with(this->put(lost), Errc::not_found));
}

TYPED_TEST_P(JobContract, OneOfANameIsPendingOnADevice) {
  Job first = this->job("blink");
  ASSERT_TRUE(is_well(this->put(first)));
  Job elsewhere = this->job("blink");
  elsewhere.device = this->house.lamp.id;
  EXPECT_TRUE(is_well(this->put(elsewhere))) << "on another device";
  EXPECT_TRUE(is_well(this->put(this->job("beep")))) << "of another name";
  const Job second = this->job("blink");
  EXPECT_TRUE(fails_with(this->put(second), Errc::conflict));
  first.status = JobStatus::done;
  ASSERT_TRUE(is_well(this->put(first)));
  EXPECT_TRUE(is_well(this->put(second)));
}

TYPED_TEST_P(JobContract, TheyAreListedFromTheLast) {
  std::vector<Job> made;
  for (const char* name : {"a", "b", "a", "c"}) {
    made.push_back(this->job(name));
    made.back().status = made.size() == 4 ? JobStatus::pending : JobStatus::done;
    ASSERT_TRUE(is_well(this->put(made.back())));
  }
  using Names = std::vector<std::string>;
  const DeviceId pump = this->house.pump.id;
  EXPECT_EQ(this->names({.device = pump}), (Names{"c", "a", "b", "a"}));
  EXPECT_EQ(this->names({.device = this->house.lamp.id}), Names{});
  EXPECT_EQ(this->names({.device = pump, .name = "a"}), (Names{"a", "a"}));
  EXPECT_EQ(this->names({.device = pump, .status = JobStatus::pending}), Names{"c"});
  EXPECT_EQ(this->store->pending_jobs().value(), 1u);
  EXPECT_EQ(this->names({.device = pump, .before = made[2].id}), (Names{"b", "a"}));
  EXPECT_EQ(this->names({.device = pump, .size = 1}), Names{"c"});
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_old_jobs(pump, 1); })));
  EXPECT_EQ(this->names({.device = pump}), (Names{"c", "a"})) << "what is pending stays, and one more";
}

TYPED_TEST_P(JobContract, TheyCallWhenDueAndWhenExpired) {
  Job later = this->job("later");
  later.due_at += Seconds{10};
  Job told = this->job("told");
  told.told = true, told.expires_at = told.due_at + Seconds{20};
  Job ended = this->job("ended");
  ended.status = JobStatus::cancelled, ended.expires_at = noon_for_test;
  for (const Job& one : {later, told, ended}) ASSERT_TRUE(is_well(this->put(one)));
  using Names = std::vector<std::string>;
  EXPECT_EQ(this->to_tend(noon_for_test + Seconds{9}), Names{});
  EXPECT_EQ(this->to_tend(noon_for_test + Seconds{10}), Names{"later"});
  EXPECT_EQ(this->to_tend(noon_for_test + Seconds{20}), (Names{"later", "told"}));
  EXPECT_EQ(this->to_tend(noon_for_test + Seconds{20}, 1).size(), 1u);
}

REGISTER_TYPED_TEST_SUITE_P(JobContract, AJobComesBackWhole, OneOfANameIsPendingOnADevice, TheyAreListedFromTheLast,
                            TheyCallWhenDueAndWhenExpired);

}  // namespace signet::fleet
