// The driver against bus scripts: what it says, in which order, and what it makes of answers that fail.
#include "element/atecc/atecc.h"

#include "element/atecc/turn.h"
#include "element/wire/command.h"
#include "element/wire/packet.h"

#include <gtest/gtest.h>

#include <deque>

namespace signet::element {
namespace {

// A link that expects calls in order: "wake", "idle", or a command packet's opcode and parameters as hex.
class ScriptedLink final : public Link {
 public:
  struct Line {
    std::string said;
    Result<Buffer> answer = Buffer{};
  };

  ~ScriptedLink() override { EXPECT_TRUE(lines_.empty()) << lines_.front().said << " was never said"; }
  ScriptedLink& then(std::string said, Result<Buffer> answer = Buffer{}) {
    lines_.push_back({std::move(said), std::move(answer)});
    return *this;
  }
  // A turn of one command, with its answer's data.
  ScriptedLink& turn(const std::string& command, std::string_view data_hex) {
    return then("wake").then(command, encode_response(decode_hex(data_hex).value())).then("idle");
  }

  Status wake() override { return status("wake"); }
  Status idle() override { return status("idle"); }
  Status sleep() override { return status("sleep"); }
  Status renew() override { return status("renew"); }
  void expect_times_for(std::uint8_t chip_mode) { chip_mode_ = chip_mode; }
  Result<Buffer> exchange(Bytes packet, Millis longest) override {
    const auto command = decode_command(packet);
    EXPECT_TRUE(command);
    EXPECT_EQ(longest, chip_mode_ ? execution_time_max(command.value().opcode, *chip_mode_)
                                  : execution_time_max(command.value().opcode));
    return next(hex(packet.subspan(1, 4)));
  }

 private:
  Status status(const std::string& said) {
    const auto got = next(said);
    return got ? Status{} : Status{got.error()};
  }
  Result<Buffer> next(const std::string& said) {
    if (lines_.empty()) {
      ADD_FAILURE() << "after the script's end: " << said;
      return Error{Errc::malformed, "off script"};
    }
    Line line = std::move(lines_.front());
    lines_.pop_front();
    EXPECT_EQ(said, line.said);
    return std::move(line.answer);
  }

