// verdict.h -- how a connection ended: each in one of these ways.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace signet::guard {

enum class Verdict : std::uint8_t {
  welcome,  // within on_connect: so far
  // on_connect
  banned,
  too_often,
  net_fails,
  crowded,
  // on_failed
  unknown,     // a certificate that nobody knows, none, or not its owner: too many of these lead to a ban
  not_tls,     // what no device of ours says: so do these
  withdrawn,   // of a unit that we know, and that may not come in now
  unfinished,  // left, too slow, or did not like us: a bad line does that, too
};
inline constexpr std::size_t verdicts = 9;
const char* words_of(Verdict verdict);
using Counts = std::array<std::uint64_t, verdicts>;  // by Verdict

}  // namespace signet::guard
