// suggest.h -- private to cli/: what somebody meant who mistyped a word.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::cli {

inline constexpr std::size_t suggestion_bytes_max = 64;  // of a word: nobody mistypes a longer one so closely

// How many letters must be put in, taken out, replaced or swapped with their neighbours.
std::size_t distance(std::string_view a, std::string_view b);
// The nearest of them, when it is near enough to be meant: a third of its letters may be wrong.
std::optional<std::string> nearest(std::string_view wanted, const std::vector<std::string>& known);

}  // namespace signet::cli
