// The line with several places, on elements in memory: threads, tickets, twins and what goes wrong at one place alone.
#include "factory/line.h"
#include "base/port/folder_for_test.h"
#include "element/atecc/atecc.h"
#include "element/emulator/emulator.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <filesystem>

namespace signet::factory {
namespace {

// What lies at a place. The test changes it as an operator does; a place without an element does not answer.
class Socket {
 public:
  void put(std::shared_ptr<element::Link> element) {
    const std::scoped_lock guard{lock_};
    element_ = std::move(element);
  }
  std::shared_ptr<element::Link> get() {
    const std::scoped_lock guard{lock_};
    return element_;
  }

 private:
  std::mutex lock_;
  std::shared_ptr<element::Link> element_;
};

class SocketLink final : public element::Link {
 public:
  explicit SocketLink(Socket& socket) : socket_(socket) {}
  Status wake() override {
    return with([](element::Link& link) { return link.wake(); });
  }
  Result<Buffer> exchange(Bytes command, std::chrono::milliseconds longest) override {
    return with([&](element::Link& link) { return link.exchange(command, longest); });
  }
  Status idle() override {
    return with([](element::Link& link) { return link.idle(); });
  }
  Status sleep() override {
    return with([](element::Link& link) { return link.sleep(); });
  }

 private:
  template <class Ask>
  auto with(const Ask& ask) -> decltype(ask(std::declval<element::Link&>())) {
    const auto element = socket_.get();
    if (!element) return Error{Errc::unavailable, "nothing lies here"};
    return ask(*element);
  }
  Socket& socket_;
};

class TheLine : public testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("SOFTHSM2_CONF");
    AuthorityPlan plan;
    plan.folder = folder_.file("foundry");
    auto made = Authority::create(plan, clock_, random_);
    ASSERT_TRUE(made) << made.error().what;
    authority_ = std::move(made).value();
    batch_ = Batch::open(authority_->folder(), "one").value();
  }
  std::shared_ptr<element::Link> blank() { return element::emulator::Emulator::in_memory(clock_, random_); }
  // Runs to its end. `told` is called for each entry, as an operator who stands there.
  Progress run(LinePlan plan, const std::function<void(const Entry&)>& told = {}) {
    Line line{*authority_, *batch_, clock_, random_,
              [this](const std::string& name) -> Result<std::unique_ptr<element::Link>> {
                if (!sockets_.contains(name)) return Error{Errc::malformed, "no such scheme"};
                return std::unique_ptr<element::Link>{new SocketLink{sockets_.at(name)}};
              }};
    const Status started = line.start(std::move(plan), [&](const Entry& entry, const Progress&) {
      entries_.push_back(entry);
      if (told) told(entry);
    });
    EXPECT_TRUE(started) << started.error().what;
    EXPECT_TRUE(line.wait(std::chrono::minutes{1}));
    result_ = line.result();
    return line.progress();
  }
  std::size_t units() { return batch_->unit_ids().value().size(); }

  Folder_for_test folder_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<Authority> authority_;
  std::optional<Batch> batch_;
  std::map<std::string, Socket> sockets_;
  std::vector<Entry> entries_;
  Status result_;
};

TEST_F(TheLine, MakesAsManyUnitsAsWereAskedForAtSeveralPlaces) {
  LinePlan plan{.places = {{"1", {}}, {"2", {}}, {"3", {}}}, .count = 7};
  for (const PlacePlan& place : plan.places) sockets_[place.link].put(blank());
  const Progress done = run(plan, [&](const Entry& entry) { sockets_.at(entry.place).put(blank()); });
  EXPECT_TRUE(result_);
  EXPECT_EQ(done.made, 7u);
  EXPECT_EQ(units(), 7u) << "not one more was begun";
  EXPECT_EQ(yield_of(*batch_).value().units, 7u);
  for (const Entry& entry : entries_) {
    const auto issued = authority_->ledger().find(entry.unique_id).value();
    ASSERT_TRUE(issued) << entry.unique_id;
    EXPECT_EQ(issued->batch, "one");
  }
}

TEST_F(TheLine, OnceIsOneElementAPlaceAndAnEmptyPlaceIsAFailure) {
  sockets_["1"].put(blank());
  sockets_["2"];
  const Progress done = run({.places = {{"1", {}}, {"2", {}}}, .once = true});
  EXPECT_EQ(done.made, 1u);
  EXPECT_EQ(done.failed, 1u);
  EXPECT_EQ(units(), 1u);
}

