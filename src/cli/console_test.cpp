#include "cli/console_client.h"
#include "cli/scripted_board_for_test.h"

namespace signet::cli {
namespace {

using Board = ScriptedBoard_for_test;

std::vector<std::string> lines_of(LineReader& reader, std::string_view bytes) {
  std::vector<std::string> out;
  reader.feed(bytes_of(bytes), [&](std::string_view line) { out.emplace_back(line); });
  return out;
}

TEST(ConsoleLine, an_answer_carries_its_id_and_what_the_board_says) {
  const auto answer = decode_answer(R"(!{"id":7,"ok":{"dcn":"sn0123"}})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().id, 7);
  ASSERT_TRUE(answer.value().outcome);
  EXPECT_EQ(answer.value().outcome.value().at("dcn"), "sn0123");

  const auto refused = decode_answer(R"(!{"id":8,"error":{"code":"forbidden","message":"another\u001b[2J unit"}})");
  ASSERT_TRUE(refused);
  ASSERT_FALSE(refused.value().outcome);
  EXPECT_EQ(refused.value().outcome.error().code, Errc::forbidden);
  EXPECT_EQ(refused.value().outcome.error().what, "another [2J unit");  // cannot steer the terminal
}

TEST(ConsoleLine, what_is_no_answer_is_malformed) {
  for (const char* line :
       {"", "hello", R"({"id":1,"ok":{}})", "!", "!{", R"(!{"ok":{}})", R"(!{"id":"1","ok":{}})", R"(!{"id":1})",
        R"(!{"id":1,"ok":{},"error":{"code":"corrupt"}})", R"(!{"id":1,"ok":3})", R"(!{"id":1,"error":{}})"}) {
    const auto answer = decode_answer(line);
    ASSERT_FALSE(answer) << line;
    EXPECT_EQ(answer.error().code, Errc::malformed);
  }
}

TEST(ConsoleLine, bytes_become_lines_however_they_are_cut) {
  LineReader whole;
  EXPECT_EQ(lines_of(whole, "one\r\ntwo\n\nthr"), (std::vector<std::string>{"one", "two", ""}));
  EXPECT_EQ(lines_of(whole, "ee\n"), std::vector<std::string>{"three"});
}

TEST(ConsoleLine, a_line_of_the_limit_passes_and_one_more_byte_is_dropped_whole) {
  LineReader reader;
  const std::string fits(console_line_bytes_max - 1, 'x');
  EXPECT_EQ(lines_of(reader, fits + "\n"), std::vector<std::string>{fits});
  EXPECT_EQ(lines_of(reader, fits + "x\nnext\n"), std::vector<std::string>{"next"});
}

TEST(ConsoleLine, a_request_of_the_limit_passes_and_one_more_byte_is_refused) {
  const std::size_t overhead = encode_request(1, "do", {{"a", ""}}).value().size();
  const auto request = [&](std::size_t size) {
    return encode_request(1, "do", {{"a", std::string(size - overhead, 'x')}});
  };
  ASSERT_TRUE(request(console_line_bytes_max));
  EXPECT_EQ(request(console_line_bytes_max).value().size(), console_line_bytes_max);
  EXPECT_EQ(request(console_line_bytes_max + 1).error().code, Errc::too_large);
}

TEST(ConsoleClient, asks_over_a_pseudo_terminal_and_skips_what_is_not_its_answer) {
  Board board{{Board::says("online: True\n !{\"id\":1,\"ok\":{\"from\":\"firmware\"}}\n"
                           "!{\"id\":99,\"ok\":{}}\r\n!{\"id\":ID,\"ok\":{\"model\":\"virtual\"}}\r\n"),
               Board::says("!{\"id\":ID,\"error\":{\"code\":\"conflict\",\"message\":\"claimed already\"}}\n")}};
  auto client = ConsoleClient::open(board.path(), 115200);
  ASSERT_TRUE(client) << client.error().what;
  ConsoleClient console = std::move(client).value();
  const auto unit = console.ask("identify", {}, Seconds{10});
  ASSERT_TRUE(unit) << unit.error().what;
  EXPECT_EQ(unit.value().at("model"), "virtual");

  const auto refused = console.ask("claim.sign", {{"statement", "AA"}}, Seconds{10});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_EQ(refused.error().what, "claimed already");
  ASSERT_EQ(board.heard().size(), 2u);
  const json::object first = parse_json_object(board.heard()[0].substr(1)).value();
  const std::string next = std::to_string(first.at("id").as_int64() + 1);
  EXPECT_EQ(first.at("do"), "identify");
  EXPECT_EQ(board.heard()[1], R"(!{"id":)" + next + R"(,"do":"claim.sign","statement":"AA"})");
}

// The board answers late, the tool that asked is gone, and the answer waits in the line's buffer for the next tool.
TEST(ConsoleClient, an_answer_to_an_earlier_tool_is_not_taken_for_its_own) {
  std::vector<std::string> first_ids;
  for (int tool = 0; tool < 2; ++tool) {
    Board board{{Board::says("!{\"id\":ID,\"ok\":{}}\n")}};
    ASSERT_TRUE(ConsoleClient::open(board.path(), 115200).value().ask("identify", {}, Seconds{10}));
    first_ids.push_back(board.heard().at(0));
  }
  EXPECT_NE(first_ids[0], first_ids[1]);
}

TEST(ConsoleClient, a_silent_board_is_unavailable_and_the_error_names_the_line) {
  Board board{{Board::says("\n")}};
  auto client = ConsoleClient::open(board.path(), 115200);
  ASSERT_TRUE(client);
  const auto answer = std::move(client).value().ask("identify", {}, Millis{50});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_NE(answer.error().what.find(board.path()), std::string::npos);
}

TEST(ConsoleClient, two_tools_on_one_line_are_a_conflict) {
  Board board{std::vector<Board::Answer>{}};
  const auto first = ConsoleClient::open(board.path(), 115200);
  ASSERT_TRUE(first);
  EXPECT_EQ(ConsoleClient::open(board.path(), 115200).error().code, Errc::conflict);
}

TEST(ConsoleClient, what_is_no_serial_line_or_no_speed_is_refused_by_name) {
  EXPECT_EQ(ConsoleClient::open("/nowhere/console", 115200).error().code, Errc::not_found);
  EXPECT_EQ(ConsoleClient::open("/dev/null", 115200).error().code, Errc::malformed);
  EXPECT_EQ(ConsoleClient::open("/dev/null", 12345).error().code, Errc::malformed);
}

}  // namespace
}  // namespace signet::cli
