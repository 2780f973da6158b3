#include "board/desk.h"

#include <cstdlib>

namespace {

using namespace signet;

struct Nothing final : board::Services, board::Wifi, element::Element {
  Wifi& wifi() override { return *this; }
  void wifi_changed() override {}
  board::Ethernet* ethernet() override { return nullptr; }
  void ethernet_changed() override {}
  bool has_network() override { return true; }
  element::Element& element() override { return *this; }
  board::Secrets& secrets() override { return secrets_; }
  Status dial(std::uint32_t, const board::Dial&) override { return {}; }
  void give_up_dial(std::uint32_t) override {}
  void hand_over(const board::Frame&, Fd) override {}
  Result<Buffer> device_certificate() override { return Buffer{}; }
  json::object summary() override { return {}; }
  void start_agent(agent::Program) override {}
  Status answer_job(const std::string&, std::int64_t, std::string) override { return {}; }
  Status tell(std::string, std::string, std::optional<std::int64_t>) override { return {}; }
  void reset() override {}
  void watchdog_bit() override {}
  void fota_answered(const std::string&, const std::string&) override {}
  bool online() override { return false; }
  json::object agent_state() override { return {}; }
  Result<Timestamp> publish(std::string_view, std::string_view) override { return Timestamp{}; }
  Status configure(const std::string&, const std::string&) override { return {}; }
  void start(Started started) override {
    if (answers_at_once_) return started({});
    later_ = std::move(started);
  }
  void stop() override {}
  void on_change(std::function<void()>) override {}
  bool connected() const override { return true; }
  Result<board::WifiInfo> info() override { return board::WifiInfo{}; }
  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return element::Uid{}; }
  Result<crypto::PublicKey> public_key() override { return crypto::PublicKey{}; }
  Result<crypto::Signature> sign(const crypto::Digest&) override { return crypto::Signature{}; }
  Result<Buffer> random(std::size_t size) override { return Buffer(size); }
  Result<element::Certificates> certificates() override { return Error{Errc::not_found, ""}; }
  Result<std::uint32_t> counter(unsigned) override { return 0u; }
  Result<std::uint32_t> increment(unsigned) override { return 0u; }
  board::Secrets secrets_{*this, "/nonexistent"};
  bool answers_at_once_ = true;
  Started later_ = [](Status) {};
};

}  // namespace

// Every request gets exactly one answer, now or when all waiting is over.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Nothing services;
  services.answers_at_once_ = size % 2 == 0;
  int answers = 0;
  board::Desk desk{services, [&](const board::Frame&) { ++answers; }};
  desk.on_request({board::FrameKind::request, 1, std::string{text_of(Bytes{data, size})}}, Instant{});
  desk.tick(Instant::max());
  services.later_({});
  if (answers != 1) std::abort();
  return 0;
}
