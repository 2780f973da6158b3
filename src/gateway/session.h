// session.h -- one device's connection: from the end of its handshake to its last byte.
//
//   admitted by its certificate -> CONNECT with its own id -> its own topics -> one end, told to the fleet once
#pragma once

#include "gateway/hall.h"
#include "gateway/rate.h"
#include "gateway/topic.h"

#include <deque>

namespace signet::gateway {

// Each message on j/up may be a commit of its own, and readings share one: it counts for so many.
inline constexpr std::int64_t up_cost = 10;

class Session final : public net::ConnectionEvents, public Sender, public std::enable_shared_from_this<Session> {
 public:
  explicit Session(Hall& hall) : hall_(&hall) {}
  ~Session() override;

  void on_open(net::Connection& connection) override;
  void on_bytes(net::Connection& connection, Bytes bytes) override;
  void on_close(net::Connection& connection, const std::optional<Error>& why) override;

  void answer(std::uint16_t packet_id, mqtt::ReasonCode reason) override;
  void answered() override { settle(); }

  void tick();
  enum class Will : std::uint8_t { published, kept_back };
  void end(mqtt::ReasonCode reason, Error why, Will will);
  const std::string& address() const { return address_; }
  void detach();  // the hall goes; whatever the connection still tells is ignored

 private:
  struct OwnWill {
    Road road;
    std::string tag;
    std::string payload;
    std::optional<Timestamp> at;
  };

  void settle();  // deals with all events, then sends what there is to send
  void perform(const mqtt::ServerEvent& event);
  void on(const mqtt::ConnectRequested& event);
  void on(const mqtt::PublishReceived& event);
  void on(const mqtt::SubscribeRequested& event);
  void on(const mqtt::UnsubscribeRequested& event);
  void on(const mqtt::PublishAcknowledged& event);
  void on(const mqtt::PublishReleased&) {}  // QoS 2 is not offered yet
  void on(const mqtt::DeliveryReceived&) {}
  void on(const mqtt::SessionClosed& event);

  Status check_connect(const mqtt::Connect& connect, mqtt::ReasonCode& reason);
  Result<std::optional<OwnWill>> read_will(const mqtt::Connect& connect) const;
  Status take(const mqtt::Publish& publish);
  void refuse(const mqtt::Publish& publish, const Error& why);
  void send_down(std::vector<fleet::DownMessage> messages);
  void pump();
  void publish_will();
  void left(std::string_view why);
  void audit(const Error& why);
  std::string name_of(const Buffer& certificate) const;

  Hall* hall_;  // null once detached
  net::Connection* connection_ = nullptr;
  std::string address_;
  fleet::Admission who_;
  std::optional<mqtt::ServerSession> mqtt_;  // from on_open
  std::optional<Rate> rate_;
  std::optional<OwnWill> will_;
  std::optional<mqtt::Qos> subscribed_;  // to j/dn/<device>
  std::deque<std::string> down_;
  bool entered_ = false;  // the fleet was told that it is here
  bool paused_ = false;
  bool settling_ = false;
};

}  // namespace signet::gateway