// A good contact at first, and then none for so many turns.
class Loose final : public element::Link {
 public:
  Loose(std::shared_ptr<element::Link> inner, unsigned bad_turns) : inner_(std::move(inner)), bad_turns_(bad_turns) {}
  Status wake() override {
    if (turns_++ > 0 && bad_turns_ > 0) return --bad_turns_, Error{Errc::unavailable, "a loose contact"};
    return inner_->wake();
  }
  Result<Buffer> exchange(Bytes command, Millis longest) override { return inner_->exchange(command, longest); }
  Status idle() override { return inner_->idle(); }
  Status sleep() override { return inner_->sleep(); }

 private:
  std::shared_ptr<element::Link> inner_;
  unsigned turns_ = 0, bad_turns_;
};

TEST_F(TheLine, AnElementIsTriedSoOftenWhenTheBusFails) {
  sockets_["1"].put(std::make_shared<Loose>(blank(), (tries_max - 1) * element::attempts_max));
  EXPECT_EQ(run({.places = {{"1", {}}}, .once = true}).made, 1u);
  EXPECT_EQ(entries_.back().tries, tries_max);
  sockets_["1"].put(std::make_shared<Loose>(blank(), 100 * element::attempts_max));
  EXPECT_EQ(run({.places = {{"1", {}}}, .once = true}).failed, 1u);
  EXPECT_EQ(entries_.back().tries, tries_max) << "and no more";
}

TEST_F(TheLine, AFinishedUnitIsPresentAndAPartOfAnotherFoundryIsScrapped) {
  const auto unit = blank();
  sockets_["1"].put(unit);
  ASSERT_EQ(run({.places = {{"1", {}}}, .once = true}).made, 1u);
  EXPECT_EQ(run({.places = {{"1", {}}}, .once = true}).present, 1u);

  AuthorityPlan plan;
  plan.folder = folder_.file("other");
  authority_.reset();
  ::unsetenv("SOFTHSM2_CONF");
  authority_ = Authority::create(plan, clock_, random_).value();
  batch_ = Batch::open(authority_->folder(), "theirs").value();
  const Progress done = run({.places = {{"1", {}}}, .once = true});
  EXPECT_EQ(done.scrapped, 1u);
  EXPECT_EQ(units(), 0u);
  EXPECT_EQ(yield_of(*batch_).value().scrapped.size(), 1u);
}

// Two copies of one chip, put on at the same time: one of them becomes the unit, the other is scrapped.
TEST_F(TheLine, OfTwinsOneIsMadeAndTheOtherScrapped) {
  const std::string state = folder_.file("chip"), copy = folder_.file("copy");
  (void)element::emulator::Emulator::open(state, clock_, random_).value();
  std::filesystem::copy_file(state, copy);
  sockets_["1"].put(element::emulator::Emulator::open(state, clock_, random_).value());
  sockets_["2"].put(element::emulator::Emulator::open(copy, clock_, random_).value());
  const Progress done = run({.places = {{"1", {}}, {"2", {}}}, .once = true});
  EXPECT_EQ(done.made, 1u);
  EXPECT_EQ(done.scrapped, 1u);
  EXPECT_EQ(units(), 1u);
}

TEST_F(TheLine, AWrongPlanIsRefusedAndAWrongLinkEndsTheLine) {
  sockets_["1"].put(blank());
  Line line{*authority_, *batch_, clock_, random_, {}};
  EXPECT_EQ(line.start({}, {}).error().code, Errc::malformed);
  EXPECT_EQ(line.start({.places = {{"1", {}}, {"1", {}}}}, {}).error().code, Errc::malformed);
  EXPECT_EQ(line.start({.places = std::vector<PlacePlan>(places_max + 1)}, {}).error().code, Errc::malformed);
  run({.places = {{"no such", {}}}});
  ASSERT_FALSE(result_);
  EXPECT_EQ(result_.error().code, Errc::malformed);
}

TEST(LineProgress, SaysRateAndRemainingTime) {
  EXPECT_EQ(sentence_of(Progress{}, 100), "0 of 100 made");
  EXPECT_EQ(sentence_of(Progress{.made = 10, .elapsed = Seconds{20}}, 100),
            "10 of 100 made, 30.0 a minute, 3 min 0 s left");
  EXPECT_EQ(sentence_of(Progress{.made = 10, .scrapped = 2, .failed = 1, .elapsed = Seconds{60}}, 0),
            "10 made, 2 scrapped, 1 failed, 10.0 a minute");
}

}  // namespace
}  // namespace signet::factory
