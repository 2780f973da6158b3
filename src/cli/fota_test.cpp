#include "cli/scripted_for_test.h"
#include "image/signed_for_test.h"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

constexpr const char* updates = "/v3/devices/dev-000000000001/fota";

std::string update(const std::string& status, const std::string& progress = "", const std::string& percent = "[0,0]") {
  return R"({"fota":{"scheduled_at":"2026-01-01T00:00:00Z","status":")" + status +
         R"(","value":{"firmware_id":"fmw-000000000001","firmware_version":"1.2.0"},"device_id":"dev-000000000001",)"
         R"("progress":")" +
         progress + R"(","percent":)" + percent + R"(,"detail":"the battery is low"}})";
}

class Updates : public testing::Test {
 protected:
  Updates() {
    script.answers["GET " + script.base + "/firmwares"] = {
        200, R"({"firmwares":[{"id":"fmw-000000000001","name":"lamp-os"}],"next":null})"};
    script.answers["POST " + order] = {200, update("pending")};
    script.answers["GET " + std::string{updates}] = {200, update("done")};
  }
  Scripted_for_test script;
  const std::string order = std::string{updates} + "/fmw-000000000001/versions/1.2.0";
};

TEST_F(Updates, are_scheduled_by_names_and_shown) {
  ASSERT_EQ(script.run({"fota", "schedule", "lamp", "lamp-os", "1.2.0"}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("dev-000000000001  pending"), std::string::npos) << script.out.str();
  ASSERT_EQ(script.run({"fota", "check", "lamp"}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("done"), std::string::npos);
  EXPECT_EQ(script.run({"fota", "schedule", "lamp-os", "1.2.0"}), 65);
  EXPECT_EQ(script.run({"fota", "schedule", "lamp", "lamp-os", "1.2.0", "--all"}), 65);
  script.answers["POST " + script.base + "/fota/fmw-000000000001/versions/1.2.0"] = {
      200, R"({"fota":{"devices":["dev-000000000001"]}})"};
  ASSERT_EQ(script.run({"fota", "schedule", "lamp-os", "1.2.0", "--all"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "Scheduled on 1 devices; each when it is there\n");
}

TEST_F(Updates, are_waited_for_with_a_line_for_each_step) {
  const std::vector<std::string> steps{update("pending", "downloading", "[0,40]"),
                                       update("pending", "downloading", "[0,40]"), update("pending", "done, resetting"),
                                       update("done")};
  std::size_t asked = 0;
  script.answers.erase("GET " + std::string{updates});
  script.otherwise = [&](const net::HttpCall&) { return Scripted_for_test::Given{200, steps.at(asked++)}; };
  ASSERT_EQ(script.run({"fota", "schedule", "lamp", "lamp-os", "1.2.0", "--wait"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "pending  -\npending  downloading 0 % 40 %\npending  done, resetting\ndone\n");
}

TEST_F(Updates, that_fail_or_take_too_long_end_the_wait) {
  script.answers["GET " + std::string{updates}] = {200, update("failed")};
  EXPECT_NE(script.run({"fota", "check", "lamp", "--wait"}), 0);
  EXPECT_NE(script.err.str().find("the battery is low"), std::string::npos);
  script.answers["GET " + std::string{updates}] = {200, update("pending")};
  EXPECT_NE(script.run({"fota", "check", "lamp", "--wait", "--timeout", "5"}), 0);
  EXPECT_NE(script.err.str().find("still pending"), std::string::npos);
}

TEST_F(Updates, need_firmware_at_the_manager) {
  const std::string all = script.base + "/firmwares", one = all + "/fmw-000000000001";
  script.answers["POST " + all] = {200, R"({"firmware":{"id":"fmw-000000000002","name":"pump"}})"};
  ASSERT_EQ(script.run({"firmware", "create", "pump"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "fmw-000000000002  pump\n");
  const image::Signer_for_test signer{5};
  image::Facts facts{.version = {1, 2, 0, 0}, .board = "virtual", .kind = image::Kind::os};
  const Buffer image = signer.image(facts, Buffer(100, 1));
  const std::string file = script.file("os.img", text_of(image));
  script.answers["POST " + one + "/versions/1.2.0"] = {
      200, R"({"version":{"version":"1.2.0","images":[{"part":"os","kind":"os","size":300}]}})"};
  ASSERT_EQ(script.run({"firmware", "upload", "lamp-os", "1.2.0", file}), 0) << script.err.str();
  EXPECT_EQ(script.calls.back().body, text_of(image));
  EXPECT_EQ(script.calls.back().headers.at("Content-Type"), "application/octet-stream");
  EXPECT_EQ(script.run({"firmware", "upload", "lamp-os", "1.2.0", script.file("x.img", "hello")}), 65);
  EXPECT_NE(script.err.str().find("x.img"), std::string::npos) << "nothing was sent";
  script.answers["GET " + one + "/versions"] = {
      200, R"({"versions":[{"version":"1.2.0","images":[{"part":"os","kind":"os","size":300}]}],"next":null})"};
  ASSERT_EQ(script.run({"firmware", "show", "lamp-os"}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("1.2.0"), std::string::npos);
  script.answers["DELETE " + one + "/versions/1.2.0"] = script.answers["DELETE " + one] = {200, "{}"};
  ASSERT_EQ(script.run({"firmware", "rm", "lamp-os", "1.2.0", "--yes"}), 0) << script.err.str();
  ASSERT_EQ(script.run({"firmware", "rm", "lamp-os", "--yes"}), 0) << script.err.str();
  ASSERT_EQ(script.run({"firmware", "ls"}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("lamp-os"), std::string::npos);
}

TEST_F(Updates, of_many_devices_go_wave_by_wave) {
  const std::string all = script.base + "/rollouts", one = all + "/rol-000000000001";
  const auto rollout = [](const std::string& status, const std::string& counts) {
    return Scripted_for_test::Given{200,
                                    R"({"rollout":{"id":"rol-000000000001","status":")" + status +
                                        R"(","firmware_id":"fmw-000000000001","firmware_version":"1.2.0","detail":"",)"
                                        R"("canaries":2,"wave":0,"counts":[)" +
                                        counts + "]}}"};
  };
  const std::string counts = R"({"waiting":0,"pending":1,"done":2,"failed":0,"cancelled":0,"devices":3})";
  script.answers["POST " + all] = rollout("running", counts);
  script.answers["GET " + one] = rollout("done", counts);
  ASSERT_EQ(script.run({"fota", "rollout", "create", "lamp-os", "1.2.0", "--canaries", "2", "--waves", "10,100",
                        "--soak", "60", "--failures", "5", "--window", "22:00-04:00"}),
            0)
      << script.err.str();
  EXPECT_EQ(script.calls.back().body, R"({"firmware_version":"1.2.0","firmware_id":"fmw-000000000001",)"
                                      R"("waves":[10,100],"canaries":2,"soak":60,"failures_percent":5,)"
                                      R"("window":"22:00-04:00"})");
  EXPECT_NE(script.out.str().find("2 done, 1 pending"), std::string::npos) << script.out.str();
  ASSERT_EQ(script.run({"fota", "rollout", "show", "rol-000000000001", "--wait"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "done  canaries: 2 done, 1 pending\n");
  script.answers["GET " + one] = rollout("halted", counts);
  EXPECT_NE(script.run({"fota", "rollout", "show", "rol-000000000001", "--wait"}), 0);
  for (const char* verb : {"pause", "resume"}) {
    script.answers["POST " + one + "/" + verb] = rollout("paused", counts);
    EXPECT_EQ(script.run({"fota", "rollout", verb, "rol-000000000001"}), 0) << script.err.str();
  }
  script.answers["POST " + one + "/abort"] = rollout("aborted", counts);
  EXPECT_EQ(script.run({"fota", "rollout", "abort", "rol-000000000001", "--yes"}), 0) << script.err.str();
  EXPECT_EQ(script.run({"fota", "rollout", "show", "x"}), 65);
  EXPECT_EQ(script.run({"fota", "rollout", "create", "lamp-os", "1.2.0", "--waves", "10;100"}), 65);
}

}  // namespace
}  // namespace signet::cli
