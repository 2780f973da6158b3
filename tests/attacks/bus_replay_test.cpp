// Somebody recorded the bus and plays it again: to the board as an element, to the element as a board.
#include "bonded_for_test.h"
#include "element/link/recorder.h"

namespace signet {
namespace {

using board::BondState;
using element::Atecc;
using element::Opcode;
namespace mode = element::mode;

struct Exchange {
  Buffer command;
  Buffer answer;
};

std::vector<Exchange> exchanges_of(const std::vector<std::string>& lines) {
  std::vector<Exchange> out;
  for (const std::string& line : lines) {
    if (!line.starts_with("send ")) continue;
    const auto space = line.find(' ', 5);
    out.push_back({decode_hex(line.substr(5, space - 5)).value(), decode_hex(line.substr(space + 1)).value()});
  }
  return out;
}

// Answers each command as the element once answered one of the same head: opcode, parameters and size.
class FakeElement final : public element::Link {
 public:
  explicit FakeElement(std::vector<Exchange> known) : known_(std::move(known)) {}
  Status wake() override { return {}; }
  Status idle() override { return {}; }
  Status sleep() override { return {}; }
  Result<Buffer> exchange(Bytes command, Millis) override {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      const Exchange& one = known_[(next_ + i) % known_.size()];
      if (!std::ranges::equal(Bytes{one.command}.first(5), command.first(5))) continue;
      next_ = (next_ + i + 1) % known_.size();
      return one.answer;
    }
    return Error{Errc::unavailable, "never recorded"};
  }

 private:
  std::vector<Exchange> known_;
  std::size_t next_ = 0;
};

class BusReplay : public BondedTest {
 protected:
  void SetUp() override {
    chip = personalised_chip();
    Atecc driver{*chip};
    ASSERT_EQ(settle(driver, fuses), BondState::made);
    element::RecorderLink recorder{*chip};  // a later boot, and a signature
    Atecc tapped{recorder};
    ASSERT_EQ(settle(tapped, fuses), BondState::bound);
    ASSERT_TRUE(can_sign(tapped));
    lines = recorder.lines();
  }
  // Of the last turn with a CheckMac.
  Exchange last(Opcode opcode, std::uint8_t param1) {
    Exchange found;
    for (Exchange& one : exchanges_of(lines)) {
      if (one.command[1] == static_cast<std::uint8_t>(opcode) && one.command[2] == param1) found = std::move(one);
    }
    EXPECT_FALSE(found.command.empty());
    return found;
  }
  std::unique_ptr<element::emulator::Emulator> chip;
  board::Fuses_for_test fuses;
  std::vector<std::string> lines;
};

TEST_F(BusReplay, ARecordedElementDoesNotConvinceItsBoard) {
  FakeElement fake{exchanges_of(lines)};
  Atecc driver{fake};
  EXPECT_EQ(driver.uid().value(), Atecc{*chip}.uid().value()) << "it does look like it";
  EXPECT_EQ(driver.binding().value(), element::Binding::bound);
  const auto bond = board::settle_bond(driver, fuses, random);
  ASSERT_TRUE(bond) << bond.error().what;
  EXPECT_EQ(bond.value().state, BondState::exchanged);
  EXPECT_NE(bond.value().text.find("cannot prove it"), std::string::npos) << bond.value().text;
}

TEST_F(BusReplay, RecordedCommandsOfTheBoardOpenNothing) {
  Probe probe{*chip};
  probe.wake();
  bool saw_check = false;
  for (const Exchange& one : exchanges_of(lines)) {
    const auto answer = chip->exchange(one.command, Millis{1000});
    ASSERT_TRUE(answer);
    const auto opcode = static_cast<Opcode>(one.command[1]);
    saw_check = saw_check || opcode == Opcode::check_mac;
    const std::string said = hex(answer.value()).substr(2, 2);
    if (opcode == Opcode::check_mac) {
      EXPECT_EQ(said, "01");
    } else if (opcode == Opcode::sign) {
      EXPECT_EQ(said, "0f");
    }
  }
  EXPECT_TRUE(saw_check);
  probe.sleep();
  probe.expect_every_key_refused();
}

// The nonce of a recorded authorisation can be computed by whoever saw it, and put back by a pass-through Nonce. Only
// ReqRandom of the authorisation slot stands against that.
TEST_F(BusReplay, APastNoncePutBackByHandDoesNotAuthorise) {
  const Exchange nonce = last(Opcode::nonce, mode::nonce_random);
  const Exchange check = last(Opcode::check_mac, mode::mac_second_temp_key);
  const crypto::Digest temp_key =
      element::nonce_temp_key(Bytes{nonce.answer}.subspan(1, 32), Bytes{nonce.command}.subspan(5, 20), 0);
  const Bytes data = Bytes{check.command}.subspan(5, 77);
  Probe probe{*chip};
  probe.wake();
  EXPECT_EQ(probe.kind(Opcode::nonce, mode::nonce_pass_through, 0, temp_key), "00");
  const std::uint8_t from_input = mode::mac_second_temp_key | mode::mac_source_input;
  EXPECT_EQ(probe.kind(Opcode::check_mac, from_input, element::authorisation_slot, data), "0f");
  EXPECT_EQ(probe.kind(Opcode::nonce, mode::nonce_pass_through, 0, temp_key), "00");
  EXPECT_EQ(probe.kind(Opcode::check_mac, mode::mac_second_temp_key, element::authorisation_slot, data), "0f");
  probe.sleep();
  probe.expect_every_key_refused();
}

// The chip itself is asked for what a CheckMac wants to hear.
TEST_F(BusReplay, TheChipGivesNobodyItsOwnPassword) {
  Probe probe{*chip};
  probe.wake();
  EXPECT_EQ(probe.kind(Opcode::nonce, mode::nonce_random, 0, Buffer(element::nonce_input_bytes)), "data");
  EXPECT_EQ(probe.kind(Opcode::mac, mode::mac_second_temp_key, element::authorisation_slot), "0f");
  Buffer derivation;
  Writer{derivation}.u32_le(2 | 32u << 24).bytes(Buffer(32));
  const std::uint8_t to_host = mode::kdf_from_slot | mode::kdf_to_output_encrypted | mode::kdf_hkdf;
  EXPECT_EQ(probe.kind(Opcode::kdf, to_host, element::authorisation_slot, derivation), "0f");
  EXPECT_EQ(probe.kind(Opcode::kdf, to_host, element::io_protection_slot, derivation), "0f");
  probe.sleep();
}

}  // namespace
}  // namespace signet
