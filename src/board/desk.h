// desk.h -- what a firmware may ask of its board, and the answers (docs/formats/board-client.md).
//
// A machine: requests, time and what happens at the agent in; answers out through `send`. Every request gets exactly
// one answer. A firmware never sees a key, a socket or a certificate, and element.sign never signs bytes of its choice.
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "board/client/frame.h"
#include "board/ports.h"
#include "board/secrets.h"
#include "element/element.h"

#include <optional>

namespace signet::board {

inline constexpr std::size_t waiting_requests_max = 64;  // that a firmware may have open at once
inline constexpr std::size_t jobs_max = 64;
inline constexpr std::size_t job_name_bytes_max = 64;
inline constexpr std::int64_t wait_max_ms = 3'600'000;
inline constexpr std::string_view app_signature_domain{"signet.app.v1\0", 14};

// What the desk hands on to the rest of the board.
struct Services {
  virtual ~Services() = default;
  virtual Wifi& wifi() = 0;
  virtual void wifi_changed() = 0;
  virtual element::Element& element() = 0;
  virtual Secrets& secrets() = 0;
  virtual Result<Buffer> device_certificate() = 0;  // DER
  virtual json::object summary() = 0;
  virtual void start_agent(std::vector<std::string> jobs) = 0;
  virtual bool online() = 0;
  virtual json::object agent_state() = 0;
  virtual Result<Timestamp> publish(std::string_view tag, std::string_view payload) = 0;
};

class Desk {
 public:
  using Send = std::function<void(const Frame&)>;
  Desk(Services& services, Send send) : services_(services), send_(std::move(send)) {}

  void on_request(const Frame& request, Instant now);
  void on_settled(Timestamp device_time, const Status& outcome);  // a reading left the outbox
  void on_agent_change();
  void forget() { waiting_.clear(); }  // the firmware has ended: nobody waits any more
  void tick(Instant now);
  std::optional<Instant> deadline() const;

 private:
  struct Waiting {
    std::uint32_t id;
    std::optional<Timestamp> reading;  // nothing: waits until the agent is online
    Instant until;
  };
  using Answer = std::optional<json::object>;  // nothing: it comes later
  Result<Answer> answer(std::uint32_t id, const json::object& request, Instant now);
  Status configure_wifi(const json::object& request);
  Result<Answer> answer_wifi(const std::string& what, const json::object& request);
  Result<Answer> answer_secret(const std::string& what, const json::object& request);
  Result<Answer> answer_element(const std::string& what, const json::object& request);
  Result<Answer> start_agent(std::uint32_t id, const json::object& request, Instant now);
  Result<Answer> publish(std::uint32_t id, const json::object& request, Instant now);
  void reply(std::uint32_t id, const json::object& body) { send_({FrameKind::answer, id, json::serialize(body)}); }
  void refuse(std::uint32_t id, const Error& error) { send_({FrameKind::refusal, id, refusal_body(error)}); }

  Services& services_;
  Send send_;
  std::vector<Waiting> waiting_;
};

// SHA-256("signet.app.v1" 0x00 message): what element.sign signs. No claim, certificate or handshake begins so.
crypto::Digest app_digest(Bytes message);

}  // namespace signet::board
