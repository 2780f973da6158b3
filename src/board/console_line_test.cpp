#include "board/console_line.h"

#include <gtest/gtest.h>

namespace signet::board {
namespace {

std::vector<std::string> lines_of(LineReader& reader, std::string_view typed) {
  reader.feed(bytes_of(typed));
  std::vector<std::string> lines;
  while (const auto line = reader.next()) lines.push_back(line->too_long ? "(too long)" : line->text);
  return lines;
}

TEST(Console, ReadsARequest) {
  const auto request = parse_request(R"(!{"id": 7, "do": "claim.sign", "statement": "AA"})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request.value().id, 7);
  EXPECT_EQ(request.value().what, "claim.sign");
  EXPECT_EQ(string_member(request.value().arguments, "statement").value(), "AA");
  for (const char* wrong :
       {"", "hello", "!", "!{}", "![]", R"(!{"id":"7","do":"x"})", R"(!{"id":7})", R"(!{"id":7,"do":1})",
        R"(!{"id":7,"do":"x"} )"
        "x"}) {
    EXPECT_EQ(parse_request(wrong).error().code, Errc::malformed) << wrong;
  }
}

TEST(Console, WritesAnswersAsOneLine) {
  EXPECT_EQ(answer_line(3, json::object{{"dcn", "sn01"}}), "!{\"id\":3,\"ok\":{\"dcn\":\"sn01\"}}\n");
  EXPECT_EQ(refusal_line(std::nullopt, Error{Errc::too_large, "a line\nis too long"}),
            "!{\"id\":null,\"error\":{\"code\":\"too_large\",\"message\":\"a line\\nis too long\"}}\n");
}

TEST(Console, CutsLinesHoweverTheyArrive) {
  LineReader reader;
  EXPECT_TRUE(lines_of(reader, "one\ntwo\r\nthr") == (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(lines_of(reader, "ee\n") == (std::vector<std::string>{"three"}));
  EXPECT_FALSE(reader.rest());
}

TEST(Console, RefusesALineThatIsTooLongWhole) {
  LineReader reader;
  const std::string longest(console_line_bytes_max - 1, 'x');
  EXPECT_EQ(lines_of(reader, longest + "\n").at(0), longest);
  const auto lines = lines_of(reader, longest + "x" + longest + "\nnext\n");
  EXPECT_EQ(lines, (std::vector<std::string>{"(too long)", "next"}));
}

TEST(Console, FirmwareCannotAnswerInTheBoardsName) {
  EXPECT_EQ(firmware_line("online: True"), "online: True\n");
  EXPECT_EQ(firmware_line(R"(!{"id":1,"ok":{}})"), " !{\"id\":1,\"ok\":{}}\n");
  EXPECT_EQ(firmware_line("x\r!{\"id\":1}"), "x!{\"id\":1}\n");
  EXPECT_EQ(firmware_line("\x01\x1b\r!{}"), " !{}\n") << "taking control characters out must not uncover a '!'";
  EXPECT_EQ(firmware_line("a\n!b"), "a!b\n");
}

TEST(Console, FirmwareCannotTellAPersonSomethingInTheBoardsName) {
  EXPECT_EQ(board_line("not claimed"), "board: not claimed\n");
  EXPECT_EQ(firmware_line("board: not claimed"), " board: not claimed\n");
  EXPECT_EQ(firmware_line("\x1b"
                          "board: not claimed"),
            " board: not claimed\n");
  EXPECT_EQ(firmware_line("x\xc2\x85"
                          "board: not claimed"),
            "xboard: not claimed\n")
      << "NEL, a line end of some terminals";
  EXPECT_EQ(firmware_line("x\x85"
                          "board: not claimed"),
            "xboard: not claimed\n")
      << "the same in Latin-1";
  EXPECT_EQ(firmware_line("21 \xc2\xb0"
                          "C, \xe2\x82\xac 3"),
            "21 \xc2\xb0"
            "C, \xe2\x82\xac 3\n")
      << "text stays text";
}

}  // namespace
}  // namespace signet::board
