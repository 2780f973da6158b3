// device_for_test.h -- a device without a socket, and a turn that ends when the test says so.
#pragma once

#include "gateway/session.h"
#include "mqtt/client_session.h"

#include <gtest/gtest.h>

namespace signet::gateway {

class FakeTurn final : public Turn {
 public:
  explicit FakeTurn(Clock& clock) : clock_(clock) {}
  Clock& clock() override { return clock_; }
  void at_turn_end(std::function<void()> run) override { ends_.push_back(std::move(run)); }
  void after(Micros, std::function<void()> run) override { delayed_.push_back(std::move(run)); }
  void end() {  // and lets pass what was to wait
    end_only();
    for (const auto& run : std::exchange(delayed_, {})) run();
  }
  void end_only() {
    for (const auto& run : std::exchange(ends_, {})) run();
  }

 private:
  Clock& clock_;
  std::vector<std::function<void()>> ends_;
  std::vector<std::function<void()>> delayed_;
};

class FakeConnection final : public net::Connection {
 public:
  explicit FakeConnection(Buffer certificate, std::string address)
      : certificate_(std::move(certificate)), address_(std::move(address)) {}
  void send(Bytes bytes) override { sent.insert(sent.end(), bytes.begin(), bytes.end()); }
  void close_within(Millis time) override { closed = true, patience = time; }
  void close_now() override { closed = true; }
  void pause_reading(bool yes) override { paused = yes; }
  const std::string& peer_address() const override { return address_; }
  std::string tls_version() const override { return "TLSv1.3"; }
  std::string alpn() const override { return protocol; }
  const Buffer& peer_certificate() const override { return certificate_; }
  bool established() const override { return open; }

  Buffer sent;
  std::string protocol = "mqtt";
  bool open = false, closed = false, paused = false;
  Millis patience{0};  // of close_within

 private:
  Buffer certificate_;
  std::string address_;
};

// What a device has heard, kept beyond the event.
struct Heard {
  bool connected = false;
  bool session_present = false;
  std::string client_id;
  std::optional<mqtt::ReasonCode> refused, ended;
  std::vector<std::pair<std::uint16_t, mqtt::ReasonCode>> pubacks;
  std::vector<mqtt::ReasonCode> granted;
  std::vector<std::string> messages;
};

class FakeDevice {
 public:
  FakeDevice(Hall& hall, Clock& clock, const Buffer& certificate, mqtt::ClientOptions options)
      : clock_(clock),
        session(hall.make_session()),
        mqtt(std::move(options), clock.monotonic()),
        connection(certificate, "192.0.2.7:40000") {}
  ~FakeDevice() { hang_up(); }

  FakeDevice& connect() {
    connection.open = true;
    session->on_open(connection);
    return talk();
  }
  // Bytes go both ways until neither has any left. Ends no turn.
  FakeDevice& talk() {
    for (Buffer up = mqtt.take_output(); !up.empty() && !connection.closed; up = mqtt.take_output()) {
      session->on_bytes(connection, up);
      hear();
    }
    hear();
    return *this;
  }
  void hang_up() {
    if (!session) return;
    session->on_close(connection, std::nullopt);
    session.reset();
  }
  std::uint16_t publish(std::string_view topic, std::string_view payload, mqtt::Qos qos = mqtt::Qos::at_least_once,
                        const mqtt::Properties& properties = {}) {
    const auto id = mqtt.publish(qos, topic, bytes_of(payload), properties, clock_.monotonic());
    EXPECT_TRUE(id) << (id ? "" : id.error().what);
    talk();
    return id ? id.value() : 0;
  }
  void subscribe(std::string_view filter) {
    EXPECT_TRUE(mqtt.subscribe(filter, mqtt::Qos::at_least_once, clock_.monotonic()));
    talk();
  }
  void hear() {
    const Buffer bytes = std::exchange(connection.sent, {});
    mqtt.receive(bytes, clock_.monotonic());
    while (auto event = mqtt.next()) std::visit([this](const auto& one) { on(one); }, *event);
  }

 private:
  void on(const mqtt::Connected& c) {
    heard.connected = true, heard.client_id = c.client_id, heard.session_present = c.session_present;
  }
  void on(const mqtt::ConnectRefused& c) { heard.refused = c.reason; }
  void on(const mqtt::MessageReceived& m) {
    heard.messages.emplace_back(text_of(m.publish.payload));
    if (m.publish.packet_id != 0 && acknowledges) mqtt.acknowledge(m.publish.packet_id);
  }
  void on(const mqtt::Acknowledged& a) { heard.pubacks.emplace_back(a.packet_id, a.reason); }
  void on(const mqtt::Subscribed& s) { heard.granted = s.reasons; }
  void on(const mqtt::Unsubscribed&) {}
  void on(const mqtt::Closed& c) {
    if (c.by_peer) heard.ended = c.reason;
  }

  Clock& clock_;

 public:
  std::shared_ptr<Session> session;
  mqtt::ClientSession mqtt;
  FakeConnection connection;
  Heard heard;
  bool acknowledges = true;
};

}  // namespace signet::gateway
