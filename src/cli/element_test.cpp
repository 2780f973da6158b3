// The element commands against a chip in memory; nobody but the test has it.
#include "cli/scripted_for_test.h"
#include "element/atecc/atecc.h"
#include "element/emulator/emulator.h"
#include "element/link/bus_link.h"

namespace signet::cli {
namespace {

using element::emulator::Emulator;

// A link that another owns.
class Borrowed final : public element::Link {
 public:
  explicit Borrowed(element::Link& link) : link_(link) {}
  Status wake() override { return link_.wake(); }
  Result<Buffer> exchange(Bytes packet, Millis longest) override { return link_.exchange(packet, longest); }
  Status idle() override { return link_.idle(); }
  Status sleep() override { return link_.sleep(); }

 private:
  element::Link& link_;
};

// The emulator's bus as an I2C bus of this machine.
class Bus final : public element::I2cBus {
 public:
  explicit Bus(Emulator& chip) : chip_(chip) {}
  Status take() override { return {}; }
  void release() override {}
  Status wake_pulse() override { return chip_.wake_pulse(), Status{}; }
  Result<bool> write(std::uint8_t address, Bytes data) override { return chip_.write(address, data); }
  Result<std::optional<Buffer>> read(std::uint8_t address, std::size_t size) override {
    return chip_.read(address, size);
  }
  void wait(Micros) override {}
  std::string name() const override { return "here"; }

 private:
  Emulator& chip_;
};

class ElementCommand : public testing::Test {
 protected:
  ElementCommand() {
    script.environment.open_element = [this](std::string_view name) -> Result<std::unique_ptr<element::Link>> {
      opened.emplace_back(name);
      if (name != "i2c:/dev/i2c-1") return element::open_link(name);
      return std::unique_ptr<element::Link>{new Borrowed{*chip}};
    };
    script.environment.open_element_bus = [this](std::string_view name) -> Result<element::BusPlace> {
      if (name != "i2c:/dev/i2c-1") return element::open_bus(name);
      return element::BusPlace{std::make_unique<Bus>(*chip), {}};
    };
  }
  std::string serial() { return hex_upper(element::serial_of(chip->config())); }
  std::string example() {
    EXPECT_EQ(script.run({"element", "plan", "--example"}), 0);
    return script.out.str();
  }
  bool says(const std::string& text) const { return script.out.str().find(text) != std::string::npos; }
  bool complains(const std::string& text) const { return script.err.str().find(text) != std::string::npos; }

