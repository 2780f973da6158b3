#include "api/metrics.h"
#include "api/scene_for_test.h"

#include <gmock/gmock.h>
#include <regex>
#include <sstream>

namespace signet::api {
namespace {

using testing::HasSubstr;

struct MetricsApi : testing::Test {
  std::string text() {
    const auto response = scene.send("GET", "/metrics");
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  }
  Scene_for_test scene;
};

TEST_F(MetricsApi, TellWhatGoesOn) {
  const std::string device = scene.make_device();
  scene.post("/v3/devices/" + device + "/jobs/blink", {{"value", 1}});
  scene.send("GET", "/v3/nowhere");
  scene.send("BREW", "/v3/workspaces");
  scene.guard.on_connect(guard::Prefix::parse("203.0.113.7").value(), scene.clock.monotonic());
  const std::string all = text();
  for (const char* line :
       {"signet_build_info{version=\"1.2.3\"} 1\n", "signet_devices_connected 0\n", "signet_jobs_pending 1\n",
        "signet_gate_connections_total{outcome=\"admitted\"} 0\n", "signet_ingest_backlog_bytes 0\n",
        "signet_readings_stored_total 0\n", "signet_store_commit_seconds_bucket{le=\"+Inf\"} ",
        "signet_integrations{status=\"failing\"} 0\n", "signet_integration_waiting_lines 0\n", "signet_streams 0\n",
        "signet_http_requests_total{method=\"POST\",route=\"/v3/devices/{dev}/jobs/{job}\",status=\"200\"} 1\n",
        "signet_http_requests_total{method=\"-\",route=\"-\",status=\"404\"} 1\n",
        "signet_http_requests_total{method=\"-\",route=\"-\",status=\"405\"} 1\n"}) {
    EXPECT_THAT(all, HasSubstr(line));
  }
}

TEST_F(MetricsApi, AreWellFormed) {
  std::istringstream lines{text()};
  const std::regex sample{R"(([a-z_]+)(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? [0-9.e+-]+)"};
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) name = line.substr(7, line.find(' ', 7) - 7);
    if (line.starts_with("#")) continue;
    EXPECT_TRUE(std::regex_match(line, sample)) << line;
    EXPECT_TRUE(line.starts_with(name)) << line << " under " << name;
  }
}

TEST_F(MetricsApi, AreForTheOperatorAndTheTokenAlone) {
  const auto with = [&](const std::string& token) {
    scene.token = token;
    return scene.send("GET", "/metrics").status;
  };
  const std::string owner = scene.token;
  const auto key = scene.post(scene.base + "/api-keys", {{"name", "k"}});
  EXPECT_EQ(with(owner), 200);
  EXPECT_EQ(with(""), 401);
  EXPECT_EQ(with("wrong"), 401);
  EXPECT_EQ(with(std::string{key.at("api_key").at("key").as_string()}), 403) << "a workspace's key";
  EXPECT_EQ(with(Scene_for_test::metrics_token), 200);
  EXPECT_EQ(scene.send("GET", "/v3/workspaces").status, 401) << "and it opens nothing else";
  EXPECT_EQ(scene.send("GET", "/v3/audit").status, 401);
}

TEST_F(MetricsApi, WithoutATokenFileThereIsNoToken) {
  EXPECT_FALSE(is_same_secret("", ""));
  EXPECT_FALSE(is_same_secret("x", ""));
  EXPECT_TRUE(is_same_secret("x", "x"));
}

TEST_F(MetricsApi, ReadinessIsForAnybody) {
  scene.token.clear();
  EXPECT_EQ(scene.send("GET", "/readyz").body, R"({"status":"ready"})");
  EXPECT_EQ(scene.send("GET", "/healthz").status, 200);
}

}  // namespace
}  // namespace signet::api
