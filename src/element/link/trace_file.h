// trace_file.h -- golden bus traces in files: what a driver said on a link and what it heard.
//
//   file := "signet-bus-trace 1" LF (comment | line)*           comment := "#" text LF | LF
//   line := ("wake" | "idle" | "sleep" | "renew" | "send" SP HEX) [SP HEX | " ! " text] LF    HEX answers send alone
//
// A TRACE HOLDS WHAT CROSSED THE BUS, in clear: on a chip without IO protection that includes what must stay secret.
// The file is 0600; show it to nobody who may not have what is in it. docs/formats/element-trace.md
#pragma once

#include "base/port/file.h"
#include "element/link/recorder.h"

#include <memory>

namespace signet::element {

inline constexpr std::size_t trace_bytes_max = 16 << 20;
inline constexpr std::string_view trace_header = "signet-bus-trace 1";

// The lines without header and comments, each checked. The error names the line.
Result<std::vector<std::string>> parse_trace(std::string_view text);

// Writes every line as it happens. conflict when the file exists: a trace is never overwritten.
Result<std::unique_ptr<Link>> record_to_file(const std::string& path, std::unique_ptr<Link> inner);
Result<std::unique_ptr<Link>> replay_file(const std::string& path);

}  // namespace signet::element
