// integration_contract_for_test.h -- what every Store must do with integrations and feeds. To be instantiated beside
// StoreContract, with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class IntegrationContract : public StoreContract<Maker> {
 protected:
  Integration integration(OutwardKind kind = OutwardKind::data) {
    Integration out{.id = ids.next<IntegrationIdKind>(), .workspace = this->house.workspace.id};
    out.name = "sink", out.url = "https://sink.example.org/zdm/data", out.kind = kind, out.created_at = noon_for_test;
    out.secret.fill(7);
    return out;
  }
  Status add(const Integration& one) {
    return this->change([&](Changes& to) { return to.add_integration(one); });
  }
  Status append(Micros at, bool stamped = false) {
    Reading reading = this->samples.reading(this->house.pump, "t", at, std::to_string(at.count()));
    reading.arrival_stamped = stamped;
    return this->change([&](Changes& to) { return to.append(std::array{reading}); });
  }
  std::vector<std::string> payloads(std::int64_t after = 0, std::size_t size = 100) {
    std::vector<std::string> out;
    for (const Outward& line : page(after, size).lines) out.push_back(line.payload);
    return out;
  }
  FeedPage page(std::int64_t after = 0, std::size_t size = 100) {
    return this->store->feed({this->house.workspace.id, after, size}).value();
  }
  std::int64_t end() { return this->store->feed_end(this->house.workspace.id).value(); }
  ManualClock clock{noon_for_test};
  IdSource ids{clock, 7};
};
TYPED_TEST_SUITE_P(IntegrationContract);

using Texts = std::vector<std::string>;

TYPED_TEST_P(IntegrationContract, AnIntegrationComesBackWhole) {
  Integration one = this->integration(OutwardKind::event);
  one.fleets = {this->house.fleet.id}, one.tags = {"job", "connection"}, one.token = "t0ken", one.is_on = false;
  one.position = 5, one.failures = 2, one.failing_since = one.retry_at = noon_for_test, one.trouble = "HTTP 500";
  one.delivered_at = noon_for_test + Seconds{1}, one.delivered = 3, one.dropped = 1;
  ASSERT_TRUE(is_well(this->add(one)));
  EXPECT_EQ(this->store->integrations().value(), std::vector{one});
  EXPECT_FALSE(this->add(one)) << "it is there";
  one.name = "other", one.url = "https://b/", one.fleets = {}, one.tags = {}, one.token = "", one.is_on = true;
  one.position = 9, one.failures = 0, one.failing_since = one.retry_at = std::nullopt, one.delivered = 1'000;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.update_integration(one); })));
  EXPECT_EQ(this->store->integrations().value(), std::vector{one});
  const Integration absent = this->integration();
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.update_integration(absent); }), Errc::not_found));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_integration(one.id); })));
  EXPECT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_integration(one.id); })));
  EXPECT_TRUE(this->store->integrations().value().empty());
}

TYPED_TEST_P(IntegrationContract, AFeedHoldsWhatSomebodyWaitsFor) {
  ASSERT_TRUE(is_well(this->append(Micros{1})));
  EXPECT_EQ(this->end(), 0) << "nobody waits";
  Integration one = this->integration();
  ASSERT_TRUE(is_well(this->add(one)));
  ASSERT_TRUE(is_well(this->append(Micros{2})));
  ASSERT_TRUE(is_well(this->append(Micros{2}))) << "and is dropped";
  ASSERT_TRUE(is_well(this->append(Micros{2}, true))) << "and is moved on";
  const DeviceEvent event{this->house.pump.id, "connection", false, noon_for_test, R"({"a":1})"};
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.add_event(event); }))) << "nobody waits for it";
  const FeedPage page = this->page();
  ASSERT_EQ(page.lines.size(), 2u);
  EXPECT_EQ(page.end, 2);
  const Outward& line = page.lines.front();
  EXPECT_EQ(line.number, 1);
  EXPECT_EQ(line.kind, OutwardKind::data);
  EXPECT_EQ(line.device, this->house.pump.id);
  EXPECT_EQ(line.device_name, this->house.pump.name);
  EXPECT_EQ(line.fleet, this->house.fleet.id);
  EXPECT_EQ(line.label, "t");
  EXPECT_EQ(line.at, noon_for_test + Micros{2});
  EXPECT_EQ(line.received_at, noon_for_test);
  EXPECT_EQ(line.payload, "2");
  EXPECT_EQ(page.lines.back().at, noon_for_test + Micros{3}) << "as it is stored";
  one.is_on = false;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.update_integration(one); })));
  ASSERT_TRUE(is_well(this->append(Micros{9})));
  EXPECT_EQ(this->end(), 2) << "it is off";
}

