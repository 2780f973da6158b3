// The whole connection machine as text: a change to any transition is a change to this block, and a reviewer sees it.
#include "agent/agent.h"

#include <gtest/gtest.h>

#include <functional>

namespace signet::agent {
namespace {

struct NoDisk final : Disk {
  Result<Buffer> read(const std::string&, std::size_t) override { return Error{Errc::not_found, "no such file"}; }
  Result<std::size_t> read_at(const std::string&, std::uint64_t, std::span<std::uint8_t>) override { return 0u; }
  Status append(const std::string&, Bytes) override { return {}; }
  Status sync(const std::string&) override { return {}; }
  Status replace(const std::string&, Bytes) override { return {}; }
};

const Buffer connack = {0x20, 0x03, 0x00, 0x00, 0x00};       // 5.0, success, no property
const Buffer suback = {0x90, 0x04, 0x00, 0x01, 0x00, 0x01};  // 5.0, packet 1, granted QoS 1
const Buffer garbage = {0xff, 0x00};

struct Bench {
  ManualClock clock{Timestamp{Seconds{1'790'000'000}}};
  crypto::SeededRandom_for_test random{3};
  NoDisk disk;
  Outbox outbox = Outbox::load(disk).value();
  Agent agent{outbox, random};

  Moment now() { return {clock.now(), clock.monotonic()}; }
  void start() { agent.start("dev-000000000001", {}, now()); }
  void open() { agent.on_open(now()); }
  void hear(const Buffer& bytes) { agent.on_bytes(bytes, now()); }
  void lose() { agent.on_closed("connection reset", now()); }
};

struct Step {
  const char* name;
  std::function<void(Bench&)> run;
};

const Step events[] = {
    {"open", [](Bench& b) { b.open(); }},
    {"connack", [](Bench& b) { b.hear(connack); }},
    {"suback", [](Bench& b) { b.hear(suback); }},
    {"garbage", [](Bench& b) { b.hear(garbage); }},
    {"closed", [](Bench& b) { b.lose(); }},
    {"an hour", [](Bench& b) { b.clock.advance(Seconds{3600}), b.agent.tick(b.now()); }},
    {"stop", [](Bench& b) { b.agent.stop(b.now()); }},
};

const Step phases[] = {
    {"stopped", [](Bench&) {}},
    {"waiting", [](Bench& b) { b.start(), b.lose(); }},
    {"dialing", [](Bench& b) { b.start(); }},
    {"greeting", [](Bench& b) { b.start(), b.open(); }},
    {"subscribing", [](Bench& b) { b.start(), b.open(), b.hear(connack); }},
    {"up", [](Bench& b) { b.start(), b.open(), b.hear(connack), b.hear(suback); }},
};

std::string pad(std::string text) { return text.append(13 - text.size(), ' '); }

// "+" after a phase: the agent hangs up, and the shell answers with on_closed. "." means nothing changes.
const std::string golden =
    "             open         connack      suback       garbage      closed       an hour      stop         \n"
    "stopped      .            .            .            .            .            .            .            \n"
    "waiting      .            .            .            .            .            dialing      stopped      \n"
    "dialing      greeting     .            .            .            waiting      .            stopped+     \n"
    "greeting     .            subscribing  .+           .+           waiting      .+           stopped+     \n"
    "subscribing  .            .+           up           .+           waiting      .+           stopped+     \n"
    "up           .            .+           .+           .+           waiting      .+           stopped+     \n";

TEST(AgentPhases, AreTheGoldenTable) {
  std::string table = pad("");
  for (const Step& event : events) table += pad(event.name);
  for (const Step& phase : phases) {
    table += "\n" + pad(phase.name);
    for (const Step& event : events) {
      Bench bench;
      phase.run(bench);
      ASSERT_STREQ(name_of(bench.agent.phase()), phase.name);
      bench.agent.take_actions();
      event.run(bench);
      const std::string next = name_of(bench.agent.phase());
      bool hangs_up = false;
      for (const auto& action : bench.agent.take_actions()) hangs_up |= std::holds_alternative<HangUp>(action);
      table += pad((next == phase.name ? "." : next) + (hangs_up ? "+" : ""));
    }
  }
  EXPECT_EQ(table + "\n", golden);
}

}  // namespace
}  // namespace signet::agent
