#include "element/link/swi_device.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

// Answers each command with its own bytes. While `busy` it is silent.
struct EchoChip final : BusDevice {
  void wake_pulse() override {
    if (!awake) group = {0x04, 0x11, 0x33, 0x43}, at = 0;
    awake = true;
  }
  bool write(std::uint8_t, Bytes data) override {
    if (!awake || busy) return false;
    log += hex(data) + " ";
    if (data[0] == word_address::command)
      group = copy_of(data.subspan(1)), group[0] = static_cast<std::uint8_t>(group.size());
    if (data[0] == word_address::idle || data[0] == word_address::sleep) awake = false;
    at = 0;
    return true;
  }
  std::optional<Buffer> read(std::uint8_t, std::size_t size) override {
    if (!awake || busy) return std::nullopt;
    Buffer out(size, 0xff);
    for (std::size_t i = 0; i < size && at < group.size(); ++i) out[i] = group[at++];
    return out;
  }
  std::optional<Instant> awake_until() override { return awake ? std::optional{Instant{Seconds{9}}} : std::nullopt; }
  void end_turn(bool) override { awake = false; }
  bool is_answer_waiting() override { return at < group.size(); }

  bool awake = false, busy = false;
  Buffer group;
  std::size_t at = 0;
  std::string log;
};

class SingleWireChip : public testing::Test {
 protected:
  // What the chip says to these bytes, decoded.
  std::string say(std::string_view bytes_hex) { return raw(encode_swi(decode_hex(bytes_hex).value())); }
  std::string raw(Buffer characters) {
    SwiDecoder decoder;
    Buffer bytes;
    for (const std::uint8_t character : wire.on_characters(characters, now)) {
      if (const auto byte = decoder.on_character(character).value()) bytes.push_back(*byte);
    }
    return hex(bytes);
  }
  void wake() { EXPECT_EQ(raw({swi::wake}), ""); }
  std::string log() { return std::exchange(chip.log, {}); }

  EchoChip chip;
  SwiDevice wire{chip};
  Instant now{Seconds{1}};
};

TEST_F(SingleWireChip, HearsAtMostSoMuchAtOnce) {
  EXPECT_TRUE(wire.on_characters(Buffer(swi_input_max, swi_one), now).empty());
  EXPECT_DEATH(wire.on_characters(Buffer(swi_input_max + 1, swi_one), now), "swi_input_max");
}

TEST_F(SingleWireChip, CarriesAWholeExchange) {
  EXPECT_EQ(say("88"), "") << "asleep";
  wake();
  EXPECT_EQ(say("88"), "04113343");
  EXPECT_EQ(say("88"), "04113343") << "the whole group each time";
  EXPECT_EQ(log(), "00 00 ");
  EXPECT_EQ(say("770730000000035d"), "");
  EXPECT_EQ(log(), "030730000000035d ");
  EXPECT_EQ(say("88"), "0730000000035d");
  EXPECT_EQ(say("bb"), "");
  EXPECT_FALSE(chip.awake);
  EXPECT_EQ(say("88"), "") << "idle";
  wake();
  EXPECT_EQ(say("cc"), "");
  EXPECT_EQ(log(), "00 02 01 ");
}

TEST_F(SingleWireChip, TakesCharactersInPieces) {
  wake();
  for (const std::uint8_t character : encode_swi(decode_hex("770730000000035d").value()))
    EXPECT_EQ(raw({character}), "");
  EXPECT_EQ(log(), "030730000000035d ");
}

TEST_F(SingleWireChip, IsSilentWhileTheChipWorks) {
  wake();
  chip.busy = true;
  EXPECT_EQ(say("88"), "");
  chip.busy = false;
  EXPECT_EQ(say("88"), "04113343");
}

TEST_F(SingleWireChip, ForgetsHalfAPacketAfterSilenceNoiseOrAWake) {
  wake();
  for (int harm = 0; harm < 3; ++harm) {
    say("770730");
    if (harm == 0) now += swi_silence_max + Micros{1};
    if (harm == 1) raw({0x55});
    if (harm == 2) wake();
    EXPECT_EQ(say("bb"), "");
    EXPECT_FALSE(chip.awake) << harm << ": bb was read as a flag";
    EXPECT_EQ(log(), "02 ");
    wake();
  }
  say("770730");
  now += swi_silence_max;
  say("000000035d");
  EXPECT_EQ(log(), "030730000000035d ") << "not so long a silence";
}

TEST_F(SingleWireChip, HandsACountThatNoCommandHasToTheChip) {
  wake();
  for (const char* count : {"7700", "7706", "779c", "77ff"}) say(count);
  EXPECT_EQ(log(), "0300 0306 039c 03ff ");
  EXPECT_EQ(say("12"
                "bb"),
            "")
      << "what is no flag is ignored";
  EXPECT_EQ(log(), "02 ");
}

}  // namespace
}  // namespace signet::element
