// config.h -- all that an operator may set for the gateway.
#pragma once

#include "base/clock.h"
#include "base/fields.h"
#include "net/tls.h"

namespace signet::gateway {

inline constexpr std::size_t loops_max = 64;

struct Config {
  std::string listen_host = "0.0.0.0";
  std::uint16_t listen_port = 8883;
  std::uint16_t loops = 0;
  net::TlsBackend tls_backend = net::TlsBackend::gnutls;
  bool tls_legacy_ec = false;
  Seconds handshake_timeout{10};
  Seconds connect_timeout{10};
  Seconds keepalive_max{600};
  std::uint32_t handshakes_max = 24;
  std::uint32_t sessions_max = 15'000;
  std::uint32_t publishes_per_second = 200;
  std::uint32_t publish_burst = 1'000;
  std::uint16_t receive_max = 64;
  std::uint16_t send_max = 16;
  std::uint16_t topic_alias_max = 8;
  Seconds session_expiry_max{86'400};
  Millis commit_delay{1};
  std::uint64_t ingest_backlog_max = 512u << 20;
  bool skip_damaged_readings = false;
  std::uint32_t connections_per_second = 50;
  std::uint32_t connection_burst = 2'000;
  std::uint32_t ban_after = 20;
  Seconds ban_window{60};
  Seconds ban_time{300};
  Seconds ban_time_longest{3600};
  std::uint32_t downloads_max = 1'000;
  std::uint32_t download_kib_per_second = 0;
  std::string guard_exempt = "127.0.0.0/8 ::1";

  std::uint32_t share_of_loop(std::uint32_t all) const { return all / std::max<std::uint32_t>(loops, 1); }
};

inline net::TlsOptions tls_options(const Config& config) { return {config.tls_backend, config.tls_legacy_ec}; }

inline constexpr std::tuple config_fields{
    Field{"listen_host", &Config::listen_host, "address to bind"},
    Field{"listen_port", &Config::listen_port, "port for MQTT over mutual TLS; 0: the system chooses"},
    Field{"loops", &Config::loops, "threads that serve devices, at most 64; 0: one for each core"},
    Field{"tls_backend", &Config::tls_backend, "openssl or gnutls: the library behind the devices' port"},
    Field{"tls_legacy_ec", &Config::tls_legacy_ec,
          "yes or no, with tls_backend = openssl: P-256 by OpenSSL's code from before providers, for less CPU"},
    Field{"handshake_timeout", &Config::handshake_timeout, "seconds; a slower TLS handshake is cut"},
    Field{"connect_timeout", &Config::connect_timeout, "seconds from the handshake to CONNECT"},
    Field{"keepalive_max", &Config::keepalive_max, "seconds; a device that asks for more, or for none, gets this"},
    Field{"handshakes_max", &Config::handshakes_max, "handshakes in progress at once on each loop; the rest wait"},
    Field{"sessions_max", &Config::sessions_max, "more connections than this are refused"},
    Field{"publishes_per_second", &Config::publishes_per_second,
          "messages a device may send, in the long run; one on j/up and a SUBSCRIBE count for ten, 4 KiB for one more"},
    Field{"publish_burst", &Config::publish_burst, "messages it may send at once after a silence"},
    Field{"receive_max", &Config::receive_max, "QoS 1 messages of a device that may wait for our PUBACK"},
    Field{"topic_alias_max", &Config::topic_alias_max, "topics that a device may number, in one connection"},
    Field{"session_expiry_max", &Config::session_expiry_max,
          "seconds that a device's session is kept after its connection; a device that asks for more gets this; 0: "
          "none is"},
    Field{"send_max", &Config::send_max, "QoS 1 messages to a device that may wait for its PUBACK"},
    Field{"commit_delay", &Config::commit_delay,
          "milliseconds that a few readings wait for others, to be written to the disk together"},
    Field{"ingest_backlog_max", &Config::ingest_backlog_max,
          "bytes of readings of one loop that may wait for the store; past half of it devices are slowed down"},
    Field{"skip_damaged_readings", &Config::skip_damaged_readings,
          "yes or no: go on behind what an ingest log cannot read any more, and tell what was lost"},
    Field{"connections_per_second", &Config::connections_per_second,
          "of one address, in the long run; ten times as many where a device of ours is, or was within two days"},
    Field{"connection_burst", &Config::connection_burst, "connections of one address at once"},
    Field{"ban_after", &Config::ban_after,
          "handshakes without a certificate that we know, of an address without a device, within ban_window: a ban"},
    Field{"ban_window", &Config::ban_window, "seconds"},
    Field{"ban_time", &Config::ban_time, "seconds of the first ban; each further one lasts twice as long"},
    Field{"ban_time_longest", &Config::ban_time_longest, "seconds; no automatic ban is longer"},
    Field{"downloads_max", &Config::downloads_max, "devices that fetch firmware at once; the rest come again later"},
    Field{"download_kib_per_second", &Config::download_kib_per_second,
          "KiB of firmware a second, for all devices together, so that readings have the line too; 0: no limit"},
    Field{"guard_exempt", &Config::guard_exempt,
          "addresses and nets, with blanks between, that are never slowed and never banned by themselves"},
};

// What one field alone cannot tell.
inline Status check(const Config& config) {
  if (config.loops > loops_max) return Error{Errc::malformed, "loops: at most " + std::to_string(loops_max)};
  if (config.connections_per_second == 0 || config.connection_burst == 0) {
    return Error{Errc::malformed, "connections_per_second and connection_burst: at least 1"};
  }
  if (config.ban_after == 0 || config.ban_window <= Seconds{0} || config.ban_time <= Seconds{0}) {
    return Error{Errc::malformed, "ban_after, ban_window and ban_time: at least 1"};
  }
  return {};
}

}  // namespace signet::gateway