TYPED_TEST_P(IntegrationContract, AnEventIsALineOfItsOwn) {
  ASSERT_TRUE(is_well(this->add(this->integration(OutwardKind::event))));
  ASSERT_TRUE(is_well(this->append(Micros{1}))) << "nobody waits for it";
  const DeviceEvent event{this->house.lamp.id, "job", true, noon_for_test + Seconds{3}, R"({"name":"blink"})"};
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.add_event(event); })));
  ASSERT_EQ(this->page().lines.size(), 1u);
  const Outward line = this->page().lines.front();
  EXPECT_EQ(line.kind, OutwardKind::event);
  EXPECT_EQ(line.device, this->house.lamp.id);
  EXPECT_EQ(line.label, "job");
  EXPECT_TRUE(line.to_device);
  EXPECT_EQ(line.at, noon_for_test + Seconds{3});
  EXPECT_EQ(line.payload, R"({"name":"blink"})");
}

TYPED_TEST_P(IntegrationContract, AConditionIsALineOfItsOwn) {
  DeviceEvent event{this->house.pump.id, "door", false, noon_for_test, R"({"uuid":"a"})"};
  event.kind = OutwardKind::condition;
  const auto tell = [&] { return this->change([&](Changes& to) { return to.add_event(event); }); };
  ASSERT_TRUE(is_well(this->add(this->integration(OutwardKind::event))));
  ASSERT_TRUE(is_well(tell())) << "nobody waits for it";
  ASSERT_TRUE(is_well(this->add(this->integration(OutwardKind::condition))));
  ASSERT_TRUE(is_well(tell()));
  ASSERT_EQ(this->page().lines.size(), 1u);
  const Outward line = this->page().lines.front();
  EXPECT_EQ(line.kind, OutwardKind::condition);
  EXPECT_EQ(line.label, "door");
  EXPECT_EQ(line.device_name, this->house.pump.name);
  EXPECT_EQ(line.payload, R"({"uuid":"a"})");
}

TYPED_TEST_P(IntegrationContract, DeadLettersAreKeptUntilThereAreTooMany) {
  const Integration one = this->integration(), other = this->integration();
  ASSERT_TRUE(is_well(this->add(one)));
  ASSERT_TRUE(is_well(this->add(other)));
  const auto put = [&](const DeadLetter& letter) {
    return this->change([&](Changes& to) { return to.put_dead_letter(letter); });
  };
  const auto numbers = [&](const Integration& of, std::int64_t after = 0, std::size_t size = 100) {
    std::vector<std::int64_t> out;
    for (const DeadLetter& letter : this->store->dead_letters(of.id, after, size).value()) out.push_back(letter.number);
    return out;
  };
  using Numbers = std::vector<std::int64_t>;
  DeadLetter letter{0, one.id, noon_for_test, "HTTP 400", "data-1", "0123456789", 0};
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(is_well(put(letter)));
  letter.integration = other.id;
  ASSERT_TRUE(is_well(put(letter)));
  letter.integration = this->integration().id;
  EXPECT_TRUE(fails_with(put(letter), Errc::not_found));
  EXPECT_EQ(numbers(one), (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(numbers(one, 1, 2), (Numbers{2, 3}));
  letter = this->store->dead_letters(one.id, 1, 1).value().front();
  letter.reason = "HTTP 413", letter.replays = 2;
  ASSERT_TRUE(is_well(put(letter)));
  EXPECT_EQ(this->store->dead_letters(one.id, 1, 1).value().front(), letter) << "and nothing else of it";
  const auto trim = [&](std::size_t keep, std::size_t bytes) {
    return this->change([&](Changes& to) { return to.remove_old_dead_letters(one.id, keep, bytes); });
  };
  ASSERT_TRUE(is_well(trim(3, 1000)));
  EXPECT_EQ(numbers(one), (Numbers{2, 3, 4}));
  ASSERT_TRUE(is_well(trim(3, 29)));
  EXPECT_EQ(numbers(one), (Numbers{3, 4})) << "by bytes";
  EXPECT_EQ(this->store->dead_letter_count(one.id).value(), 2u);
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_dead_letter(other.id, 3); })));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_dead_letter(one.id, 3); })));
  EXPECT_EQ(numbers(one), Numbers{4}) << "of its own integration alone";
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_dead_letters(one.id); })));
  EXPECT_TRUE(numbers(one).empty());
  EXPECT_EQ(numbers(other), Numbers{5});
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_integration(other.id); })));
  EXPECT_TRUE(numbers(other).empty());
}

