// A device of two voices (bytes at random, and packets that nearly make sense), an owner who decides late, twice
// nothing and sometimes no, and connections that end at any moment while the session lives on. What must hold is
// checked on the wire:
//   a PUBLISH of QoS 1 or 2 is answered once, and only after the owner's word; PUBCOMP answers PUBREL, at most one
//   each; what was recorded by PUBREC is handed on to nobody before its PUBCOMP, on this connection and on the next; no
//   more messages of ours are under way than the device's window; a closed session says and hears nothing more; nothing
//   that a session holds passes its named limit.
#include "mqtt/disconnect.h"
#include "mqtt/puback.h"
#include "mqtt/server_session.h"

#include <cstdlib>
#include <set>

namespace {

using namespace signet;
using namespace signet::mqtt;

constexpr ServerLimits limits{.packet_bytes_max = 512,
                              .receive_max = 4,
                              .receive_max_311 = 6,
                              .send_max = 3,
                              .topic_alias_max = 2,
                              .qos_max = Qos::exactly_once,
                              .session_expiry_max = Seconds{1000}};

class Program {
 public:
  explicit Program(Bytes bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t first = rest_[0];
    rest_ = rest_.subspan(1);
    return first;
  }
  Bytes some(std::size_t size) {
    const Bytes out = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(out.size());
    return out;
  }

 private:
  Bytes rest_;
};

class Scene {
 public:
  explicit Scene(Bytes program) : program_(program) {}
  void run() {
    connect();
    while (!program_.done()) step(program_.byte());
  }

 private:
  // --- the device
  void connect() {
    const std::uint8_t how = program_.byte();
    session_.emplace(limits, now_);
    version_ = how & 1 ? Version::v5 : Version::v311;
    window_ = limits.send_max;
    pending_.clear(), releasing_.clear(), answerable_.clear(), in_flight_.clear(), received_.clear();
    Connect connect{.version = version_, .clean_start = (how & 2) != 0, .client_id = "d"};
    if (version_ == Version::v5) {
      connect.properties.set(PropertyId::session_expiry, how & 4 ? 10u : 0u);
      window_ = how & 8 ? 1 : limits.send_max;
      connect.properties.set(PropertyId::receive_maximum, static_cast<std::uint32_t>(window_));
    }
    if (how & 16) return;  // the program's own bytes come first
    Buffer packet;
    encode(packet, connect);
    hear(packet);
  }
  template <class T>
  void say(const T& packet) {
    Buffer out;
    encode(out, version_, packet);
    hear(out);
  }
  std::uint16_t id() { return static_cast<std::uint16_t>(program_.byte() % 6 + 1); }
  void publish(Qos qos) {
    const std::uint8_t how = program_.byte();
    const std::uint16_t number = qos == Qos::at_most_once ? std::uint16_t{0} : id();
    Publish packet{.dup = qos != Qos::at_most_once && how & 1, .qos = qos, .topic = "t", .packet_id = number};
    if (how & 2 && version_ == Version::v5) packet.properties.set(PropertyId::topic_alias, 1u + (how >> 2) % 3);
    if (how & 0x20 && packet.properties.has(PropertyId::topic_alias)) packet.topic = {};
    say(packet);
  }
  void step(std::uint8_t what) {
    now_ += Millis{what};
    switch (what % 16) {
      case 0: return hear(program_.some(program_.byte()));
      case 1: return publish(Qos::at_most_once);
      case 2: return publish(Qos::at_least_once);
      case 3:
      case 4: return publish(Qos::exactly_once);
      case 5: return say(Pubrel{.packet_id = id()});
      case 6: return say(Puback{.packet_id = id()});
      case 7: return say(Pubrec{.packet_id = id()});
      case 8: return say(Pubcomp{.packet_id = id()});
      case 9: return say(Disconnect{});
      case 10: return decide();
      case 11: return complete();
      case 12: return send();
      case 13: return release();
      case 14: return wait();
      default: return connect();
    }
  }

  // --- the owner
  void decide() {
    if (pending_.empty()) return;
    const auto [number, qos] = pending_.front();
    pending_.erase(pending_.begin());
    const bool yes = program_.byte() % 4 != 0;
    if (yes && qos == Qos::exactly_once) recorded_.insert(number);
    answerable_.insert({number, qos});
    session_->acknowledge(number, yes ? ReasonCode::success : ReasonCode::quota_exceeded, "because");
    read_output();
    drain();
  }
  void complete() {
    if (releasing_.empty()) return;
    const std::uint16_t number = releasing_.front();
    releasing_.erase(releasing_.begin());
    recorded_.erase(number);
    session_->complete(number);
    read_output();
  }
  void send() {
    const std::uint8_t how = program_.byte();
    Message message{.qos = static_cast<Qos>(how % 3), .topic = "t", .payload = std::string(how, 'x')};
    if (how & 0x40) message.expires = now_ + Millis{how};
    if (message.qos == Qos::at_most_once) {
      static_cast<void>(session_->publish(message.qos, "t", bytes_of(message.payload)));
    } else if (const auto number = state_.add(message)) {
      message.packet_id = number.value();
      if (!session_->deliver(message, now_)) state_.remove(number.value());
    }
    read_output();
    drain();
  }
  void release() {
    if (received_.empty()) return;
    const std::uint16_t number = received_.front();
    received_.erase(received_.begin());
    session_->release(number);
    read_output();
  }
  void wait() {
    now_ += Seconds{program_.byte()};
    session_->tick(now_);
    drain();
    read_output();
  }