  std::deque<Line> lines_;
  std::optional<std::uint8_t> chip_mode_;
};

const Error silence{Errc::unavailable, "nobody answers"};
const std::string info = "30000000";
const std::string revision_hex = "00006003";

Buffer damaged(std::string_view data_hex) {
  Buffer packet = encode_response(decode_hex(data_hex).value());
  packet.back() ^= 1;
  return packet;
}

Buffer packet_of(std::string_view data_hex) { return encode_response(decode_hex(data_hex).value()); }

// Four block reads, as the driver makes them to see the configuration.
void configuration(ScriptedLink& link, const ConfigZone& config) {
  const char* const reads[] = {"02800000", "02800800", "02801000", "02801800"};
  for (std::size_t i = 0; i < 4; ++i) {
    link.then(reads[i], encode_response(Bytes{config}.subspan(i * block_bytes, block_bytes)));
  }
}

TEST(AteccDriver, PlaysOneTurnForOneCommand) {
  ScriptedLink link;
  link.turn(info, revision_hex);
  EXPECT_EQ(hex(Atecc{link}.revision().value()), revision_hex);
}

TEST(AteccDriver, SignsInOneTurn) {
  ScriptedLink link;
  const std::string signature(128, '5');
  link.then("wake").then("16430000", packet_of("00")).then("41a00000", packet_of(signature)).then("idle");
  EXPECT_EQ(hex(Atecc{link}.sign(crypto::Digest{}).value()), signature);
}

TEST(AteccDriver, PlaysATurnAgainAfterADamagedAnswer) {
  ScriptedLink link;
  link.then("wake").then(info, damaged(revision_hex)).then("idle").turn(info, revision_hex);
  EXPECT_EQ(hex(Atecc{link}.revision().value()), revision_hex);
}

TEST(AteccDriver, PlaysATurnAgainForEachFaultOfTheBus) {
  for (const std::string status : {"05", "11", "ee", "ff"}) {
    ScriptedLink link;
    link.turn(info, status).turn(info, revision_hex);
    EXPECT_TRUE(Atecc{link}.revision()) << status;
  }
  for (const Buffer& nonsense : {Buffer{}, Buffer{0xff}, Buffer(70), packet_of("00006003ff")}) {
    ScriptedLink link;
    link.then("wake").then(info, nonsense).then("idle").turn(info, revision_hex);
    EXPECT_TRUE(Atecc{link}.revision()) << hex(nonsense);
  }
}

TEST(AteccDriver, NeverRepeatsWhatTheChipRefused) {
  ScriptedLink parse;
  parse.turn(info, "03");
  EXPECT_EQ(Atecc{parse}.revision().error().what, "Info: parse error");
  ScriptedLink health;
  health.turn("1b000000", "08");
  EXPECT_EQ(Atecc{health}.random(4).error().what, "Random: random number health test failed");
}

TEST(AteccDriver, GivesUpAfterItsAttempts) {
  ScriptedLink link;
  for (int i = 0; i < attempts_max; ++i) link.then("wake").then(info, damaged(revision_hex)).then("idle");
  const auto result = Atecc{link}.revision();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::unavailable);
  EXPECT_EQ(result.error().what,
            "secure element: gave up after 4 attempts: Info: the answer is damaged: crc does not match");
}

TEST(AteccDriver, TriesToWakeAsOften) {
  ScriptedLink deaf;
  for (int i = 0; i < attempts_max; ++i) deaf.then("wake", silence);
  EXPECT_EQ(Atecc{deaf}.revision().error().what, "secure element: gave up after 4 attempts: nobody answers");
  ScriptedLink late;
  late.then("wake", silence).turn(info, revision_hex);
  EXPECT_TRUE(Atecc{late}.revision());
}

TEST(AteccDriver, DoesNotCountTwiceWhenAnAnswerIsLost) {
  ScriptedLink counted;  // the lost increment was done
  counted.then("wake").then("24000000", packet_of("05000000")).then("24010000", damaged("06000000")).then("idle");
  counted.then("wake").then("24000000", packet_of("06000000")).then("idle");
  EXPECT_EQ(Atecc{counted}.increment(0).value(), 6u);
  ScriptedLink lost;  // it never reached the chip
  lost.then("wake").then("24000000", packet_of("05000000")).then("24010000", silence).then("idle");
  lost.then("wake").then("24000000", packet_of("05000000")).then("24010000", packet_of("06000000")).then("idle");
  EXPECT_EQ(Atecc{lost}.increment(0).value(), 6u);
}

TEST(AteccDriver, SaysWhatAnExecutionErrorMeans) {
  ConfigZone config{};
  config[at::lock_config] = config[at::lock_value] = unlocked;
  ScriptedLink link;
  link.then("wake").then("40040000", packet_of("0f"));
  configuration(link, config);
  link.then("idle");
  EXPECT_EQ(Atecc{link}.gen_key(0).error().what,
            "GenKey slot 0: execution error: the configuration zone is not locked yet");
}

TEST(AteccDriver, LocksWithTheChecksumOfWhatItRead) {
  ConfigZone config{};
  config[at::lock_config] = config[at::lock_value] = unlocked;
  const std::uint16_t crc = crc16(config);
  const std::string lock = "1700" + hex(Buffer{static_cast<std::uint8_t>(crc), static_cast<std::uint8_t>(crc >> 8)});
  ScriptedLink good;
  good.then("wake");
  configuration(good, config);
  good.then(lock, packet_of("00")).then("idle");
  EXPECT_TRUE(Atecc{good}.lock_config(config));

  ConfigZone wanted = config;
  wanted[96] ^= 1;
  ScriptedLink other;
  other.then("wake");
  configuration(other, config);
  other.then("idle");
  EXPECT_FALSE(Atecc{other}.lock_config(wanted)) << "nothing is sent";
}

TEST(AteccDriver, TakesALostAnswerToALockForAYesWhenItIsLocked) {
  ConfigZone config{};
  config[at::lock_config] = unlocked;
  const std::uint16_t crc = crc16(config);
  const std::string lock = "1700" + hex(Buffer{static_cast<std::uint8_t>(crc), static_cast<std::uint8_t>(crc >> 8)});
  ScriptedLink link;
  link.then("wake");
  configuration(link, config);
  link.then(lock, damaged("00")).then("idle");
  config[at::lock_config] = 0;
  link.then("wake");
  configuration(link, config);
  link.then("idle");
  EXPECT_TRUE(Atecc{link}.lock_config(config));
}

TEST(AteccDriver, WritesOnlyTheWordsThatDiffer) {
  ConfigZone present{};
  ConfigZone wanted{};
  wanted[0] = 0xff;  // the serial number: never written
  wanted[16] = 0xc0;
  wanted[84] = 0x01;  // UserExtra: never written by Write
  wanted[127] = 0x01;
  ScriptedLink link;
  link.then("wake");
  configuration(link, present);
  link.then("idle").turn("12000400", "00").turn("12001f00", "00");
  EXPECT_TRUE(Atecc{link}.write_config(wanted));
}

TEST(AteccDriver, ReadsAShortLastBlockWordByWord) {
  ScriptedLink link;
  const std::string block(64, '1'), word(8, '2');
  link.turn("02825000", block).turn("02825001", block).turn("02025002", word).turn("02025102", word);
  EXPECT_EQ(hex(Atecc{link}.read_slot(10, 0, 72).value()), block + block + word + word);
}

TEST(AteccDriver, WaitsAsLongAsTheClockDividerDemandsOnceItKnowsIt) {
  ConfigZone config{};
  config[at::chip_mode] = 0x28;
  ScriptedLink link;
  link.then("wake");
  configuration(link, config);
  link.then("idle");
  Atecc atecc{link};
  ASSERT_TRUE(atecc.read_config());
  link.expect_times_for(0x28);
  link.turn("40040200", std::string(128, '1'));
  EXPECT_TRUE(atecc.gen_key(2));
}

TEST(AteccDriver, RenewsATurnThatIsLongerThanTheWatchdog) {
  const std::pair<std::uint8_t, Millis> chips[] = {{0, watchdog_min}, {0x04, watchdog_long_min}};
  for (const auto& [chip_mode, watchdog] : chips) {
    ScriptedLink link;
    ConfigZone config{};
    config[at::chip_mode] = chip_mode;
    link.then("wake");
    configuration(link, config);
    link.then("idle");
    Atecc atecc{link};
    ASSERT_TRUE(atecc.read_config());
    link.expect_times_for(chip_mode);
    // After so many commands of SHA, each as slow as it may be, the time is over: 19 of 36 ms, or 194.
    const auto fit = static_cast<std::size_t>(watchdog / execution_time_max(0x47, chip_mode));
    link.then("wake").then("47000000", packet_of("00"));
    for (std::size_t i = 1; i < fit; ++i) link.then("47014000", packet_of("00"));
    link.then("renew").then("47014000", packet_of("00")).then("47c24000", packet_of(std::string(64, '3'))).then("idle");
    EXPECT_TRUE(atecc.sha256(Buffer((fit + 1) * 64)));
  }
}

TEST(AteccDriver, LooksAtTheClockBeforeItRenews) {
  ScriptedLink link;
  link.then("wake").then("16430000", packet_of("00")).then("02000400", packet_of("c0000000"));
  link.expect_times_for(0);  // a fast chip: Verify fits what is left before the watchdog
  link.then("45220400", packet_of("00")).then("idle");
  EXPECT_TRUE(Atecc{link}.verify_external({}, {}, {}));
}

TEST(AteccDriver, PlaysARenewedTurnAgainWhenItsStateWasLost) {
  ScriptedLink link;
  Atecc atecc{link};
  const auto until_renewal = [&] {
    link.then("wake").then("47000000", packet_of("00"));
    for (int i = 0; i < 8; ++i) link.then("47014000", packet_of("00"));
    link.then("02000400", packet_of("c0000068")).then("renew");
  };
  until_renewal();
  link.expect_times_for(0x68);
  link.then("47c24000", packet_of("0f"));
  configuration(link, ConfigZone{});
  link.then("idle");
  until_renewal();
  link.then("47c24000", packet_of(std::string(64, '3'))).then("idle");
  EXPECT_TRUE(atecc.sha256(Buffer(9 * 64)));
}

TEST(AteccDriver, SaysThatALostGenKeyMayHaveMadeAKey) {
  ScriptedLink link;
  for (int i = 0; i < attempts_max; ++i)
    link.then("wake").then("40040200", damaged(std::string(128, '1'))).then("idle");
  const auto lost = Atecc{link}.gen_key(2);
  ASSERT_FALSE(lost);
  EXPECT_NE(lost.error().what.find("slot 2 may hold a new key already"), std::string::npos) << lost.error().what;
}

ConfigZone gated_configuration() {
  ConfigZone config{};
  config[at::key_config] = 0x93;  // slot 0: a private key that asks for an authorisation with slot 5
  config[at::key_config + 1] = 0x05;
  return config;
}

// Of a chip that is not locked yet, so that nothing else is learned.
void learn_the_clock(ScriptedLink& link, Atecc& atecc) {
  ConfigZone config{};
  config[at::lock_config] = unlocked;
  link.then("wake");
  configuration(link, config);
  link.then("idle");
  ASSERT_TRUE(atecc.read_config());
  link.expect_times_for(0);
}

TEST(AteccDriver, LearnsFromARefusalThatItMustAuthoriseAndThenDoesSoAtOnce) {
  ScriptedLink link;
  const std::string signature(128, '5'), random_out(64, '7');
  Atecc atecc{link};
  learn_the_clock(link, atecc);
  link.then("wake").then("16430000", packet_of("00")).then("41a00000", packet_of("0f"));
  configuration(link, gated_configuration());
  link.then("16000000", packet_of(random_out)).then("28010500", packet_of("00"));
  link.then("16430000", packet_of("00")).then("41a00000", packet_of(signature)).then("sleep");
  EXPECT_EQ(hex(atecc.sign(crypto::Digest{}).value()), signature);
  link.then("wake").then("16000000", packet_of(random_out)).then("28010500", packet_of("00"));
  link.then("16430000", packet_of("00")).then("41a00000", packet_of(signature)).then("sleep");
  EXPECT_EQ(hex(atecc.sign(crypto::Digest{}).value()), signature) << "it sleeps again: nobody else profits";
}

TEST(AteccDriver, SaysThatAnElementServesAnotherBoard) {
  ScriptedLink link;
  link.then("wake");
  configuration(link, gated_configuration());
  link.then("idle").then("wake").then("16000000", packet_of(std::string(64, '7')));
  link.then("28010500", packet_of("01")).then("sleep");
  Atecc atecc{link};
  ASSERT_TRUE(atecc.read_config());
  link.expect_times_for(0);
  const auto refused = atecc.sign(crypto::Digest{});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_EQ(refused.error().what, "the element is bound to a board and uses its keys for that board alone");
}

TEST(AteccDriver, RefusesWhatNoChipCanDoWithoutAskingOne) {
  ScriptedLink untouched;
  Atecc atecc{untouched};
  EXPECT_EQ(atecc.gen_key(16).error().code, Errc::malformed);
  EXPECT_EQ(atecc.write_slot(10, 70, Buffer(4)).error().code, Errc::malformed);
  EXPECT_EQ(atecc.read_slot(16, 0, 4).error().code, Errc::malformed);
  EXPECT_EQ(atecc.sha256(Buffer(sha256_bytes_max + 1)).error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet::element
