#include "cli/scripted_for_test.h"
#include "cli/sse.h"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

std::vector<std::string> events_of(std::string_view text, std::size_t piece = 1) {
  std::vector<std::string> out;
  SseReader reader{[&](const SseEvent& event) {
    out.push_back(event.id + "|" + event.name + "|" + event.data);
    return true;
  }};
  for (std::size_t at = 0; at < text.size(); at += piece) reader.add(text.substr(at, piece));
  return out;
}

TEST(Sse, EventsComeHoweverTheirBytesAreCut) {
  const std::string text =
      "retry: 2000\n: hello\n\nid: 7-1\nevent: data\ndata: {\"a\":1}\n\n:\n\ndata:x\r\ndata: y\r\n\r\n";
  const std::vector<std::string> expected{"7-1|data|{\"a\":1}", "|message|x\ny"};
  for (const std::size_t piece : {1, 2, 3, 7, 1000}) EXPECT_EQ(events_of(text, piece), expected) << piece;
}

TEST(Sse, WhatIsTooLongIsLeftOut) {
  const std::string long_one = "data: " + std::string(sse_event_bytes_max, 'x') + "\n\n";
  EXPECT_EQ(events_of(long_one + "data: y\n\n", 4096), std::vector<std::string>{"|message|y"});
}

struct WatchCommand : testing::Test {
  WatchCommand() {
    script.environment.http = [this](const net::HttpCall& call) -> Result<net::HttpAnswer> {
      if (!call.on_body) return net::HttpAnswer{200, R"({"workspaces":[{"id":"wks-000000000001","name":"d"}]})", {}};
      calls.push_back(call);
      if (calls.size() > connections.size()) return Error{Errc::unavailable, "nobody answers"};
      const std::string& text = connections[calls.size() - 1];
      for (const char c : text) {
        if (!call.on_body({&c, 1})) break;
      }
      return net::HttpAnswer{200, "", {}};
    };
  }
  static std::string event(int number) {
    return "id: 7-" + std::to_string(number) +
           "\nevent: data\ndata: {\"timestamp_device\":\"2026-01-01T00:00:00Z\",\"device_name\":\"lamp\",\"tag\":\"t\","
           "\"payload\":{\"n\":" +
           std::to_string(number) + "}}\n\n";
  }
  Scripted_for_test script;
  std::vector<std::string> connections;
  std::vector<net::HttpCall> calls;
};

TEST_F(WatchCommand, ShowsWhatComesAndGoesOnBehindIt) {
  connections = {event(1), "event: end\ndata: {\"reason\":\"x\"}\n\n", event(2) + event(3)};
  ASSERT_EQ(script.run({"watch", "--stream", "data", "--tag", "a b", "--count", "2"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(),
            "data  2026-01-01T00:00:00Z  lamp  t  {\"n\":1}\ndata  2026-01-01T00:00:00Z  lamp  t  {\"n\":2}\n");
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_TRUE(calls[0].url.ends_with("/v3/workspaces/wks-000000000001/events?stream=data&tag=a%20b")) << calls[0].url;
  EXPECT_FALSE(calls[0].headers.contains("Last-Event-ID"));
  EXPECT_EQ(calls[1].headers.at("Last-Event-ID"), "7-1");
}

TEST_F(WatchCommand, SpeaksJsonToPrograms) {
  connections = {event(1)};
  ASSERT_EQ(script.run({"watch", "--json", "--count", "1"}), 0) << script.err.str();
  EXPECT_TRUE(script.out.str().starts_with(R"({"event":"data","data":{"timestamp_device":)")) << script.out.str();
}

TEST_F(WatchCommand, GivesUpWhenNobodyIsThere) {
  EXPECT_NE(script.run({"watch"}), 0);
  EXPECT_EQ(calls.size(), 3u);
  EXPECT_NE(script.err.str().find("nobody answers"), std::string::npos);
}

TEST_F(WatchCommand, EndsInTime) {
  for (int i = 0; i < 10; ++i) connections.push_back(event(i));
  EXPECT_EQ(script.run({"watch", "--timeout", "5"}), 0) << script.err.str();
  EXPECT_NE(script.run({"watch", "--timeout", "5", "--count", "100"}), 0);
}

}  // namespace
}  // namespace signet::cli
