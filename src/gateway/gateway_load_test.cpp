// Four loops at once: devices connect, publish, take their own place over and are revoked, all at the same time. What
// it shows is shown best under the thread sanitizer.
#include "gateway/port_for_test.h"

#include <atomic>
#include <thread>

namespace signet::gateway {
namespace {

constexpr std::size_t threads_count = 2;
constexpr std::size_t devices_each = 4;
constexpr std::size_t connections_each = 12;
constexpr std::size_t readings_each = 5;

struct Totals {
  std::atomic<std::size_t> connected = 0, acknowledged = 0, heard = 0, ended = 0;
};

// One connection: publishes as soon as it is in, and hangs up when all is acknowledged, or stays and is taken over.
class Visit final : public net::ConnectionEvents {
 public:
  Visit(net::Loop& loop, const DeviceId& id, bool stays, Totals& totals, std::function<void()> next)
      : loop_(loop),
        id_(id.str()),
        stays_(stays),
        totals_(totals),
        next_(std::move(next)),
        mqtt_({.client_id = id.str()}, loop.clock().monotonic()) {}

  void on_open(net::Connection& connection) override { connection_ = &connection, flush(); }
  void on_bytes(net::Connection&, Bytes bytes) override {
    mqtt_.receive(bytes, loop_.clock().monotonic());
    while (auto event = mqtt_.next()) {
      if (std::holds_alternative<mqtt::Connected>(*event)) say();
      if (std::holds_alternative<mqtt::MessageReceived>(*event)) ++totals_.heard;
      if (const auto* a = std::get_if<mqtt::Acknowledged>(&*event)) on(*a);
    }
    flush();
  }
  void on_close(net::Connection&, const std::optional<Error>&) override {
    connection_ = nullptr;
    ++totals_.ended;
    go_on();
  }

 private:
  void say() {
    ++totals_.connected;
    const Instant now = loop_.clock().monotonic();
    EXPECT_TRUE(mqtt_.subscribe("j/dn/" + id_, mqtt::Qos::at_most_once, now));
    for (std::size_t i = 0; i < readings_each; ++i) {
      EXPECT_TRUE(mqtt_.publish(mqtt::Qos::at_least_once, "j/data/" + id_, bytes_of("{}"), {}, now));
    }
    EXPECT_TRUE(
        mqtt_.publish(mqtt::Qos::at_least_once, "j/up/" + id_, bytes_of(R"({"key":"#now","value":{}})"), {}, now));
  }
  void on(const mqtt::Acknowledged& answer) {
    if (mqtt::is_error(answer.reason)) return;
    ++acknowledged_;
    if (acknowledged_ <= readings_each) ++totals_.acknowledged;  // PUBACKs come in order: the last is of j/up
    if (acknowledged_ < readings_each + 1) return;
    if (!stays_) mqtt_.disconnect();
    if (stays_) go_on();  // the next one takes this one's place
  }
  void go_on() {
    if (const auto next = std::exchange(next_, nullptr)) next();
  }
  void flush() {
    if (!connection_) return;
    connection_->send(mqtt_.take_output());
    if (mqtt_.closed()) connection_->close_after_send();
  }

  net::Loop& loop_;
  std::string id_;
  bool stays_;
  Totals& totals_;
  std::function<void()> next_;
  net::Connection* connection_ = nullptr;
  mqtt::ClientSession mqtt_;
  std::size_t acknowledged_ = 0;
};

class GatewayUnderLoad : public PortScene {
 protected:
  struct Unit {
    explicit Unit(crypto::Random& from) : key(from) {}
    Key key;
    SoftElement element{key};
    DeviceId id;
    std::unique_ptr<net::TlsClient> tls;
    std::size_t visits = 0;
  };

  std::unique_ptr<Unit> unit(std::size_t number) {
    auto made = std::make_unique<Unit>(random);
    const std::string name = "unit-" + std::to_string(number);
    made->id = enroll(made->key, name).id;
    const auto found = fleet.find_identity(actor, name);
    made->tls = tls_of(made->element, identity::parse_certificate(found.value().certificate).value());
    return made;
  }

  // On a client's thread: the unit comes again and again, and stays until it takes its own place over each other time.
  void come(net::Loop& on, Unit& who, std::function<void()> done) {
    if (who.visits == connections_each) return done();
    const bool stays = who.visits++ % 2 == 0;
    const auto visit = std::make_shared<Visit>(on, who.id, stays, totals, [this, &on, &who, done] {
      on.after(Millis{1}, [this, &on, &who, done] { come(on, who, done); });
    });
    const auto dialled = net::connect(on, "127.0.0.1", port, *who.tls, visit, Seconds{30});
    ASSERT_TRUE(dialled) << dialled.error().what;
  }
  void run_clients(std::size_t first) {
    const auto own = net::Loop::create(clock).value();
    std::size_t left = devices_each;
    for (std::size_t i = first; i < first + devices_each; ++i) {
      come(*own, *units[i], [&] {
        if (--left == 0) own->stop();
      });
    }
    own->run();
    ++finished;
  }

  Totals totals;
  std::vector<std::unique_ptr<Unit>> units;
  std::uint16_t port = 0;
  std::atomic<std::size_t> finished = 0;
};

TEST_F(GatewayUnderLoad, FourLoopsKeepTheirPromisesWhileEverythingHappensAtOnce) {
  for (std::size_t i = 0; i < threads_count * devices_each; ++i) units.push_back(unit(i));
  config.loops = 4;
  open_gateway();
  port = gateway->port();
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < threads_count; ++i) clients.emplace_back([this, i] { run_clients(i * devices_each); });
  const auto revoke_when = [&](std::size_t connected, const DeviceId& device) {
    EXPECT_TRUE(eventually([&] { return totals.connected >= connected || finished == threads_count; }));
    EXPECT_TRUE(fleet.revoke(actor, device, "lost"));
  };
  revoke_when(10, units.front()->id);
  revoke_when(20, units.back()->id);
  EXPECT_TRUE(eventually([&] { return finished == threads_count; }));
  for (std::thread& client : clients) client.join();
  EXPECT_TRUE(is_empty());
  gateway->shut_down();
  EXPECT_GE(totals.connected, (threads_count * devices_each - 2) * connections_each);
  EXPECT_GT(totals.heard, 0u);
  fleet::DataQuery query;
  query.workspace = workspace;
  query.size = fleet::data_page_max;
  EXPECT_GE(fleet.data(actor, query).value().size(), totals.acknowledged);
  EXPECT_GE(totals.acknowledged, (threads_count * devices_each - 2) * connections_each * readings_each);
}

}  // namespace
}  // namespace signet::gateway
