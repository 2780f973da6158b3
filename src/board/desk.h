// desk.h -- what a firmware may ask of its board, and the answers (docs/formats/board-client.md).
//
// A machine: requests, time and what happens at the agent in; answers out through `send`. Every request gets exactly
// one answer. A firmware never sees a key or a certificate, no socket but those of net.dial, and element.sign never
// signs bytes of its choice.
#pragma once

#include "agent/actions.h"
#include "board/client/frame.h"
#include "board/dialler.h"
#include "board/inbox.h"
#include "board/ports.h"
#include "board/secrets.h"
#include "element/element.h"

#include <map>
#include <memory>
#include <optional>

namespace signet::board {

inline constexpr std::size_t waiting_requests_max = 64;  // that a firmware may have open at once
inline constexpr std::size_t jobs_max = 64;              // of a program; as many conditions, as many variables
inline constexpr std::size_t job_name_bytes_max = 64;    // and of a condition's or a variable's
inline constexpr std::int64_t wait_max_ms = 3'600'000;
inline constexpr std::int64_t watchdog_min_ms = 100;     // so that no busy machine ends a good program
inline constexpr std::size_t dial_host_bytes_max = 253;  // of a name in the DNS
inline constexpr std::int64_t dial_timeout_max_ms = 30'000;
inline constexpr Seconds wifi_start_timeout{20};  // then Wi-Fi is stopped, and the program told
inline constexpr Seconds on_reset_max{5};         // before the board starts anew all the same
inline constexpr int dials_in_a_row_max = 20;     // then one each dial_every
inline constexpr Millis dial_every{500};
inline constexpr std::string_view app_signature_domain{"signet.app.v1\0", 14};

// What the desk hands on to the rest of the board.
struct Services {
  virtual ~Services() = default;
  virtual Wifi& wifi() = 0;
  virtual void wifi_changed() = 0;
  virtual Ethernet* ethernet() = 0;  // null: this board has none
  virtual void ethernet_changed() = 0;
  virtual bool has_network() = 0;  // by whichever
  // on_dialled comes later, unless it is given up before; at once: forbidden, exhausted.
  virtual Status dial(std::uint32_t id, const Dial& wanted) = 0;
  virtual void give_up_dial(std::uint32_t id) = 0;
  virtual void hand_over(const Frame& frame, Fd socket) = 0;  // as an answer
  virtual element::Element& element() = 0;
  virtual Secrets& secrets() = 0;
  virtual Result<Buffer> device_certificate() = 0;  // DER
  virtual json::object summary() = 0;
  virtual void start_agent(agent::Program program) = 0;
  virtual bool online() = 0;
  virtual json::object agent_state() = 0;
  virtual Result<Timestamp> publish(std::string_view tag, std::string_view payload) = 0;
  virtual Status answer_job(const std::string& job, std::int64_t version, std::string result) = 0;
  virtual Status tell(std::string key, std::string value, std::optional<std::int64_t> version) = 0;
  virtual void reset() = 0;         // as after power-on, soon
  virtual void watchdog_bit() = 0;  // the program let its watchdog's time pass
  // What on_fota said to ask_fota; `refused` is empty when it agrees.
  virtual void fota_answered(const std::string& step, const std::string& refused) = 0;
};

class Desk {
 public:
  using Send = std::function<void(const Frame&)>;
  Desk(Services& services, Send send)
      : services_(services), send_(std::move(send)), self_(std::make_shared<Desk*>(this)) {}

  void on_request(const Frame& request, Instant now);
  void on_settled(Timestamp device_time, const Status& outcome);  // a reading left the outbox
  void on_agent_change();
  void on_dialled(std::uint32_t id, Result<Fd> socket);
  void forget();  // the firmware has ended: nobody waits any more, and the jobs that it had taken have failed

  void forget_owner() { inbox_.clear(); }  // what waits for the program was the former owner's wish

  // For the program, when it next asks. Without an answer of the program's a job stays open.
  void give_job(const agent::JobOrdered& job);
  void give_wish(const agent::VariableWished& wish);
  void give_conditions(const agent::ConditionsTold& told);
  // Asks the program's on_fota; false: it has none, and fota_answered will not be called.
  bool ask_fota(const std::string& step, json::value arg);
  // Tells the program that the board is about to start anew; false: it has no on_reset, and reset() will not be called.
  bool tell_reset();
  void tick(Instant now);
  std::optional<Instant> deadline() const;

 private:
  enum class Awaits : std::uint8_t { online, reading, event, dial, wifi };
  struct Waiting {
    std::uint32_t id;
    Awaits what;
    Instant until;
    Timestamp reading{};
    std::uint64_t wifi_start = 0;
  };
  using Answer = std::optional<json::object>;  // nothing: it comes later
  Result<Answer> answer(std::uint32_t id, const json::object& request, Instant now);
  Status configure_wifi(const json::object& request);
  Result<Answer> answer_wifi(const std::string& what, std::uint32_t id, const json::object& request, Instant now);
  void start_wifi(std::uint32_t id, Instant now);
  void on_wifi_started(std::uint64_t start, const Status& outcome);
  void give_up(const Waiting& waiting);
  void give_up_wifi(const Waiting& waiting);
  Result<Answer> answer_ethernet(const std::string& what);
  Result<Answer> answer_secret(const std::string& what, const json::object& request);
  Result<Answer> answer_element(const std::string& what, const json::object& request);
  Result<Answer> answer_dial(std::uint32_t id, const json::object& request, Instant now);
  Result<Answer> answer_watchdog(const std::string& what, const json::object& request, Instant now);
  Result<Answer> answer_agent(const std::string& what, std::uint32_t id, const json::object& request, Instant now);
  Result<Answer> start_agent(std::uint32_t id, const json::object& request, Instant now);
  Result<Answer> publish(std::uint32_t id, const json::object& request, Instant now);
  Result<Answer> next_event(std::uint32_t id, const json::object& request, Instant now);
  Status take_answer(const json::object& request);
  Status take_variable(const json::object& request);
  Status take_condition(const json::object& request);
  Status take_fota_answer(const json::object& request);
  void give(std::string name, json::object event);
  json::object taken(json::object event);
  void reply(std::uint32_t id, const json::object& body) { send_({FrameKind::answer, id, json::serialize(body)}); }
  void refuse(std::uint32_t id, const Error& error) { send_({FrameKind::refusal, id, refusal_body(error)}); }

  Services& services_;
  Send send_;
  std::vector<Waiting> waiting_;
  Inbox inbox_;
  std::map<std::string, std::int64_t> jobs_taken_;  // versions of those that the program has begun
  std::string fota_step_;                           // asked, not answered
  bool has_on_fota_ = false;
  bool has_on_reset_ = false;
  bool hears_connection_ = false;  // the program asked to be told when it goes online and offline
  bool told_online_ = false;       // what it was told last
  Instant dials_paid_until_{};
  std::uint64_t last_wifi_start_ = 0;  // of one program or of an earlier one
  Millis watchdog_{0};                 // 0: none
  Instant watchdog_until_{};
  std::shared_ptr<Desk*> self_;  // weak in what comes back from the Wi-Fi: we may have gone
};

// SHA-256("signet.app.v1" 0x00 message): what element.sign signs. No claim, certificate or handshake begins so.
crypto::Digest app_digest(Bytes message);

}  // namespace signet::board
