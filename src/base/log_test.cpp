#include "base/log.h"

#include "base/json.h"

#include <gtest/gtest.h>
#include <cmath>

namespace signet {
namespace {

constexpr const char* time_text = "2021-03-26T09:46:00.565155Z";

TEST(LogJson, IsOneObjectALineWithBareNumbersAndBooleans) {
  EXPECT_EQ(log_line_json(time_text, LogLevel::info, "signetd", "device.connected",
                          {{"device", "dev-1"}, {"count", 3}, {"known", true}, {"part", 0.5}}),
            R"({"time":"2021-03-26T09:46:00.565155Z","level":"info","program":"signetd","event":"device.connected",)"
            R"("device":"dev-1","count":3,"known":true,"part":0.500000})");
}

TEST(LogJson, StaysOneValidLineWhateverAPeerSends) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& value :
       {all, std::string{"\"}\n{\"level\":\"info"}, std::string{"\\"}, std::string{"\x1b[2J\r\n"}}) {
    const std::string line = log_line_json(time_text, LogLevel::warn, "p", "e", {{"value", value}});
    EXPECT_EQ(line.find_first_of("\n\r\x1b"), line.npos);
    const auto object = parse_json_object(line);
    ASSERT_TRUE(object) << line;
    EXPECT_EQ(object.value().size(), 5u);
  }
}

TEST(LogJson, StaysJsonWhenANumberIsNone) {
  for (const double number : {NAN, INFINITY, -INFINITY}) {
    EXPECT_TRUE(parse_json(log_line_json(time_text, LogLevel::info, "p", "e", {{"n", number}}))) << number;
  }
}

TEST(LogJson, CutsLongValues) {
  const auto value_of = [](std::size_t size) {
    const std::string line = log_line_json(time_text, LogLevel::info, "p", "e", {{"v", std::string(size, 'x')}});
    return string_member(parse_json_object(line).value(), "v").value();
  };
  EXPECT_EQ(value_of(log_value_bytes_max), std::string(log_value_bytes_max, 'x'));
  EXPECT_EQ(value_of(log_value_bytes_max + 1), std::string(log_value_bytes_max, 'x') + "...");
}

TEST(LogText, IsReadableAndCannotBeForged) {
  EXPECT_EQ(log_line_text(time_text, LogLevel::info, "device.connected", {{"device", "dev-1"}, {"count", 3}}),
            "09:46:00.565 info  device.connected         device=dev-1 count=3");
  const std::string line =
      log_line_text(time_text, LogLevel::warn, "e", {{"name", "a\nb"}, {"tag", "x user=root"}, {"none", ""}});
  EXPECT_TRUE(line.ends_with(R"(name=a\u000ab tag="x user=root" none="")")) << line;
}

TEST(LogLevel, TellsOurDamageFromOthersMistakes) {
  EXPECT_EQ(log_level_of(Errc::malformed), LogLevel::warn);
  EXPECT_EQ(log_level_of(Errc::forbidden), LogLevel::warn);
  EXPECT_EQ(log_level_of(Errc::corrupt), LogLevel::error);
  EXPECT_EQ(log_level_of(Errc::unavailable), LogLevel::error);
}

}  // namespace
}  // namespace signet
