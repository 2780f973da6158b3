// publish: QoS 1, each device on its own topic; flat out as its window allows, or at a steady rate over all in turn.
#include "mqtt/publish.h"
#include "load/crowd.h"

#include <deque>

namespace signet::bench {
namespace {

constexpr Millis warm_up{500};
constexpr std::size_t burst_max = 8;  // messages of a device in one turn
constexpr std::chrono::nanoseconds flat_out_turn = Millis{5};

// What a device says again and again: only the packet id changes.
struct Speaker {
  Buffer packet;
  std::size_t id_at = 0;
  std::uint16_t last_id = 0;
  std::deque<std::pair<std::uint16_t, Instant>> waiting = {};  // acknowledged in this order [MQTT-4.6.0-2]
};

Speaker speaker_of(const Identity& identity, std::size_t bytes) {
  std::string payload = R"({"value":17.25,"pad":")";
  payload.resize(std::max(payload.size(), bytes - 2), 'x');
  payload += "\"}";
  const std::string topic = "j/data/" + identity.client_id + "/load";
  mqtt::Publish publish;
  publish.qos = mqtt::Qos::at_least_once;
  publish.packet_id = 1;
  publish.topic = topic;
  publish.payload = bytes_of(payload);
  Speaker out;
  mqtt::encode(out.packet, mqtt::Version::v311, publish);
  out.id_at = out.packet.size() - payload.size() - 2;
  return out;
}

class Publishing {
 public:
  explicit Publishing(const Options& options)
      : options_(options), crowd_(options, read_identities(options.identities_file, options.count)) {
    for (const auto& client : crowd_.clients) speakers_.push_back(speaker_of(client->identity(), options.bytes));
  }

  json::object run() {
    crowd_.bring_up();
    crowd_.on_acknowledged = [&](Client& client, std::uint16_t id) { on_acknowledged(client, id); };
    crowd_.on_gone = [](Client& client) { give_up(client.identity().client_id + " was thrown out while it spoke"); };
    speak_for(warm_up);
    times_ = {};
    acknowledged_ = 0;
    const Span span{options_};
    speak_for(std::chrono::duration_cast<Millis>(std::chrono::duration<double>(options_.seconds)));
    json::object out = span.result(acknowledged_);
    out["p50_us"] = times_.percentile(50);
    out["p99_us"] = times_.percentile(99);
    out["p999_us"] = times_.percentile(99.9);
    out["failed"] = missed_;
    for (const auto& client : crowd_.clients) client->leave();
    return out;
  }

 private:
  void speak_for(Millis time) {
    const Instant start = now(), end = start + time;
    sent_ = 0;
    crowd_.run([&] { return now() >= end; }, [&] { return options_.rate > 0 ? speak_steadily(start) : speak_all(); });
  }

  std::chrono::nanoseconds speak_all() {
    for (std::size_t i = 0; i < speakers_.size(); ++i) {
      std::size_t burst = 0;
      while (burst < burst_max && speak(i)) ++burst;
      if (burst > 0) crowd_.clients[i]->flush();
    }
    return flat_out_turn;
  }

  // In turn; a device that may not speak now has missed its turn, which is a failure.
  std::chrono::nanoseconds speak_steadily(Instant start) {
    const double due = std::chrono::duration<double>(now() - start).count() * options_.rate;
    for (; static_cast<double>(sent_) < due; ++sent_) {
      const std::size_t i = next_++ % speakers_.size();
      if (speak(i)) {
        crowd_.clients[i]->flush();
      } else {
        ++missed_;
      }
    }
    return std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 / options_.rate)};
  }

  bool speak(std::size_t i) {
    Speaker& speaker = speakers_[i];
    if (speaker.waiting.size() >= options_.window) return false;
    if (++speaker.last_id == 0) speaker.last_id = 1;
    speaker.packet[speaker.id_at] = static_cast<std::uint8_t>(speaker.last_id >> 8);
    speaker.packet[speaker.id_at + 1] = static_cast<std::uint8_t>(speaker.last_id);
    speaker.waiting.emplace_back(speaker.last_id, now());
    crowd_.clients[i]->send(speaker.packet);
    return true;
  }

  void on_acknowledged(Client& client, std::uint16_t id) {
    auto& waiting = speakers_[client.number()].waiting;
    if (waiting.empty() || waiting.front().first != id) give_up("a PUBACK out of order, or for nothing");
    times_.add(now() - waiting.front().second);
    waiting.pop_front();
    ++acknowledged_;
  }

  const Options& options_;
  Crowd crowd_;
  std::vector<Speaker> speakers_;
  Times times_;
  std::size_t acknowledged_ = 0, sent_ = 0, next_ = 0, missed_ = 0;
};

}  // namespace

json::object run_publish(const Options& options) { return Publishing{options}.run(); }

}  // namespace signet::bench
