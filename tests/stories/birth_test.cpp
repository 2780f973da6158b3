// A blank element becomes a unit of a manifest that anyone can verify, whatever interrupts the line.
#include "base/port/file.h"
#include "element/emulator/emulator.h"
#include "factory/plan.h"
#include "factory/station.h"
#include "identity/compressed.h"

#include <gtest/gtest.h>
#include <cstdlib>
#include <filesystem>

namespace signet::factory {
namespace {

// Loses the bus after so many exchanges, as a power cut at the line does.
class CutLink final : public element::Link {
 public:
  CutLink(element::Link& inner, int exchanges_left) : inner_(inner), left_(exchanges_left) {}
  Status wake() override { return left_ > 0 ? inner_.wake() : gone(); }
  Result<Buffer> exchange(Bytes command, std::chrono::milliseconds longest) override {
    if (left_-- <= 0) return gone();
    return inner_.exchange(command, longest);
  }
  Status idle() override { return left_ > 0 ? inner_.idle() : gone(); }
  Status sleep() override { return left_ > 0 ? inner_.sleep() : gone(); }
  bool was_cut() const { return cut_; }

 private:
  Error gone() {
    cut_ = true;
    return Error{Errc::unavailable, "power cut"};
  }
  element::Link& inner_;
  int left_;
  bool cut_ = false;
};

class Birth : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "signet-birth-XXXXXX";
    ASSERT_TRUE(mkdtemp(pattern.data()));
    folder_ = pattern;
    unsetenv("SOFTHSM2_CONF");
    AuthorityPlan plan;
    plan.folder = folder_ + "/foundry";
    plan.organization = "Acme";
    plan.signer_id = 0xF600;
    auto made = Authority::create(plan, clock_, random_);
    ASSERT_TRUE(made) << made.error().what;
    authority_ = std::move(made).value();
  }
  void TearDown() override {
    authority_.reset();
    std::filesystem::remove_all(folder_);
  }

  Result<Made> personalise(element::Link& link, Batch& batch) {
    element::Atecc chip{link};
    Station station{*authority_, batch, clock_, random_};
    return station.personalise(chip, {.model = "ATECC608B (emulated)", .number = "TEST"}, [](std::string_view) {});
  }
  Result<std::vector<identity::Unit>> read(const Batch& batch) {
    std::string manifest;
    TRY(batch.manifest([&](std::string_view piece) -> Status { return manifest += piece, Status{}; }));
    return identity::read_manifest(bytes_of(manifest), {authority_->log_signer(), {authority_->root()}});
  }

  std::string folder_;
  ManualClock clock_{parse_rfc3339("2026-11-22T10:20:30Z").value()};
  crypto::SeededRandom_for_test random_{11};
  std::unique_ptr<Authority> authority_;
};

TEST_F(Birth, ABlankElementBecomesAUnitThatAnyoneCanVerify) {
  const auto chip = element::emulator::Emulator::in_memory(clock_, random_);
  auto batch = Batch::open(authority_->folder(), "one").value();
  const auto made = personalise(*chip, batch);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_FALSE(made.value().was_finished);

  const auto units = read(batch);
  ASSERT_TRUE(units) << units.error().what;
  ASSERT_EQ(units.value().size(), 1u);
  const identity::Unit& unit = units.value()[0];
  EXPECT_EQ(unit.unique_id, made.value().unique_id);
  EXPECT_EQ(unit.chain.at(0).der, made.value().certificate.der);
  EXPECT_TRUE(unit.model.ends_with(identity::emulated_suffix));
  EXPECT_EQ(unit.keys.size(), last_key_slot + 1);

  // The element alone, with nothing but its 72-byte certificates, gives the same certificate again.
  element::Atecc driver{*chip};
  const auto stored = driver.stored_certificates().value();
  const auto signer = identity::rebuild_signer(stored.signer, stored.signer_key, authority_->root());
  ASSERT_TRUE(signer) << signer.error().what;
  const auto device = identity::rebuild_device(stored.device, driver.public_key().value(), unit.dcn, signer.value());
  ASSERT_TRUE(device) << device.error().what;
  EXPECT_EQ(device.value().der, made.value().certificate.der);
  EXPECT_FALSE(driver.gen_key(element::identity_slot)) << "the identity can never be replaced";
}

TEST_F(Birth, AnInterruptedLineIsTakenUpAgainWhereverItStopped) {
  int cut = 0;
  for (bool cut_happened = true; cut_happened; cut += 7) {
    const auto chip = element::emulator::Emulator::in_memory(clock_, random_);
    auto batch = Batch::open(authority_->folder(), "cut-" + std::to_string(cut)).value();
    CutLink link{*chip, cut};
    const auto first = personalise(link, batch);
    cut_happened = link.was_cut();
    EXPECT_EQ(!first, cut_happened) << "cut " << cut;
    const auto promised = authority_->ledger().find(hex(element::Atecc{*chip}.uid().value())).value();
    const auto second = personalise(*chip, batch);
    ASSERT_TRUE(second) << "cut " << cut << ": " << second.error().what;
    const auto units = read(batch);
    ASSERT_TRUE(units) << "cut " << cut << ": " << units.error().what;
    ASSERT_EQ(units.value().size(), 1u) << "cut " << cut;
    EXPECT_EQ(units.value()[0].chain.at(0).der, second.value().certificate.der) << "cut " << cut;
    if (promised) {
      EXPECT_EQ(promised->certificate.der, second.value().certificate.der) << "cut " << cut;
    }
  }
  EXPECT_GT(cut, 50) << "the line is longer than this";
}

