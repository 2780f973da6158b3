#include "mqtt/server_session.h"

#include <cstdlib>

namespace {

using namespace signet;
using namespace signet::mqtt;

// An owner that says yes, no or later, as the input's first byte has it.
class Owner {
 public:
  explicit Owner(std::uint8_t mood)
      : mood_(mood),
        session_({.packet_bytes_max = 4096,
                  .receive_max = 4,
                  .send_max = 2,
                  .topic_alias_max = 2,
                  .qos_max = Qos::exactly_once},
                 {}) {}

  void feed(Bytes bytes, Instant now) {
    session_.receive(bytes, now);
    drain();
    session_.tick(now);
    drain();
    static_cast<void>(session_.publish(static_cast<Qos>(mood_ >> 4 & 1 ? 2 : 1), "t", bytes));
    session_.take_output();
  }
  bool closed() const { return session_.closed(); }
  int endings = 0;

 private:
  void drain() {
    while (auto event = session_.next()) std::visit([this](const auto& e) { on(e); }, *event);
  }
  bool yes() const { return mood_ & 1; }

  void on(const ConnectRequested&) {
    if (mood_ & 2) return session_.accept("assigned");
    session_.refuse(ReasonCode::not_authorized, {Errc::forbidden, "mood"});
  }
  void on(const PublishReceived& e) {
    if (e.publish.packet_id == 0 || mood_ & 4) return;
    session_.acknowledge(e.publish.packet_id, yes() ? ReasonCode::success : ReasonCode::quota_exceeded);
  }
  void on(const SubscribeRequested& e) {
    session_.answer_subscribe(e.subscribe.packet_id,
                              std::vector(e.subscribe.subscriptions.size(), ReasonCode::not_authorized));
  }
  void on(const UnsubscribeRequested& e) {
    session_.answer_unsubscribe(e.unsubscribe.packet_id,
                                std::vector(e.unsubscribe.filters.size(), ReasonCode::success));
  }
  void on(const PublishReleased& e) { session_.complete(e.packet_id); }
  void on(const DeliveryReceived& e) { session_.release(e.packet_id); }
  void on(const PublishAcknowledged&) {}
  void on(const SessionClosed&) { ++endings; }

  std::uint8_t mood_;
  ServerSession session_;
};

}  // namespace

// byte 0: the owner's mood; byte 1: how many bytes come at once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  Owner owner{data[0]};
  const std::size_t piece = data[1] + std::size_t{1};
  Instant now{};
  for (Bytes rest{data + 2, size - 2}; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
    owner.feed(rest.first(std::min(piece, rest.size())), now += Millis{10});
  }
  ENSURE(owner.endings == (owner.closed() ? 1 : 0));
  return 0;
}
