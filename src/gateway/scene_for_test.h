// scene_for_test.h -- a gateway without sockets: a real fleet over memory, devices whose connections are fakes, and a
// turn that ends when the test says so.
#pragma once

#include "fleet/memory_store_for_test.h"
#include "gateway/session.h"
#include "mqtt/client_session.h"

#include <gtest/gtest.h>

namespace signet::gateway {

class FakeTurn final : public Turn {
 public:
  explicit FakeTurn(Clock& clock) : clock_(clock) {}
  Clock& clock() override { return clock_; }
  void at_turn_end(std::function<void()> run) override { ends_.push_back(std::move(run)); }
  void end() {
    for (const auto& run : std::exchange(ends_, {})) run();
  }

 private:
  Clock& clock_;
  std::vector<std::function<void()>> ends_;
};

class FakeConnection final : public net::Connection {
 public:
  explicit FakeConnection(Buffer certificate, std::string address)
      : certificate_(std::move(certificate)), address_(std::move(address)) {}
  void send(Bytes bytes) override { sent.insert(sent.end(), bytes.begin(), bytes.end()); }
  void close_after_send() override { closed = true; }
  void close_now() override { closed = true; }
  void pause_reading(bool yes) override { paused = yes; }
  const std::string& peer_address() const override { return address_; }
  std::string tls_version() const override { return "TLSv1.3"; }
  std::string alpn() const override { return "mqtt"; }
  const Buffer& peer_certificate() const override { return certificate_; }
  bool established() const override { return open; }

  Buffer sent;
  bool open = false, closed = false, paused = false;

 private:
  Buffer certificate_;
  std::string address_;
};

// What a device has heard, kept beyond the event.
struct Heard {
  bool connected = false;
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
  void on(const mqtt::Connected& c) { heard.connected = true, heard.client_id = c.client_id; }
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

// Two devices of one account: ann and bob.
class Scene : public testing::Test {
 protected:
  Scene() {
    ann = add("ann");
    bob = add("bob");
  }

  struct Person {
    DeviceId id;
    Buffer certificate;
  };
  Person add(std::string_view name) {
    Person person{ids.next<DeviceIdKind>(), copy_of(bytes_of(name))};
    const Status added = store.change([&](fleet::Changes& to) -> Status {
      if (account.id.empty()) {
        account = {ids.next<AccountIdKind>(), "a@example.org", clock.now()};
        TRY(to.add_account({account, "-"}));
        workspace = {ids.next<WorkspaceIdKind>(), "default", "", account.id, clock.now()};
        TRY(to.add_workspace(workspace));
        group = {ids.next<FleetIdKind>(), workspace.id, account.id, "default", "", clock.now()};
        TRY(to.add_fleet(group));
      }
      fleet::Device device;
      device.id = person.id, device.workspace = workspace.id, device.fleet = group.id, device.account = account.id;
      device.name = name, device.created_at = clock.now();
      TRY(to.add_device(device));
      fleet::Identity identity;
      identity.fingerprint = crypto::sha256(person.certificate);
      identity.dcn = std::string{name} + "-unit", identity.certificate = person.certificate;
      identity.not_before = clock.now() - Seconds{10}, identity.not_after = clock.now() + Seconds{10'000'000};
      identity.state = fleet::IdentityState::claimed, identity.device = person.id;
      return to.add_identity(identity);
    });
    EXPECT_TRUE(added) << added.error().what;
    return person;
  }

  mqtt::ClientOptions options(const Person& person, mqtt::Version version = mqtt::Version::v5) {
    return {.version = version, .client_id = person.id.str()};
  }
  std::unique_ptr<FakeDevice> device(const Person& person, mqtt::ClientOptions with) {
    return std::make_unique<FakeDevice>(hall(), clock, person.certificate, std::move(with));
  }
  std::unique_ptr<FakeDevice> connected(const Person& person, mqtt::Version version = mqtt::Version::v5) {
    auto made = device(person, options(person, version));
    made->connect();
    EXPECT_TRUE(made->heard.connected);
    return made;
  }
  Hall& hall() {
    if (!hall_) hall_ = std::make_shared<Hall>(config, fleet, turn);
    return *hall_;
  }
  void pass(Seconds seconds) {
    for (int i = 0; i < seconds.count(); ++i) clock.advance(Seconds{1}), hall().sweep();
  }
  std::vector<fleet::DataRow> kept() {
    fleet::DataQuery query;
    query.workspace = workspace.id, query.newest_first = false;
    return store.data(query).value();
  }
  // "action subject: detail" of every audit entry so far.
  std::vector<std::string> audit() {
    std::vector<std::string> lines;
    const auto entries = store.audit(0, 1000).value();
    for (const auto& e : entries) lines.push_back(e.action + " " + e.subject + ": " + e.detail);
    return lines;
  }
  bool audited(std::string_view part) {
    const auto lines = audit();
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(part) != line.npos; });
  }
  std::string data_topic(const Person& person) { return "j/data/" + person.id.str() + "/t"; }

  ManualClock clock{parse_rfc3339("2026-01-01T00:00:00Z").value()};
  IdSource ids{clock, 7};
  fleet::MemoryStore_for_test store;
  crypto::SeededRandom_for_test random{1};
  fleet::Fleet fleet{store, clock, random, {"server", nullptr}, {}};
  FakeTurn turn{clock};
  Config config;
  fleet::Account account;
  fleet::Workspace workspace;
  fleet::FleetGroup group;
  Person ann, bob;

 private:
  std::shared_ptr<Hall> hall_;
};

}  // namespace signet::gateway
