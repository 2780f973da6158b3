// board.h -- private to cli/: a board at hand, over its console.
#pragma once

#include "cli/console_client.h"
#include "cli/noun.h"

namespace signet::cli {

inline constexpr Seconds board_timeout{15};  // an element signs in less than 0.2 s; a busy firmware delays its answer
inline constexpr std::size_t board_log_bytes_max = 64 * 1024;  // four times what a board keeps

// Of the board that --board names.
Result<ConsoleClient> open_board(const Session& session);
Result<json::object> ask_board(Session& session, std::string_view verb, const json::object& arguments);

// Adds `board` and its commands.
void add_board(const Noun& root);

}  // namespace signet::cli
