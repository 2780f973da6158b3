#include "cli/scripted_for_test.h"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

constexpr const char* job =
    R"({"name":"blink","device_id":"dev-000000000001","status":"done","scheduled_at":"2026-01-01T00:00:00Z",)"
    R"("finished_at":"2026-01-01T00:00:02Z","value":{"blinked":3},"detail":""})";

TEST(Job, is_scheduled_with_arguments_and_its_answer_is_shown) {
  Scripted_for_test script;
  const std::string path = "/v3/devices/dev-000000000001/jobs/blink";
  script.answers["POST " + path] = {200, R"({"job":)" + std::string{job} + "}"};
  script.answers["GET " + path] = script.answers["POST " + path];
  ASSERT_EQ(script.run({"job", "schedule", "blink", "lamp", "--arg", "n", "3", "--arg", "colour", "red", "--expires",
                        "60", "--retries", "2"}),
            0)
      << script.err.str();
  EXPECT_EQ(script.calls.back().body, R"({"value":{"n":3,"colour":"red"},"expires_in":60,"retries":2})");
  ASSERT_EQ(script.run({"job", "check", "blink", "dev-000000000001"}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find(R"(blink  dev-000000000001  done)"), std::string::npos) << script.out.str();
  EXPECT_NE(script.out.str().find(R"({"blinked":3})"), std::string::npos) << script.out.str();
}

TEST(Job, is_scheduled_on_a_device_or_on_fleets_and_with_json) {
  Scripted_for_test script;
  EXPECT_EQ(script.run({"job", "schedule", "blink"}), 65);
  EXPECT_EQ(script.run({"job", "schedule", "blink", "lamp", "--all"}), 65);
  EXPECT_EQ(script.run({"job", "schedule", "blink", "lamp", "--value", "{"}), 65);
  EXPECT_NE(script.err.str().find("--value"), std::string::npos);
  EXPECT_EQ(script.run({"job", "schedule", "blink", "lamp", "--value", "1", "--arg", "n", "3"}), 64);
  EXPECT_EQ(script.run({"job", "schedule", "blink", "--all", "--fleet", "roof"}), 64);
  const std::string path = script.base + "/jobs/blink";
  script.answers["POST " + path] = {200, R"({"job":{"name":"blink","devices":["dev-000000000001"]}})"};
  ASSERT_EQ(script.run({"job", "schedule", "blink", "--all", "--value", R"("on")"}), 0) << script.err.str();
  EXPECT_EQ(script.calls.back().body, R"({"value":"on"})");
  EXPECT_EQ(script.out.str(), "Scheduled on 1 devices; each when it is there\n");
}

}  // namespace
}  // namespace signet::cli
