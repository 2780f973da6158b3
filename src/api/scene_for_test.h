// scene_for_test.h -- a manager in memory with its first account, a unit that a foundry made, and a person at the API.
#pragma once

#include "api/manager_identity.h"
#include "api/routes.h"
#include "fleet/memory_store_for_test.h"
#include "identity/manifest.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <filesystem>

namespace signet::api {

class TemporaryFolder_for_test {
 public:
  TemporaryFolder_for_test() {
    std::string path = (std::filesystem::temp_directory_path() / "signet-api-XXXXXX").string();
    ENSURE(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~TemporaryFolder_for_test() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline identity::SignDigest signing_for_test(const crypto::PrivateKey& key) {
  return [&key](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(key, digest); };
}

// One unit, from root to manifest.
struct Factory_for_test {
  explicit Factory_for_test(crypto::Random& random, Timestamp at)
      : root_key(crypto::generate_private_key(random)),
        signer_key(crypto::generate_private_key(random)),
        log_key(crypto::generate_private_key(random)),
        element_key(crypto::generate_private_key(random)),
        root(identity::issue_root(public_key_of(root_key), {}, at, signing_for_test(root_key)).value()),
        signer(identity::issue_signer(public_key_of(signer_key), 0xF600, root, at, signing_for_test(root_key)).value()),
        log_signer(identity::issue_log_signer(public_key_of(log_key), root, at, signing_for_test(root_key)).value()),
        device(
            identity::issue_device(public_key_of(element_key), dcn, signer, at, signing_for_test(signer_key)).value()) {
    identity::NewUnit unit{{0x01, 0x23, 0xf1, 0x82, 0x2c, 0x38, 0xdd, 0x7a, 0x01},
                           "ATECC608B",
                           "TEST",
                           "Signet",
                           {0x00, 0x00, 0x60, 0x03},
                           at,
                           {{0u, public_key_of(element_key)}},
                           {device, signer}};
    manifest = "[" + identity::write_unit(unit, log_signer, signing_for_test(log_key)).value() + "]";
  }
  json::object import_body() const {
    return {{"manifest", manifest},
            {"log_signer_pem", identity::pem("CERTIFICATE", log_signer.der)},
            {"root_pem", json::array{json::string{identity::pem("CERTIFICATE", root.der)}}},
            {"origin", "batch.json"}};
  }

  static constexpr const char* dcn = "sn0123F1822C38DD7A01";
  crypto::PrivateKey root_key, signer_key, log_key, element_key;
  identity::Certificate root, signer, log_signer, device;
  std::string manifest;
};

struct Scene_for_test {
  // So many that no other test meets them: the clock stands still.
  static constexpr RequestLimits no_limits{{1'000'000, 1'000'000}, {1'000'000, 1'000'000}};
  explicit Scene_for_test(RequestLimits request_limits = no_limits) : limits(request_limits) {
    const auto body = post("/v3/setup", {{"token", setup_token}, {"email", "you@example.org"}, {"password", password}});
    token = std::string{body.at("token").as_string()};
    workspace = std::string{body.at("workspace").at("id").as_string()};
    base = "/v3/workspaces/" + workspace;
  }

  net::HttpResponse send(std::string method, std::string path, std::string body = "",
                         std::multimap<std::string, std::string> query = {}, const std::string& if_match = "") {
    net::HttpRequest request{std::move(method), std::move(path), std::move(query), {},
                             std::move(body),   "192.0.2.1:5000"};
    if (!token.empty()) request.headers["authorization"] = "Bearer " + token;
    if (!if_match.empty()) request.headers["if-match"] = if_match;
    return api.handle(request);
  }
  json::object parsed(const net::HttpResponse& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    return parse_json_object(response.body).value();
  }
  json::object get(std::string path, std::multimap<std::string, std::string> query = {}) {
    return parsed(send("GET", std::move(path), "", std::move(query)));
  }
  json::object post(std::string path, const json::object& body) {
    return parsed(send("POST", std::move(path), json::serialize(body)));
  }

  std::string make_device(const std::string& name = "lamp") {
    return std::string{post(base + "/devices", {{"name", name}}).at("device").at("id").as_string()};
  }
  // Imports the unit and claims it for `device`; the manager's answer.
  json::object claim(const std::string& device) {
    post("/v3/registry/manifests", factory.import_body());
    const std::string path = base + "/devices/" + device + "/claims";
    const json::object challenge = post(path, {{"dcn", Factory_for_test::dcn}});
    return post(path + "/finish", proof(challenge));
  }
  // What the genuine element answers to a challenge.
  json::object proof(const json::object& challenge) {
    const Buffer statement = decode_base64url(std::string_view{challenge.at("statement").as_string()}).value();
    const crypto::Signature signature = crypto::sign(factory.element_key, crypto::sha256(statement));
    return {{"statement", challenge.at("statement")}, {"signature", hex(signature)}};
  }

  RequestLimits limits;
  static constexpr const char* metrics_token = "the token of some monitoring";
  static constexpr const char* password = "correct horse battery";
  TemporaryFolder_for_test folder;
  ManualClock clock{parse_rfc3339("2026-03-26T09:46:00Z").value()};
  crypto::SeededRandom_for_test random{1};
  fleet::MemoryStore_for_test store;
  ManagerIdentity identity{ManagerIdentity::open(folder.path(), clock, random).value()};
  Factory_for_test factory{random, clock.now()};
  fleet::Policy policy{.legacy_claims = true,
                       .check_url = [](const std::string&) { return Status{}; },
                       .password_cost = crypto::cheap_password_for_test};
  fleet::Fleet fleet{store, clock, random, identity.for_fleet(), policy};
  std::string setup_token = fleet.open_setup().value();
  guard::Guard guard{{}, 1};
  Status saved;  // what becomes of the bans
  Api api{fleet,
          clock,
          {guard, [this] { return saved; }},
          {"1.2.3", identity.ca_pem(), identity.fingerprint(), identity.receipt_key(), 8883, 1, metrics_token},
          identity.issuer(clock),
          limits};
  std::string token;
  std::string workspace;
  std::string base;
};

}  // namespace signet::api