  Scripted_for_test script;
  crypto::SystemRandom random;
  std::unique_ptr<Emulator> chip = Emulator::in_memory(script.clock, random);
  std::vector<std::string> opened;
  const std::string link = "i2c:/dev/i2c-1";
};

TEST_F(ElementCommand, show_prints_a_chip_in_words_and_as_one_document) {
  ASSERT_EQ(script.run({"element", "show", "--link", link}), 0) << script.err.str();
  EXPECT_TRUE(says(serial())) << script.out.str();
  EXPECT_TRUE(says("ATECC608B (00006003)"));
  EXPECT_TRUE(says("private P-256 key"));
  ASSERT_EQ(script.run({"element", "show", "--link", link, "--json"}), 0);
  const json::object facts = parse_json_object(script.out.str()).value();
  EXPECT_EQ(facts.at("serial"), json::value(serial()));
  EXPECT_EQ(facts.at("config_locked"), json::value(false));
  EXPECT_EQ(facts.at("slots").as_array().size(), 16u);
  EXPECT_EQ(facts.at("slots").as_array()[0].at("fields").as_array()[0].at("name"), "ExternalSign");
}

TEST_F(ElementCommand, explain_needs_no_chip) {
  ASSERT_EQ(script.run({"element", "explain", "0xF4", "--opcode", "AES"}), 0) << script.err.str();
  EXPECT_TRUE(script.out.str().starts_with("0xF4 is a host library's number. It means 0x0f, execution error:"));
  EXPECT_TRUE(says("  - AES: the slot's KeyType is not 6"));
  const std::string of_host = script.out.str();
  for (const char* same : {"f4", "F4", "-12"}) {
    ASSERT_EQ(script.run({"element", "explain", "--opcode", "0x51", "--", same}), 0) << same;
    EXPECT_EQ(script.out.str().substr(script.out.str().find(". It")), of_host.substr(of_host.find(". It"))) << same;
  }
  ASSERT_EQ(script.run({"element", "explain", "0x0f", "--json"}), 0);
  EXPECT_EQ(parse_json_object(script.out.str()).value().at("from_host_code"), json::value(false));
  for (const char* status : {"00", "01", "03", "05", "07", "08", "11", "ee", "ff", "d0", "e5", "e7", "f0"}) {
    EXPECT_EQ(script.run({"element", "explain", status}), 0) << status;
  }
  EXPECT_EQ(script.run({"element", "explain", "0x42"}), 66);
  EXPECT_EQ(script.run({"element", "explain", "soon"}), 65);
  EXPECT_EQ(script.run({"element", "explain", "0x0f", "--opcode", "Sing"}), 66);
  EXPECT_TRUE(opened.empty());
}

TEST_F(ElementCommand, probe_says_what_it_saw_at_each_address) {
  ASSERT_EQ(script.run({"element", "probe", link}), 0) << script.err.str();
  EXPECT_TRUE(says("  0x60  an ATECC608B, serial " + serial() + ", configuration open, data open")) << script.out.str();
  EXPECT_TRUE(says("  0x35  nobody"));
  EXPECT_TRUE(says("1 secure element on " + link));
}

TEST_F(ElementCommand, probe_finds_a_chip_that_moved_only_when_it_looks_everywhere) {
  element::Atecc atecc{*chip};
  element::ConfigZone wanted = atecc.read_config().value();
  wanted[element::at::i2c_address] = 0x48;
  ASSERT_TRUE(atecc.write_config(wanted));
  EXPECT_EQ(script.run({"element", "probe", link}), 66);
  EXPECT_TRUE(says("--all looks everywhere"));
  EXPECT_TRUE(says("the 0xC0 of a data sheet is 0x60"));
  ASSERT_EQ(script.run({"element", "probe", link, "--all", "--json"}), 0) << script.err.str();
  const json::object report = parse_json_object(script.out.str()).value();
  const json::array& seen = report.at("links").as_array()[0].at("seen").as_array();
  EXPECT_EQ(seen.back().at("address"), "0x24");
  EXPECT_EQ(seen.back().at("sight"), "chip");
}

TEST_F(ElementCommand, probe_notices_a_chip_that_was_left_awake) {
  Bus bus{*chip};
  ASSERT_TRUE(bus.wake_pulse());
  ASSERT_TRUE(element::exchange_on(bus, 0x60, decode_hex("0730000000035d").value(), Millis{5}));
  ASSERT_EQ(script.run({"element", "probe", link}), 0);
  EXPECT_TRUE(says("somebody had left it awake")) << script.out.str();
  ASSERT_EQ(script.run({"element", "probe", link}), 0);
  EXPECT_FALSE(says("somebody had left it awake")) << "it is idle now";
}

TEST_F(ElementCommand, probe_tells_a_link_that_does_not_open_from_one_without_chips) {
  EXPECT_EQ(script.run({"element", "probe", "i2c:/nowhere/i2c-9", "serial:/nowhere/tty"}), 66);
  EXPECT_TRUE(says("modprobe i2c-dev")) << script.out.str();
  EXPECT_TRUE(says("/nowhere/tty"));
}

TEST_F(ElementCommand, our_own_foundrys_plan_is_not_refused_and_rehearses) {
  const std::string plan = script.file("plan.json", example());
  ASSERT_EQ(script.run({"element", "plan", plan}), 0) << script.err.str() << script.out.str();
  EXPECT_TRUE(says("slot 0  (byte 20)"));
  EXPECT_TRUE(says("  IsSecret = 1  never readable in clear"));
  EXPECT_TRUE(says("rehearsed: lock data and OTP by their checksum"));
  EXPECT_FALSE(says("REFUSED"));
  EXPECT_TRUE(opened.empty()) << "no chip was touched";
  EXPECT_FALSE(element::is_config_locked(chip->config()));
}

TEST_F(ElementCommand, a_dangerous_plan_is_refused_with_reasons_and_touches_nothing) {
  std::string text = example();
  text.replace(text.find("\"chip_mode\": \"0x01\""), 19, "\"chip_mode\": \"0x05\"");
  const std::string plan = script.file("plan.json", text);
  EXPECT_EQ(script.run({"element", "plan", plan, "--link", link, "--apply", "--yes"}), 73);
  EXPECT_TRUE(says("REFUSED  ChipMode: the long watchdog"));
  EXPECT_TRUE(opened.empty());
  script.file("plan.json", "{\"plan\": 1}");
  EXPECT_EQ(script.run({"element", "plan", plan}), 65);
  EXPECT_EQ(script.run({"element", "plan"}), 65);
  EXPECT_EQ(script.run({"element", "plan", plan, "--apply"}), 65);
}

TEST_F(ElementCommand, a_plan_is_applied_after_the_serial_number_was_typed_and_not_before) {
  const std::string plan = script.file("plan.json", example());
  ASSERT_EQ(script.run({"element", "plan", plan, "--link", link}), 0) << "without --apply it compares";
  EXPECT_TRUE(complains("on the chip: byte "));
  script.in.str("yes\n");
  EXPECT_EQ(script.run({"element", "plan", plan, "--link", link, "--apply"}), 73);
  EXPECT_FALSE(element::is_config_locked(chip->config()));
  script.in.clear();
  script.in.str(serial() + "\n");
  ASSERT_EQ(script.run({"element", "plan", plan, "--link", link, "--apply"}), 0) << script.err.str();
  EXPECT_TRUE(element::is_config_locked(chip->config()) && element::is_data_locked(chip->config()));
  EXPECT_EQ(script.run({"element", "plan", plan, "--link", link, "--apply", "--yes"}), 0) << "again is nothing";

  std::string other = example();
  other.replace(other.find("\"slot_config\": \"0x0082\""), 23, "\"slot_config\": \"0x0083\"");
  EXPECT_EQ(script.run({"element", "plan", script.file("o.json", other), "--link", link, "--apply", "--yes"}), 73);
  EXPECT_TRUE(complains("locked with another configuration")) << script.err.str();
}

TEST_F(ElementCommand, a_conversation_is_recorded_and_shown_again_without_the_chip) {
  const std::string trace = script.environment.home + "/trace";
  script.environment.open_element = element::open_link;
  EXPECT_EQ(script.run({"element", "show", "--link", "record:" + trace + ":unix:/nowhere"}), 66);
  EXPECT_FALSE(std::filesystem::exists(trace)) << "no trace of a link that does not open";
}

// SIGNET_WRITE_GOLDEN=1 writes it anew: read the difference before you commit it.
TEST_F(ElementCommand, help_is_the_golden_text) {
  std::string all;
  for (const char* verb : {"", "probe", "show", "explain", "plan", "selftest"}) {
    std::vector<std::string> line{"element"};
    if (*verb) line.emplace_back(verb);
    line.emplace_back("--help");
    EXPECT_EQ(script.run(line), 0);
    all += "$ signet element" + (*verb ? " " + std::string{verb} : "") + " --help\n" + script.out.str() + "\n";
  }
  const std::string path = SIGNET_SOURCE_DIR "/src/cli/testdata/help_element.txt";
  if (std::getenv("SIGNET_WRITE_GOLDEN")) std::ofstream{path} << all;
  std::stringstream golden;
  golden << std::ifstream{path}.rdbuf();
  EXPECT_EQ(all, golden.str());
}

}  // namespace
}  // namespace signet::cli
