#include "board/console_history.h"

#include <gtest/gtest.h>

namespace signet::board {
namespace {

using Texts = std::vector<std::string>;

// All that is behind `after`, answer by answer.
Texts read_all(const ConsoleHistory& history, std::uint64_t after = 0) {
  Texts out;
  for (;;) {
    const json::object page = history.behind(after);
    const auto& lines = page.at("lines").as_array();
    EXPECT_LE(json::serialize(page).size(), history_answer_bytes_max + 100);
    if (lines.empty()) return out;
    for (const auto& line : lines) out.emplace_back(line.as_string());
    after = page.at("first").to_number<std::uint64_t>() + lines.size() - 1;
  }
}

TEST(ConsoleHistory, TellsWhatWasSaidInItsOrder) {
  ConsoleHistory history;
  EXPECT_EQ(json::serialize(history.behind(0)), R"({"first":1,"lines":[]})");
  history.add("board: ready\n");
  history.add("42");
  EXPECT_EQ(json::serialize(history.behind(0)), R"({"first":1,"lines":["board: ready","42"]})");
  EXPECT_EQ(json::serialize(history.behind(1)), R"({"first":2,"lines":["42"]})");
  EXPECT_EQ(json::serialize(history.behind(2)), R"({"first":3,"lines":[]})");
  EXPECT_EQ(read_all(history, 1'000'000), Texts{});
}

TEST(ConsoleHistory, IsForgottenAndGoesOnCounting) {
  ConsoleHistory history;
  history.add("a secret of the owner's");
  history.clear();
  EXPECT_EQ(json::serialize(history.behind(0)), R"({"first":2,"lines":[]})");
  history.add("next");
  EXPECT_EQ(json::serialize(history.behind(0)), R"({"first":2,"lines":["next"]})");
}

TEST(ConsoleHistory, TheOldestLinesGoAndKeepTheirNumbers) {
  ConsoleHistory history;
  for (int i = 1; i <= 300; ++i) history.add(std::string(96, '"') + std::to_string(1000 + i));
  const Texts kept = read_all(history);
  EXPECT_EQ(kept.size(), history_bytes_max / 100);
  EXPECT_TRUE(kept.back().ends_with("1300"));
  EXPECT_EQ(history.behind(0).at("first").to_number<std::uint64_t>(), 300 - kept.size() + 1);
  EXPECT_EQ(read_all(history, 299).size(), 1u);
}

}  // namespace
}  // namespace signet::board
