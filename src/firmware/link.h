// link.h -- private to firmware/: the one conversation of this program with its board, and what a refusal becomes.
#pragma once

#include "base/json.h"
#include "board/client/channel.h"

#include <signet/refused.h>

#include <memory>

namespace signet::firmware {

using Link = std::shared_ptr<board::Channel>;

// Of descriptor 3, made at the first call. Refused when it is no socket: the program was started by hand.
Link link();
// From now on link() gives a conversation over `socket`.
void talk_over_for_test(Fd socket);

// The board's answer. Refused, or std::invalid_argument for what is malformed or too large.
json::object ask(board::Channel& channel, std::string_view what, json::object arguments = {});
inline json::object ask(std::string_view what, json::object arguments = {}) {
  return ask(*link(), what, std::move(arguments));
}

// As text. std::invalid_argument for a number that JSON does not have.
std::string text_of_value(const json::value& value);

}  // namespace signet::firmware
