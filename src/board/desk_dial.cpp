// A program's way out: its board looks up, judges, connects, and hands the open socket over.
#include "board/desk.h"

#include <algorithm>

namespace signet::board {
namespace {

Result<Dial> read_dial(const json::object& request) {
  Dial out;
  out.host = TRY(string_member(request, "host"));
  const bool is_text = std::all_of(out.host.begin(), out.host.end(), [](char c) { return c > ' ' && c != 0x7f; });
  if (out.host.empty() || out.host.size() > dial_host_bytes_max || !is_text) {
    return Error{Errc::malformed, "a host is a name or an address of 1 to 253 bytes"};
  }
  const std::int64_t port = TRY(integer_member(request, "port"));
  if (port < 1 || port > 65'535) return Error{Errc::malformed, "a port is 1 to 65535"};
  out.port = static_cast<std::uint16_t>(port);
  const std::string protocol = TRY(string_member(request, "protocol"));
  if (protocol != "tcp" && protocol != "udp") return Error{Errc::malformed, "a protocol is tcp or udp"};
  out.datagrams = protocol == "udp";
  return out;
}

}  // namespace

Result<Desk::Answer> Desk::answer_dial(std::uint32_t id, const json::object& request, Instant now) {
  const Dial wanted = TRY(read_dial(request));
  const std::int64_t millis = TRY(integer_member(request, "timeout"));
  if (millis < 1 || millis > dial_timeout_max_ms) return Error{Errc::malformed, "a timeout is 1 to 30000 milliseconds"};
  if (!services_.has_network()) {
    return Error{Errc::unavailable, "the board has no network: wifi.start() or eth.start() first"};
  }
  const Instant paid = std::max(dials_paid_until_, now);
  if (paid - now > (dials_in_a_row_max - 1) * dial_every) {
    return Error{Errc::exhausted, "too many connections in a short time: two a second, for long"};
  }
  TRY(services_.dial(id, wanted));
  dials_paid_until_ = paid + dial_every;
  waiting_.push_back({id, Awaits::dial, now + Millis{millis}});
  return Answer{};
}

void Desk::on_dialled(std::uint32_t id, Result<Fd> socket) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [id](const Waiting& w) { return w.what == Awaits::dial && w.id == id; });
  if (found == waiting_.end()) return;
  waiting_.erase(found);
  if (!socket) return refuse(id, socket.error());
  services_.hand_over({FrameKind::handover, id, "{}"}, std::move(socket).value());
}

}  // namespace signet::board