// Two chips of one serial number: a copy of the state file, or a part that was set back to its blank state.
TEST_F(Birth, NoSerialIsCertifiedTwiceWithDifferentKeys) {
  const std::string state = folder_ + "/chip", copy = folder_ + "/copy";
  auto batch = Batch::open(authority_->folder(), "one").value();
  element::Uid uid;
  {
    const auto blank = element::emulator::Emulator::open(state, clock_, random_).value();
    uid = element::Atecc{*blank}.uid().value();
    std::filesystem::copy_file(state, copy);
    ASSERT_TRUE(personalise(*blank, batch));
  }
  const auto issued = authority_->ledger().find(hex(uid)).value();
  ASSERT_TRUE(issued);
  const auto twin = element::emulator::Emulator::open(copy, clock_, random_).value();
  ASSERT_EQ(element::Atecc{*twin}.uid().value(), uid);
  const auto refused = personalise(*twin, batch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_NE(refused.error().what.find("this element holds another key than"), std::string::npos)
      << refused.error().what;
  EXPECT_FALSE(element::Atecc{*twin}.is_data_locked().value());
  EXPECT_EQ(authority_->ledger().find(hex(uid)).value()->certificate.der, issued->certificate.der);
  ASSERT_TRUE(personalise(*element::emulator::Emulator::open(state, clock_, random_).value(), batch));
}

TEST_F(Birth, AUnitBelongsToOneBatch) {
  const auto chip = element::emulator::Emulator::in_memory(clock_, random_);
  auto one = Batch::open(authority_->folder(), "one").value();
  auto two = Batch::open(authority_->folder(), "two").value();
  ASSERT_TRUE(personalise(*chip, one));
  const auto refused = personalise(*chip, two);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("belongs to batch one"), std::string::npos) << refused.error().what;
  EXPECT_TRUE(two.unit_ids().value().empty());
}

TEST_F(Birth, AUnitIsBoundToItsBoardAtTheFoundryWhenAskedTo) {
  const auto chip = element::emulator::Emulator::in_memory(clock_, random_);
  auto batch = Batch::open(authority_->folder(), "one").value();
  const element::BoardSecret secret{Block<32>{1, 2, 3}};
  const auto bind = [&](const element::BoardSecret& to) {
    element::Atecc driver{*chip};
    Station station{*authority_, batch, clock_, random_};
    return station.personalise(
        driver, {.model = "ATECC608B", .number = "TEST"}, [](std::string_view) {}, &to);
  };
  const auto made = bind(secret);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE(made.value().is_bound);
  EXPECT_EQ(read(batch).value().size(), 1u);
  element::Atecc on_its_board{*chip}, on_another{*chip};
  EXPECT_TRUE(on_its_board.present(secret));
  EXPECT_TRUE(on_its_board.sign({}));
  EXPECT_EQ(on_another.sign({}).error().code, Errc::forbidden);

  EXPECT_TRUE(bind(secret)) << "run again";
  EXPECT_EQ(bind(element::BoardSecret{Block<32>{9}}).error().code, Errc::forbidden);
}

TEST_F(Birth, AUnitThatItsBoardHasBoundIsLeftAlone) {
  const auto chip = element::emulator::Emulator::in_memory(clock_, random_);
  auto batch = Batch::open(authority_->folder(), "one").value();
  const auto made = personalise(*chip, batch);
  ASSERT_TRUE(made) << made.error().what;
  ASSERT_TRUE(element::Atecc{*chip}.bind(element::BoardSecret{Block<32>{7}}));
  const auto again = personalise(*chip, batch);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(again.value().was_finished && again.value().is_bound);
  EXPECT_EQ(again.value().certificate.der, made.value().certificate.der);
  EXPECT_EQ(batch.unit_ids().value().size(), 1u);
}

TEST_F(Birth, AnElementOfAnotherFoundryIsLeftAlone) {
  const auto chip = element::emulator::Emulator::in_memory(clock_, random_);
  auto batch = Batch::open(authority_->folder(), "ours").value();
  ASSERT_TRUE(personalise(*chip, batch));
  authority_.reset();
  AuthorityPlan plan;
  plan.folder = folder_ + "/other";
  unsetenv("SOFTHSM2_CONF");
  auto other = Authority::create(plan, clock_, random_);
  ASSERT_TRUE(other) << other.error().what;
  authority_ = std::move(other).value();
  auto theirs = Batch::open(authority_->folder(), "theirs").value();
  const auto refused = personalise(*chip, theirs);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_FALSE(theirs.contains("anything"));
}

TEST_F(Birth, AFoundryIsMadeOnceAndFoundAgain) {
  AuthorityPlan plan;
  plan.folder = authority_->folder();
  EXPECT_EQ(Authority::create(plan, clock_, random_).error().code, Errc::conflict);
  const Buffer root = authority_->root().der;
  authority_.reset();
  auto again = Authority::open(plan.folder);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again.value()->root().der, root);
  EXPECT_EQ(Authority::open(folder_ + "/absent").error().code, Errc::not_found);
}

}  // namespace
}  // namespace signet::factory