  // --- the wire
  void hear(Bytes bytes) {
    const bool closed = session_->closed();
    session_->receive(bytes, now_);
    drain();
    read_output();
    if (closed) ENSURE(session_->closed() && !session_->next());
  }
  void drain() {
    while (auto event = session_->next()) std::visit([this](const auto& one) { on(one); }, *event);
  }
  void on(const ConnectRequested& event) {
    const bool resumes = !event.connect.clean_start;
    if (!resumes) state_ = {}, recorded_.clear();
    state_.unreleased.assign(recorded_.begin(), recorded_.end());
    state_.all_sent();
    if (resumes) return session_->resume({}, state_);
    session_->accept();
  }
  void on(const PublishReceived& event) {
    const std::uint16_t number = event.publish.packet_id;
    if (number == 0) return;
    ENSURE(event.publish.qos == Qos::at_least_once || !recorded_.contains(number));
    for (const auto& one : pending_) ENSURE(one.first != number);
    pending_.emplace_back(number, event.publish.qos);
  }
  void on(const PublishReleased& event) {
    ENSURE(recorded_.contains(event.packet_id));
    releasing_.push_back(event.packet_id);
  }
  void on(const SubscribeRequested& event) {
    session_->answer_subscribe(event.subscribe.packet_id,
                               std::vector(event.subscribe.subscriptions.size(), ReasonCode::not_authorized));
  }
  void on(const UnsubscribeRequested& event) {
    session_->answer_unsubscribe(event.unsubscribe.packet_id,
                                 std::vector(event.unsubscribe.filters.size(), ReasonCode::success));
  }
  void on(const PublishAcknowledged& event) {
    ENSURE(state_.remove(event.packet_id));
    in_flight_.erase(event.packet_id);
  }
  void on(const DeliveryReceived& event) {
    received_.push_back(event.packet_id);
    state_.received(event.packet_id);
  }
  void on(const SessionClosed&) {
    pending_.clear(), releasing_.clear(), received_.clear();
    ENSURE(session_->closed());
  }

  void read_output() {
    const Buffer out = session_->take_output();
    ENSURE(out.size() <= 64 * 1024);
    Framer framer{remaining_length_max};
    for (Bytes rest{out}; !rest.empty();) {
      const auto packet = framer.next(rest);
      ENSURE(packet && packet.value());
      check(*packet.value());
    }
    ENSURE(session_->in_line() <= line_max + kept_messages_max);
    ENSURE(session_->unreleased().size() <= unreleased_max);
  }
  void check(const Packet& packet) {
    if (packet.type == PacketType::puback) {
      const auto number = decode_puback(session_->version(), packet.flags, packet.body).value().packet_id;
      ENSURE(answerable_.erase({number, Qos::at_least_once}) == 1);  // the owner's word, and one answer for it
    }
    if (packet.type == PacketType::pubrec) {
      const auto pubrec = decode_pubrec(session_->version(), packet.flags, packet.body).value();
      ENSURE(is_error(pubrec.reason) || recorded_.contains(pubrec.packet_id));
    }
    if (packet.type == PacketType::pubcomp) {
      const auto pubcomp = decode_pubcomp(session_->version(), packet.flags, packet.body).value();
      ENSURE(is_error(pubcomp.reason) || !recorded_.contains(pubcomp.packet_id));
    }
    if (packet.type == PacketType::publish) {
      const auto publish = decode_publish(session_->version(), packet.flags, packet.body).value();
      if (publish.qos != Qos::at_most_once) ENSURE(in_flight_.insert(publish.packet_id).second);
      ENSURE(in_flight_.size() <= window_);
    }
  }

  Program program_;
  Instant now_{};
  std::optional<ServerSession> session_;
  Version version_ = Version::v5;
  std::size_t window_ = 0;
  SessionState state_;
  std::set<std::uint16_t> recorded_;  // QoS 2 with PUBREC, not released: durable
  std::vector<std::pair<std::uint16_t, Qos>> pending_;
  std::vector<std::uint16_t> releasing_, received_;
  std::set<std::pair<std::uint16_t, Qos>> answerable_;
  std::set<std::uint16_t> in_flight_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Scene{Bytes{data, size}}.run();
  return 0;
}
