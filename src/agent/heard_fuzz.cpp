#include "agent/agent.h"
#include "mqtt/server_session.h"

#include <cstdlib>

namespace {

using namespace signet;

struct NoDisk final : Disk {
  Result<Buffer> read(const std::string&, std::size_t) override { return Error{Errc::not_found, ""}; }
  Result<std::size_t> read_at(const std::string&, std::uint64_t, std::span<std::uint8_t>) override { return 0u; }
  Status append(const std::string&, Bytes) override { return {}; }
  Status sync(const std::string&) override { return {}; }
  Status replace(const std::string&, Bytes) override { return {}; }
};

// A manager that takes everything, and an agent that is up.
struct Bench {
  ManualClock clock{Timestamp{Seconds{1'790'000'000}}};
  crypto::SeededRandom_for_test random{3};
  NoDisk disk;
  agent::Outbox outbox = agent::Outbox::load(disk).value();
  agent::Agent agent{outbox, random};
  mqtt::ServerSession server{{}, clock.monotonic()};
  std::map<std::string, std::int64_t> running;

  agent::Moment now() { return {clock.now(), clock.monotonic()}; }

  void perform() {
    for (auto actions = agent.take_actions(); !actions.empty(); actions = agent.take_actions()) {
      for (const agent::Action& action : actions) {
        if (std::holds_alternative<agent::Dial>(action)) agent.on_open(now());
        if (const auto* sent = std::get_if<agent::Transmit>(&action)) serve(sent->bytes);
        if (const auto* order = std::get_if<agent::Order>(&action)) note(*order);
      }
    }
  }
  // A job is handed out once for each version, and its values can be read.
  void note(const agent::Order& order) {
    if (const auto* job = std::get_if<agent::JobOrdered>(&order)) {
      const auto [known, fresh] = running.try_emplace(job->name, job->version);
      if (!fresh && std::exchange(known->second, job->version) == job->version) std::abort();
      if (!parse_json(job->args)) std::abort();
    }
    if (const auto* wish = std::get_if<agent::VariableWished>(&order); wish && !parse_json(wish->value)) std::abort();
  }
  void serve(Bytes bytes) {
    server.receive(bytes, clock.monotonic());
    while (auto event = server.next()) std::visit([this](const auto& what) { answer(what); }, *event);
    if (const Buffer out = server.take_output(); !out.empty()) agent.on_bytes(out, now());
  }
  void answer(const mqtt::ConnectRequested&) { server.accept(); }
  void answer(const mqtt::SubscribeRequested& what) {
    server.answer_subscribe(what.subscribe.packet_id, {mqtt::ReasonCode::granted_qos_1});
  }
  void answer(const mqtt::PublishReceived& what) {
    if (!parse_json_object(text_of(what.publish.payload))) std::abort();  // it speaks JSON, whatever it hears
    server.acknowledge(what.publish.packet_id, mqtt::ReasonCode::success);
  }
  template <class Other>
  void answer(const Other&) {}
};

}  // namespace

// Messages of a manager, one a line, whatever they hold: jobs are handed out once, and the agent answers in JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bench bench;
  bench.agent.start("dev-000000000001", {.jobs = {"a", "b"}, .variables = {"v", "w"}}, bench.now());
  bench.perform();
  if (!bench.agent.connected()) std::abort();
  std::string_view rest = text_of(Bytes{data, size});
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto told =
        bench.server.publish(mqtt::Qos::at_least_once, "j/dn/dev-000000000001", bytes_of(rest.substr(0, end)));
    if (told) bench.serve({});
    bench.perform();
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return 0;
}
