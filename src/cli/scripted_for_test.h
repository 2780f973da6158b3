// scripted_for_test.h -- a manager that answers from a table, and a person whose words are a string.
#pragma once

#include "cli/cli.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace signet::cli {

inline std::string text_in(const std::string& path) {
  std::stringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

class Scripted_for_test {
 public:
  Scripted_for_test() {
    std::string path = (std::filesystem::temp_directory_path() / "signet-cli-XXXXXX").string();
    ENSURE(::mkdtemp(path.data()) != nullptr);
    environment.home = path;
    store(R"({"server":"https://manager:8443","ca":"CA","token":"sgs_t","email":"you@example.org"})");
    answers["GET /v3/workspaces"] = {200,
                                     R"({"workspaces":[{"id":"wks-000000000001","name":"default","description":""}]})"};
    answers["GET " + base + "/devices"] = {200, R"({"devices":[)" + device + "]}"};
  }
  ~Scripted_for_test() { std::filesystem::remove_all(environment.home); }

  int run(std::vector<std::string> arguments) {
    out.str("");
    err.str("");
    return cli::run(std::move(arguments), environment);
  }
  std::string file(const std::string& name, std::string_view text) {
    std::string path = environment.home + "/" + name;
    std::ofstream{path} << text;
    return path;
  }
  void store(std::string_view config) { file("config.json", config); }
  std::string config() {
    std::stringstream text;
    text << std::ifstream{environment.home + "/config.json"}.rdbuf();
    return text.str();
  }

  struct Given {
    int status;
    std::string body;
    std::map<std::string, std::string> headers = {};
  };
  const std::string base = "/v3/workspaces/wks-000000000001";
  const std::string device = R"({"id":"dev-000000000001","name":"lamp","fleet_name":"default","online":true,)"
                             R"("last_seen":"2026-01-01T00:00:00Z","identities":[{"dcn":"sn01","revoked":false}]})";
  std::map<std::string, Given> answers;  // by "METHOD /path?query"
  std::function<Given(const net::HttpCall&)> otherwise = [](const net::HttpCall& call) {
    ADD_FAILURE() << "nobody expected " << call.method << " " << call.url << " " << call.body;
    return Given{404, R"({"code":"not_found","title":"","message":"no"})"};
  };
  std::vector<net::HttpCall> calls;
  std::string secret = "correct horse battery";
  std::stringstream out, err, in;
  ManualClock clock{from_epoch_micros(1'800'000'000'000'000)};
  Environment environment{out,
                          err,
                          in,
                          "",
                          "",
                          "1.2.3",
                          [this](const net::HttpCall& call) { return answer(call); },
                          [this](std::string_view) -> Result<std::string> { return secret; },
                          [this](Millis delay) { clock.advance(delay); },
                          clock};

 private:
  Result<net::HttpAnswer> answer(const net::HttpCall& call) {
    calls.push_back(call);
    std::string path = call.url.substr(call.url.find('/', 8));
    const auto found = answers.find(call.method + " " + path);
    const Given given = found == answers.end() ? otherwise(call) : found->second;
    return net::HttpAnswer{given.status, given.body, given.headers};
  }
};

}  // namespace signet::cli
