// session.h -- one device's connection: from the end of its handshake to its last byte.
//
//   admitted by its certificate -> CONNECT with its own id -> the fleet's yes -> its own topics -> one end, told once
//
// Between CONNECT and the fleet's answer nothing more is read; connect_timeout is over that, too.
#pragma once

#include "gateway/hall.h"
#include "gateway/rate.h"
#include "gateway/topic.h"

namespace signet::gateway {

// What may be a commit of the fleet's (j/up, QoS 2 of a kept session, SUBSCRIBE) counts for so many readings, which
// share theirs.
inline constexpr std::int64_t commit_cost = 10;
// So many bytes of payload cost as much as one more message: a device is held to bytes as to messages.
inline constexpr std::size_t bytes_per_cost = 4096;

// Who may not be here any more is gone soon, whether it reads or not; twice this is within a second (linger_time).
inline constexpr Millis withdrawn_close_timeout{400};

// What an idle one may hold, all in all, beside its connection (docs/gate-memory.md).
inline constexpr std::size_t session_bytes_budget = 2048;
inline constexpr std::size_t subscribing_max = 16;  // SUBSCRIBE and UNSUBSCRIBE that wait to be noted

class Session final : public net::ConnectionEvents, public Sender, public std::enable_shared_from_this<Session> {
 public:
  Session(Hall& hall, SessionNumber number) : hall_(&hall), number_(number) {}
  ~Session() override;

  void on_open(net::Connection& connection) override;
  void on_bytes(net::Connection& connection, Bytes bytes) override;
  void on_close(net::Connection& connection, const std::optional<Error>& why) override;

  void answer(std::uint16_t packet_id, mqtt::ReasonCode reason) override;
  void answered() override { settle(); }

  void tick();
  enum class Will : std::uint8_t { published, kept_back };
  void end(mqtt::ReasonCode reason, Error why, Will will);
  void detach();  // the hall goes; whatever the connection still tells is ignored

  // --- the desk's answers
  void on_entered(const Entered& entered);
  void on_taken(MessageTaken& taken);
  void on_noted(const Noted& noted);

  // Why it is not read. Each is ended for itself.
  enum class Pause : std::uint8_t { rate = 1, desk = 2, entrance = 4, store = 8 };
  void resume(Pause why);

 private:
  enum class Entrance : std::uint8_t { none, asked, done };
  struct Subscribing {  // its answer leaves when the fleet's side has it
    std::uint16_t packet_id;
    std::vector<mqtt::ReasonCode> reasons;
    bool ends;  // UNSUBSCRIBE
  };
  struct Owed {  // a PUBACK or PUBREC; it leaves when all before it have left [MQTT-4.6.0-2]
    std::uint16_t packet_id;
    mqtt::ReasonCode reason;
    bool known;
  };

  void settle();  // deals with all events, then sends what there is to send
  void perform(const mqtt::ServerEvent& event);
  void on(const mqtt::ConnectRequested& event);
  void on(const mqtt::PublishReceived& event);
  void on(const mqtt::SubscribeRequested& event);
  void on(const mqtt::UnsubscribeRequested& event);
  void on(const mqtt::PublishAcknowledged& event);
  void on(const mqtt::PublishReleased& event);
  void on(const mqtt::DeliveryReceived& event) { mqtt_->release(event.packet_id); }  // we send at QoS 1 at most
  void on(const mqtt::SessionClosed& event);

  using SharedWill = std::shared_ptr<const fleet::DeviceSession::Will>;
  Result<SharedWill> check_connect(const mqtt::Connect& connect, mqtt::ReasonCode& reason);
  Result<SharedWill> read_will(const mqtt::Connect& connect) const;
  void refuse_entrance(mqtt::ReasonCode reason, const Error& why);
  Status take(const mqtt::Publish& publish);
  bool once(const mqtt::Publish& publish) const;
  Status ask_up(std::uint16_t packet_id, std::string payload, bool once);
  Status ask(Question question);
  void note(Question question);
  void wait_for_room();
  void spend(std::int64_t cost);
  void refuse(mqtt::Qos qos, std::uint16_t packet_id, const Error& why);
  void send_finished();
  void answer_subscribing(Subscribing subscribing);
  void welcome(const Entered& entered);
  void send_down(std::vector<fleet::DownMessage> messages, const std::vector<std::uint16_t>& ids);
  void send_kept(std::vector<fleet::DownMessage> messages, const std::vector<std::uint16_t>& ids);
  void pump();
  void left(std::string_view why);
  void audit(const Error& why);
  std::string name_of(const Buffer& certificate) const;
  void pause(Pause why);
  bool is_paused(Pause why) const { return pauses_ & static_cast<std::uint8_t>(why); }

  Hall* hall_;  // null once detached
  SessionNumber number_;
  net::Connection* connection_ = nullptr;
  std::string address_;
  fleet::Admission who_;
  std::optional<mqtt::ServerSession> mqtt_;  // from on_open
  std::optional<Rate> rate_;
  bool last_words_ = true;  // the will that it came with is to be published
  Buffer held_;             // input that came with CONNECT, for after the desk's answer
  std::vector<Owed> owed_;
  std::size_t owed_sent_ = 0;             // of owed_
  std::optional<mqtt::Qos> subscribed_;   // to j/dn/<device>
  std::vector<std::string> down_;         // at most down_queue_max, and down_queue_bytes_max
  std::vector<Subscribing> subscribing_;  // at most subscribing_max
  Entrance entrance_ = Entrance::none;
  std::uint8_t pauses_ = 0;
  bool assign_id_ = false;
  bool kept_ = false;  // its session outlives the connection: what changes in it is noted at the fleet's side
  bool settling_ = false;
  bool withdrawn_ = false;
};

}  // namespace signet::gateway
