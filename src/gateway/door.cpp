#include "gateway/door.h"

#include <sstream>

namespace signet::gateway {

Result<guard::Policy> guard_policy(const Config& config, std::size_t slow_handshakes_max) {
  guard::Policy out;
  out.connections_of_site = {static_cast<double>(config.connections_per_second),
                             static_cast<double>(config.connection_burst)};
  out.connections_of_net = {out.connections_of_site.per_second * 10, out.connections_of_site.burst * 4};
  out.ban_after = config.ban_after;
  out.ban_window = config.ban_window;
  out.ban_time = config.ban_time;
  out.ban_time_longest = config.ban_time_longest;
  // An eighth is kept for those at home. No stranger that was admitted is one any more, so sessions_max is for all.
  const std::size_t half_open = (config.handshakes_max + slow_handshakes_max) * std::max<std::size_t>(config.loops, 1);
  out.half_open_of_strangers = half_open - half_open / 8;
  out.open_of_strangers = config.sessions_max + config.sessions_max / 8;
  std::istringstream words{config.guard_exempt};
  for (std::string word; words >> word;) {
    Result<guard::Prefix> prefix = guard::Prefix::parse(word);
    if (!prefix) return std::move(prefix).error().within("guard_exempt");
    out.exempt.push_back(prefix.value());
  }
  return out;
}

namespace {

// Only what no genuine device does may lead to a ban: the address that it has may be that of a thousand others.
guard::Verdict verdict_of(const net::Connection& connection, const std::optional<Error>& why) {
  if (!why) return guard::Verdict::unfinished;
  const bool unknown = why->code == Errc::unauthenticated;
  if (net::is_fault_of_peer(*why)) return unknown ? guard::Verdict::unknown : guard::Verdict::not_tls;
  if (connection.peer_certificate().empty()) return guard::Verdict::unfinished;  // it was not judged
  if (unknown) return guard::Verdict::unknown;
  return why->code == Errc::forbidden ? guard::Verdict::withdrawn : guard::Verdict::unfinished;
}

}  // namespace

class Door::Guest final : public net::ConnectionEvents {
 public:
  Guest(Door& door, const guard::Visit& visit, std::shared_ptr<net::ConnectionEvents> session)
      : door_(door), visit_(visit), session_(std::move(session)) {}
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest() override { door_.guard_.on_closed(visit_, door_.clock_.monotonic()); }

  void on_open(net::Connection& connection) override {
    door_.guard_.on_admitted(visit_, door_.clock_.monotonic());
    if (connection.alpn() == http_protocol) {
      auto download = door_.make_download_();
      if (!download) return connection.close_now();
      session_ = std::move(download);
    }
    session_->on_open(connection);
  }
  void on_bytes(net::Connection& connection, Bytes bytes) override { session_->on_bytes(connection, bytes); }
  void on_drained(net::Connection& connection) override { session_->on_drained(connection); }
  void on_close(net::Connection& connection, const std::optional<Error>& why) override {
    if (!connection.established()) failed(connection, why);
    session_->on_close(connection, why);
  }

 private:
  void failed(const net::Connection& connection, const std::optional<Error>& why) {
    const guard::Verdict verdict = verdict_of(connection, why);
    const std::string reason = why ? why->what : "";
    const auto banned = door_.guard_.on_failed(visit_, verdict, reason, door_.clock_.monotonic());
    if (!banned) return;
    door_.on_banned_(connection.peer_address(), {Errc::forbidden, "banned for " + std::to_string(banned->count()) +
                                                                      " seconds, as its handshakes fail: " + reason});
  }

  Door& door_;
  guard::Visit visit_;
  std::shared_ptr<net::ConnectionEvents> session_;
};

std::shared_ptr<net::ConnectionEvents> Door::let_in(
    const std::string& peer, const std::function<std::shared_ptr<net::ConnectionEvents>()>& make) {
  const Result<guard::Prefix> address = guard::Prefix::of_peer(peer);
  if (!address) return make();  // no address of the Internet: nothing to judge by
  const guard::Guard::Answer answer = guard_.on_connect(address.value(), clock_.monotonic());
  if (answer.verdict != guard::Verdict::welcome) return nullptr;
  return std::make_shared<Guest>(*this, answer.visit, make());
}

}  // namespace signet::gateway
