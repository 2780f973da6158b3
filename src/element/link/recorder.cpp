#include "element/link/recorder.h"

namespace signet::element {
namespace {

constexpr std::string_view failed = " ! ";

}  // namespace

Status RecorderLink::keep(std::string line, Status result) {
  if (!result) line.append(failed).append(result.error().what);
  lines_.push_back(std::move(line));
  return result;
}

Result<Buffer> RecorderLink::exchange(Bytes command_packet, std::chrono::milliseconds longest) {
  auto answer = inner_.exchange(command_packet, longest);
  std::string line = "send " + hex(command_packet);
  if (answer)
    line.append(" ").append(hex(answer.value()));
  else
    line.append(failed).append(answer.error().what);
  lines_.push_back(std::move(line));
  return answer;
}

Result<std::string> ReplayLink::take(std::string_view said) {
  if (at_end()) return Error{Errc::malformed, "replay: \"" + std::string{said} + "\" after the end of the recording"};
  const std::string& line = lines_[next_];
  if (!line.starts_with(said)) {
    return Error{Errc::malformed, "replay: \"" + std::string{said} + "\" where the recording has \"" + line + "\""};
  }
  ++next_;
  const std::string rest = line.substr(said.size());
  if (rest.starts_with(failed)) return Error{Errc::unavailable, rest.substr(failed.size())};
  return rest;
}

Status ReplayLink::match(std::string_view said) {
  const std::string rest = TRY(take(said));
  if (!rest.empty()) return Error{Errc::malformed, "replay: \"" + rest + "\" is too much after " + std::string{said}};
  return {};
}

Result<Buffer> ReplayLink::exchange(Bytes command_packet, std::chrono::milliseconds) {
  const std::string rest = TRY(take("send " + hex(command_packet)));
  return decode_hex(rest.empty() ? rest : rest.substr(1));
}

}  // namespace signet::element
