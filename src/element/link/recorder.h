// recorder.h -- what a driver said on a link and what it heard, kept as text and played again.
//
//   wake | idle | sleep | renew | send HEX HEX(answer)       each may end in "! text": the error that came instead
//
// In files: trace_file.h.
#pragma once

#include "element/wire/link.h"

#include <string>
#include <vector>

namespace signet::element {

class RecorderLink final : public Link {
 public:
  explicit RecorderLink(Link& inner) : inner_(inner) {}
  const std::vector<std::string>& lines() const { return lines_; }
  std::vector<std::string> take_lines() { return std::exchange(lines_, {}); }

  Status wake() override { return keep("wake", inner_.wake()); }
  Result<Buffer> exchange(Bytes command_packet, std::chrono::milliseconds longest) override;
  Status idle() override { return keep("idle", inner_.idle()); }
  Status sleep() override { return keep("sleep", inner_.sleep()); }
  Status renew() override { return keep("renew", inner_.renew()); }

 private:
  Status keep(std::string line, Status result);

  Link& inner_;
  std::vector<std::string> lines_;
};

// Answers as recorded, in order. Anything else than the next recorded line is an error of malformed that shows both.
class ReplayLink final : public Link {
 public:
  explicit ReplayLink(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  bool at_end() const { return next_ == lines_.size(); }

  Status wake() override { return match("wake"); }
  Result<Buffer> exchange(Bytes command_packet, std::chrono::milliseconds longest) override;
  Status idle() override { return match("idle"); }
  Status sleep() override { return match("sleep"); }
  Status renew() override { return match("renew"); }

 private:
  Status match(std::string_view said);
  // The rest of the next line after `said`; or its recorded error.
  Result<std::string> take(std::string_view said);

  std::vector<std::string> lines_;
  std::size_t next_ = 0;
};

}  // namespace signet::element
