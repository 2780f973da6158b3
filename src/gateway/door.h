// door.h -- what a lane's port does with a peer before its session: the guard is asked, and told how the handshake
// ended.
#pragma once

#include "gateway/config.h"
#include "guard/guard.h"
#include "net/connection.h"

namespace signet::gateway {

inline constexpr const char* http_protocol = "http/1.1";  // ALPN (RFC 7301 6)

// malformed, naming the field, when guard_exempt holds what is no address.
Result<guard::Policy> guard_policy(const Config& config, std::size_t slow_handshakes_max);

class Door {
 public:
  // `on_banned` is told of a peer that has now failed once too often. The guard and the clock must outlive the door,
  // and the door every session that it let in.
  // `make_download` is asked for who turns out to speak HTTP; null: there is no room.
  Door(guard::Guard& guard, Clock& clock, std::function<void(const std::string& peer, const Error& why)> on_banned,
       std::function<std::shared_ptr<net::ConnectionEvents>()> make_download)
      : guard_(guard), clock_(clock), on_banned_(std::move(on_banned)), make_download_(std::move(make_download)) {}
  // Null: not welcome. Otherwise the session that `make` gives, within one that tells the guard.
  std::shared_ptr<net::ConnectionEvents> let_in(const std::string& peer,
                                                const std::function<std::shared_ptr<net::ConnectionEvents>()>& make);

 private:
  class Guest;
  guard::Guard& guard_;
  Clock& clock_;
  std::function<void(const std::string&, const Error&)> on_banned_;
  std::function<std::shared_ptr<net::ConnectionEvents>()> make_download_;
};

}  // namespace signet::gateway