TYPED_TEST_P(IntegrationContract, AnExportComesBackWhole) {
  Export one{.id = this->ids.template next<ExportIdKind>(), .workspace = this->house.workspace.id, .name = "nightly"};
  one.format = ExportFormat::jsonl, one.schedule = {6, 0u}, one.fleets = {this->house.fleet.id}, one.tags = {"t", "u"};
  one.created_at = one.covered = noon_for_test, one.due_at = noon_for_test + Seconds{1}, one.is_on = false;
  const auto put = [&] { return this->change([&](Changes& to) { return to.put_export(one); }); };
  ASSERT_TRUE(is_well(put()));
  EXPECT_EQ(this->store->exports().value(), std::vector{one});
  one.schedule = {7, std::nullopt}, one.fleets = {}, one.tags = {}, one.is_on = true, one.trouble = "full";
  one.made_at = one.covered = noon_for_test + Seconds{5};
  ASSERT_TRUE(is_well(put()));
  EXPECT_EQ(this->store->exports().value(), std::vector{one});
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_export(one.id); })));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_export(one.id); })));
  EXPECT_TRUE(this->store->exports().value().empty());
}

TYPED_TEST_P(IntegrationContract, AFeedIsReadFromAPositionAndForgottenBehindTheLast) {
  Integration slow = this->integration(), fast = this->integration();
  ASSERT_TRUE(is_well(this->add(slow)));
  ASSERT_TRUE(is_well(this->add(fast)));
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(is_well(this->append(Micros{i})));
  EXPECT_EQ(this->payloads(2), (Texts{"3", "4", "5"}));
  EXPECT_EQ(this->payloads(1, 2), (Texts{"2", "3"}));
  EXPECT_EQ(this->page(5).end, 5);
  EXPECT_EQ(this->store->feed({this->house.workspace.id, 0, 100, 1}).value().lines.size(), 1u) << "by bytes";
  slow.position = 2, fast.position = 5;
  const auto keep = [&](const Integration& one) {
    return this->change([&](Changes& to) -> Status {
      TRY(to.update_integration(one));
      return to.trim_feed(one.workspace);
    });
  };
  ASSERT_TRUE(is_well(keep(fast)));
  EXPECT_EQ(this->payloads().size(), 5u) << "the slow one needs them";
  ASSERT_TRUE(is_well(keep(slow)));
  EXPECT_EQ(this->payloads(), (Texts{"2", "3", "4", "5"}));
  slow.is_on = fast.is_on = false;
  ASSERT_TRUE(is_well(keep(fast)));
  ASSERT_TRUE(is_well(keep(slow)));
  EXPECT_EQ(this->end(), 5) << "numbers go on";
  EXPECT_EQ(this->payloads(), Texts{"5"});
  slow.is_on = true;
  ASSERT_TRUE(is_well(keep(slow)));
  ASSERT_TRUE(is_well(this->append(Micros{6})));
  EXPECT_EQ(this->page(5).lines.front().number, 6);
}

TYPED_TEST_P(IntegrationContract, WhatWasRolledBackLeavesNoGap) {
  ASSERT_TRUE(is_well(this->add(this->integration())));
  ASSERT_TRUE(is_well(this->append(Micros{1})));
  const Reading lost = this->samples.reading(this->house.pump, "t", Micros{2}, "2");
  ASSERT_FALSE(this->change([&](Changes& to) -> Status {
    TRY(to.append(std::array{lost}));
    return Error{Errc::conflict, "rolled back"};
  }));
  ASSERT_TRUE(is_well(this->append(Micros{3})));
  EXPECT_EQ(this->payloads(), (Texts{"1", "3"}));
  EXPECT_EQ(this->end(), 2);
}

REGISTER_TYPED_TEST_SUITE_P(IntegrationContract, AnIntegrationComesBackWhole, AFeedHoldsWhatSomebodyWaitsFor,
                            AnEventIsALineOfItsOwn, AConditionIsALineOfItsOwn, DeadLettersAreKeptUntilThereAreTooMany,
                            AnExportComesBackWhole, AFeedIsReadFromAPositionAndForgottenBehindTheLast,
                            WhatWasRolledBackLeavesNoGap);

}  // namespace signet::fleet
