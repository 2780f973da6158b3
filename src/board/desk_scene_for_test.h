// desk_scene_for_test.h -- a desk, the rest of the board as a script, and a program that asks.
#pragma once

#include "board/desk.h"

#include "base/errc_names.h"
#include "board/cable_for_test.h"
#include "board/sealing_element_for_test.h"

#include <gtest/gtest.h>
#include <filesystem>

namespace signet::board {

inline constexpr Instant desk_start = Instant{Seconds{100}};

struct DeskWifi final : Wifi {
  std::optional<Status> next = Status{};  // nothing: the test calls `later`
  Started later;
  bool up = false;
  std::string ssid_, password_;
  Status configure(const std::string& ssid, const std::string& password) override {
    ssid_ = ssid, password_ = password;
    return {};
  }
  void start(Started started) override {
    give_up();
    up = next && *next;
    if (next) return started(*next);
    later = std::move(started);
  }
  void stop() override {
    up = false;
    give_up();
  }
  void give_up() {
    if (const Started call = std::exchange(later, nullptr)) call(Error{Errc::unavailable, "given up"});
  }
  bool connected() const override { return up; }
  Result<WifiInfo> info() override {
    if (!up) return Error{Errc::unavailable, "Wi-Fi is not connected"};
    return WifiInfo{true, "10.0.0.2", "m", "g", "d", "02"};
  }
  void on_change(std::function<void()>) override {}
};

class DeskTest : public testing::Test, protected Services {
 protected:
  DeskTest() {
    std::string name = testing::TempDir() + "signet-desk-XXXXXX";
    folder = ::mkdtemp(name.data());
    secrets_.emplace(element_, folder);
  }
  ~DeskTest() override { std::filesystem::remove_all(folder); }
  Secrets& secrets() override { return *secrets_; }
  Result<Buffer> device_certificate() override { return Buffer{0x30, 0x00}; }
  Wifi& wifi() override { return wifi_; }
  Status dial(std::uint32_t wanted_id, const Dial& wanted) override {
    if (wanted.host == "forbidden") return Error{Errc::forbidden, "forbidden"};
    dialled.push_back(std::to_string(wanted_id) + (wanted.datagrams ? " udp " : " tcp ") + wanted.host + " " +
                      std::to_string(wanted.port));
    return {};
  }
  void give_up_dial(std::uint32_t given_up) override { dialled.push_back(std::to_string(given_up) + " given up"); }
  void hand_over(const Frame& frame, Fd socket) override {
    replies.push_back(frame);
    handed = std::move(socket);
  }
  void wifi_changed() override { ++wifi_changes; }
  Ethernet* ethernet() override { return has_ethernet ? &cable : nullptr; }
  void ethernet_changed() override { ++ethernet_changes; }
  bool has_network() override { return wifi_.up || cable.connected(); }
  element::Element& element() override { return element_; }
  json::object summary() override { return {{"board", "test"}}; }
  void start_agent(agent::Program wanted) override {
    program = std::move(wanted);
    jobs = program.jobs;
  }
  bool online() override { return is_online; }
  json::object agent_state() override { return {{"online", is_online}}; }
  Result<Timestamp> publish(std::string_view tag, std::string_view payload) override {
    if (full) return Error{Errc::exhausted, "the outbox is full"};
    published.push_back(std::string{tag} + " " + std::string{payload});
    return from_epoch_micros(static_cast<std::int64_t>(published.size()));
  }

  Status answer_job(const std::string& job, std::int64_t version, std::string result) override {
    if (result.size() > 100) return Error{Errc::too_large, "too large"};
    said.push_back("@" + job + " " + std::to_string(version) + " " + result);
    return {};
  }
  Status tell(std::string key, std::string value, std::optional<std::int64_t> version) override {
    said.push_back(key + " " + std::to_string(version.value_or(-1)) + " " + value);
    return {};
  }
  void reset() override { ++resets; }
  void watchdog_bit() override { ++bites; }
  void fota_answered(const std::string& step, const std::string& refused) override {
    said.push_back(step + ": " + refused);
  }

  // Sends one request; true and the body when it was answered at once, or the refusal's text.
  std::string ask(const std::string& body) {
    replies.clear();
    desk.on_request({FrameKind::request, ++id, body}, desk_start);
    return last();
  }
  std::string last() const {
    if (replies.empty()) return "(nothing yet)";
    const auto& reply = replies.back();
    return reply.kind == FrameKind::answer ? reply.body : std::string{name_of(error_of_refusal(reply.body).code)};
  }

  SealingElement_for_test element_;
  DeskWifi wifi_;
  HandCable cable;
  bool has_ethernet = true;
  int ethernet_changes = 0;
  std::string folder;
  std::optional<Secrets> secrets_;
  int wifi_changes = 0;
  agent::Program program;
  std::vector<std::string> jobs;
  std::vector<std::string> said;
  int resets = 0;
  int bites = 0;
  bool is_online = false;
  bool full = false;
  std::vector<std::string> published;
  std::vector<Frame> replies;
  std::vector<std::string> dialled;
  Fd handed;
  std::uint32_t id = 0;
  Desk desk{*this, [this](const Frame& frame) { replies.push_back(frame); }};
};

}  // namespace signet::board
