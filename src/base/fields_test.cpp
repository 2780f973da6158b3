#include "base/fields.h"

#include "base/clock.h"
#include "base/port/folder_for_test.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

struct Config {
  std::string name = "signet";
  std::uint16_t port = 8883;
  std::chrono::seconds timeout{10};
  Micros pause{250};
  bool loud = false;
  bool operator==(const Config&) const = default;
};
constexpr std::tuple fields{
    Field{"name", &Config::name, "how it calls itself"}, Field{"port", &Config::port, "port for devices"},
    Field{"timeout", &Config::timeout, "seconds; a slower handshake is cut"},
    Field{"pause", &Config::pause, "microseconds between two"}, Field{"loud", &Config::loud, "yes: says more"}};

TEST(Fields, ReadsSettingsAndKeepsDefaults) {
  const auto loaded = load<Config>("# a comment\n\nport = 1883\r\n  timeout=3  \nname = a = b\nloud = yes", fields);
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems[0];
  const Config expected{.name = "a = b", .port = 1883, .timeout = Seconds{3}, .loud = true};
  EXPECT_EQ(loaded.config, expected);
  EXPECT_EQ(load<Config>("", fields).config, Config{});
}

TEST(Fields, ShowsEveryMistakeWithItsLine) {
  const auto loaded = load<Config>(
      "port = 70000\nprot = 1\nport\nname = x\nname = y\ntimeout = -1\nloud = true\nport = 1 2\n = 3", fields);
  const std::vector<std::string> expected{"line 1: port: not a number in range",
                                          "line 2: prot: no such setting",
                                          "line 3: port: not of the form \"name = value\"",
                                          "line 5: name: set twice",
                                          "line 6: timeout: not a number in range",
                                          "line 7: loud: neither yes nor no",
                                          "line 8: port: set twice",
                                          "line 9: : no such setting"};
  EXPECT_EQ(loaded.problems, expected);
}

TEST(Fields, ReadsWhatItPrints) {
  const Config config{.name = "x", .port = 1, .timeout = Seconds{2}, .pause = Micros{3}, .loud = true};
  const std::string text = print_config(config, fields);
  EXPECT_TRUE(text.starts_with("# how it calls itself\nname = x\n# port for devices\nport = 1\n")) << text;
  const auto loaded = load<Config>(text, fields);
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config, config);
}

TEST(Fields, NamesTheFileInEveryMistake) {
  const Folder_for_test folder;
  const std::string path = folder.file("conf");
  ASSERT_TRUE(write_file_atomic(path, bytes_of("port = 1\n"), 0600));
  EXPECT_EQ(load_config_file<Config>(path, fields).value().port, 1);
  ASSERT_TRUE(write_file_atomic(path, bytes_of("port = x\nnope = 1\n"), 0600));
  EXPECT_EQ(load_config_file<Config>(path, fields).error().what,
            path + ": line 1: port: not a number in range\n" + path + ": line 2: nope: no such setting");
  EXPECT_EQ(load_config_file<Config>(folder.file("none"), fields).error().code, Errc::not_found);
  ASSERT_TRUE(write_file_atomic(path, Buffer(config_file_bytes_max, '\n'), 0600));
  EXPECT_TRUE(load_config_file<Config>(path, fields));
  ASSERT_TRUE(write_file_atomic(path, Buffer(config_file_bytes_max + 1, '\n'), 0600));
  EXPECT_EQ(load_config_file<Config>(path, fields).error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet
