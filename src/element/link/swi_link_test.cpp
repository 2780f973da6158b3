// The single wire, with and without an adapter that hears itself; then on a pseudo-terminal.
#include "element/link/swi_link.h"

#include "element/link/serial_port.h"
#include "element/wire/bus.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>
#include <deque>
#include <thread>

namespace signet::element {
namespace {

const Buffer info_packet{0x07, 0x30, 0x00, 0x00, 0x00, 0x03, 0x5d};
const std::string revision_answer = "070000600383bb";

// The far end: takes coded bytes, gives coded bytes.
class Chip {
 public:
  int busy = 0;     // so many questions are met with silence
  Buffer output{};  // what 88 shows
  std::string heard;

  void wake() {
    decoder_.reset(), expects_ = 0;
    heard += "wake ";
    if (!awake_) output = copy_of(wake_greeting), awake_ = true;
  }
  Buffer on_character(std::uint8_t character) {
    const auto byte = decoder_.on_character(character);
    if (!byte || !byte.value()) return {};
    return on_byte(*byte.value());
  }

 private:
  Buffer on_byte(std::uint8_t byte) {
    if (packet_.empty() && expects_ == 0) return on_flag(byte);
    if (packet_.empty()) expects_ = byte;
    packet_.push_back(byte);
    if (packet_.size() < expects_) return {};
    heard += hex(packet_) + " ";
    packet_.clear(), expects_ = 0;
    output = decode_hex(revision_answer).value();
    return {};
  }
  Buffer on_flag(std::uint8_t flag) {
    heard += hex(Block<1>{flag}) + " ";
    if (flag == swi::command) expects_ = 1;
    if (flag == swi::idle || flag == swi::sleep) awake_ = false;
    if (flag != swi::transmit || !awake_ || busy-- > 0) return {};
    busy = 0;
    return encode_swi(output);
  }

  SwiDecoder decoder_;
  Buffer packet_;
  std::size_t expects_ = 0;
  bool awake_ = false;
};

class FakePort final : public SerialPort {
 public:
  FakePort(Chip& chip, bool echoes) : chip_(chip), echoes_(echoes) {}
  Status take() override { return {}; }
  void release() override {}
  Status wake_pulse() override { return chip_.wake(), pending_.clear(), Status{}; }
  Status write(Bytes characters) override {
    if (echoes_) pending_.insert(pending_.end(), characters.begin(), characters.end());
    for (const std::uint8_t character : characters) {
      const Buffer answer = chip_.on_character(character);
      pending_.insert(pending_.end(), answer.begin(), answer.end());
    }
    return {};
  }
  Result<Buffer> read(std::size_t, Millis) override {  // in pieces of three
    Buffer out;
    for (int i = 0; i < 3 && !pending_.empty(); ++i) out.push_back(pending_.front()), pending_.pop_front();
    return out;
  }
  std::string name() const override { return "wire"; }

 private:
  Chip& chip_;
  bool echoes_;
  std::deque<std::uint8_t> pending_;
};

TEST(SingleWireHost, CarriesAnExchangeWhetherOrNotTheAdapterHearsItself) {
  for (const bool echoes : {false, true}) {
    Chip chip;
    SwiLink link{std::make_unique<FakePort>(chip, echoes)};
    ASSERT_TRUE(link.wake()) << echoes;
    chip.busy = 2;
    EXPECT_EQ(hex(link.exchange(info_packet, Millis{30}).value()), revision_answer) << echoes;
    EXPECT_TRUE(link.idle());
    EXPECT_EQ(chip.heard, "wake 88 77 " + hex(info_packet) + " 88 88 88 bb ");
  }
}

TEST(SingleWireHost, GivesUpOnAChipThatStaysSilent) {
  Chip chip;
  SwiLink link{std::make_unique<FakePort>(chip, true)};
  ASSERT_TRUE(link.wake());
  chip.busy = 1000;
  EXPECT_EQ(link.exchange(info_packet, Millis{50}).error().what, "no answer within 50 ms");
  const auto deaf = link.wake();
  ASSERT_FALSE(deaf);
  EXPECT_NE(deaf.error().what.find("no chip answers on the single wire at wire"), std::string::npos);
}

TEST(SingleWireHost, SendsAHalfAwakeChipToIdle) {
  Chip chip;
  SwiLink link{std::make_unique<FakePort>(chip, false)};
  ASSERT_TRUE(link.wake());
  ASSERT_TRUE(link.exchange(info_packet, Millis{5}));
  chip.heard.clear();
  EXPECT_TRUE(link.wake()) << "its old answer is no greeting";
  EXPECT_EQ(chip.heard, "wake 88 bb wake 88 ");
}

// The chip at the master's end of a pseudo-terminal; a character 00 is the pulse.
class ChipOnPty {
 public:
  ChipOnPty() {
    int master = -1, slave = -1;
    char name[128];
    ENSURE(::openpty(&master, &slave, name, nullptr, nullptr) == 0);
    master_ = Fd{master}, slave_ = Fd{slave}, path = name;
    thread_ = std::thread{[this] { play(); }};
  }
  ~ChipOnPty() {
    slave_.close();  // the last but the link's, which is gone: the chip hears the hang-up
    thread_.join();
  }
  std::string path;

 private:
  void play() {
    Chip chip;
    for (std::uint8_t character = 0; ::read(master_.get(), &character, 1) == 1;) {
      if (character == swi::wake) {
        chip.wake();
        continue;
      }
      const Buffer answer = chip.on_character(character);
      if (!answer.empty() && ::write(master_.get(), answer.data(), answer.size()) < 0) return;
    }
  }
  Fd master_, slave_;
  std::thread thread_;
};

TEST(SerialPort, CarriesAnExchangeOverATerminalAndLocksIt) {
  ChipOnPty chip;
  auto port = open_serial_port(chip.path);
  ASSERT_TRUE(port) << port.error().what;
  SwiLink link{std::move(port).value()};
  ASSERT_TRUE(link.wake());
  const auto second = open_serial_port(chip.path, Millis{4});
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_FALSE(second.value()->take()) << "held from wake to idle";
  const auto answer = link.exchange(info_packet, Millis{500});
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(hex(answer.value()), revision_answer);
  ASSERT_TRUE(link.idle());
  EXPECT_TRUE(second.value()->take());
}

TEST(SerialPort, NamesWhatIsNoSerialLine) {
  EXPECT_EQ(open_serial_port("/dev/null").error().what,
            "/dev/null is no serial line: name the adapter, for example serial:/dev/ttyUSB0");
  EXPECT_EQ(open_serial_port("/nowhere/ttyUSB0").error().code, Errc::not_found);
}

}  // namespace
}  // namespace signet::element
