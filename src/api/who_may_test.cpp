// Every endpoint, asked by every role, by members of other workspaces, by keys and by nobody: one table says what each
// gets. A route that is not in the table fails the test.
#include "api/scene_for_test.h"
#include "fleet/memory_images_for_test.h"
#include "fleet/people.h"
#include "fleet/throttle.h"

#include <map>

namespace signet::api {
namespace {

enum class Least : std::uint8_t { anybody, account, viewer, operator_, admin, owner, manager };

struct Rights {
  Least least;
  int status = 200;     // to whoever may
  bool reads = false;   // a read-only key may
  bool person = false;  // no key may
};

// In the order of the routes. Where it is not 200, what was asked for is not there or makes no sense; what counts is
// that it is not 401, 403 or 404 for the wrong reason.
const std::map<std::string, Rights> table{
    {"GET /healthz", {Least::anybody}},
    {"GET /ca.pem", {Least::anybody}},
    {"GET /v3/openapi.json", {Least::anybody}},
    {"GET /docs", {Least::anybody}},
    {"GET /docs/{page}", {Least::anybody, 404}},
    {"GET /docs/style.css", {Least::anybody}},
    {"POST /v3/setup", {Least::anybody, 409}},
    {"POST /v3/login", {Least::anybody, 401}},
    {"GET /v3/session", {Least::anybody}},
    {"POST /v3/join", {Least::anybody, 404}},
    {"POST /v3/logout", {Least::account, 200, true}},

    {"GET /v3/account", {Least::account, 200, false, true}},
    {"PUT /v3/account/password", {Least::account, 401, false, true}},
    {"GET /v3/account/sessions", {Least::account, 200, false, true}},
    {"DELETE /v3/account/sessions", {Least::account, 200, false, true}},
    {"DELETE /v3/account/sessions/{tok}", {Least::account, 404, false, true}},
    {"POST /v3/account/totp", {Least::account, 401, false, true}},
    {"POST /v3/account/totp/confirm", {Least::account, 409, false, true}},
    {"POST /v3/account/totp/disable", {Least::account, 409, false, true}},

    {"GET /v3/workspaces/{wks}/members", {Least::viewer, 200, true}},
    {"PUT /v3/workspaces/{wks}/members/{acc}", {Least::admin, 200, false, true}},
    {"DELETE /v3/workspaces/{wks}/members/{acc}", {Least::admin, 200, false, true}},
    {"GET /v3/workspaces/{wks}/invitations", {Least::admin, 200, true}},
    {"POST /v3/workspaces/{wks}/invitations", {Least::admin, 200, false, true}},
    {"DELETE /v3/workspaces/{wks}/invitations/{inv}", {Least::admin, 200, false, true}},
    {"POST /v3/invitations/accept", {Least::account, 404, false, true}},
    {"GET /v3/workspaces/{wks}/api-keys", {Least::admin, 200, true}},
    {"POST /v3/workspaces/{wks}/api-keys", {Least::admin, 200, false, true}},
    {"DELETE /v3/workspaces/{wks}/api-keys/{tok}", {Least::admin, 200, false, true}},

    {"GET /v3/workspaces", {Least::account, 200, true}},
    {"POST /v3/workspaces", {Least::account, 200, false, true}},
    {"GET /v3/workspaces/{wks}", {Least::viewer, 200, true}},
    {"PUT /v3/workspaces/{wks}", {Least::admin}},
    {"DELETE /v3/workspaces/{wks}", {Least::owner, 409, false, true}},
    {"GET /v3/workspaces/{wks}/fleets", {Least::viewer, 200, true}},
    {"POST /v3/workspaces/{wks}/fleets", {Least::admin}},
    {"GET /v3/workspaces/{wks}/fleets/{flt}", {Least::viewer, 200, true}},
    {"PUT /v3/workspaces/{wks}/fleets/{flt}", {Least::admin}},
    {"DELETE /v3/workspaces/{wks}/fleets/{flt}", {Least::admin, 409}},
    {"GET /v3/workspaces/{wks}/devices", {Least::viewer, 200, true}},
    {"POST /v3/workspaces/{wks}/devices", {Least::operator_}},
    {"GET /v3/workspaces/{wks}/devices/{dev}", {Least::viewer, 200, true}},
    {"PUT /v3/workspaces/{wks}/devices/{dev}", {Least::operator_}},
    {"DELETE /v3/workspaces/{wks}/devices/{dev}", {Least::admin}},
    {"GET /v3/workspaces/{wks}/devices/{dev}/twin", {Least::viewer, 200, true}},
    {"GET /v3/devices/{dev}/status", {Least::viewer, 200, true}},

    {"GET /v3/workspaces/{wks}/devices/{dev}/identities", {Least::viewer, 200, true}},
    {"POST /v3/workspaces/{wks}/devices/{dev}/identities", {Least::operator_, 400}},
    {"POST /v3/workspaces/{wks}/devices/{dev}/claims", {Least::operator_, 404}},
    {"POST /v3/workspaces/{wks}/devices/{dev}/claims/finish", {Least::viewer, 400, true}},  // judged by its statement
    {"DELETE /v3/workspaces/{wks}/devices/{dev}/claim", {Least::admin}},
    {"POST /v3/workspaces/{wks}/devices/{dev}/revoke", {Least::admin}},
    {"POST /v3/workspaces/{wks}/devices/{dev}/enroll", {Least::manager, 409}},

    {"GET /v3/workspaces/{wks}/data", {Least::viewer, 200, true}},
    {"GET /v3/workspaces/{wks}/data.csv", {Least::viewer, 200, true}},
    {"GET /v3/workspaces/{wks}/data.jsonl", {Least::viewer, 200, true}},
    {"GET /v3/workspaces/{wks}/data/aggregate", {Least::viewer, 400, true}},
    {"PUT /v3/workspaces/{wks}/retention", {Least::admin, 200, false, true}},
    {"GET /readyz", {Least::anybody}},
    {"GET /metrics", {Least::manager, 200, false, true}},
    {"GET /v3/workspaces/{wks}/events", {Least::viewer, 200, true}},
    {"GET /v3/workspaces/{wks}/integrations", {Least::viewer, 200, true}},
    {"POST /v3/workspaces/{wks}/integrations", {Least::admin}},
    {"GET /v3/workspaces/{wks}/integrations/{int}", {Least::viewer, 404, true}},
    {"PUT /v3/workspaces/{wks}/integrations/{int}", {Least::admin, 404}},
    {"DELETE /v3/workspaces/{wks}/integrations/{int}", {Least::admin, 404}},
    {"POST /v3/workspaces/{wks}/integrations/{int}/test", {Least::admin, 404}},
    {"GET /v3/workspaces/{wks}/integrations/{int}/dead-letters", {Least::viewer, 404, true}},
    {"POST /v3/workspaces/{wks}/integrations/{int}/dead-letters/replay", {Least::admin, 404}},
    {"POST /v3/workspaces/{wks}/integrations/{int}/dead-letters/{num}/replay", {Least::admin, 404}},
    {"DELETE /v3/workspaces/{wks}/integrations/{int}/dead-letters", {Least::admin, 404}},
    {"DELETE /v3/workspaces/{wks}/integrations/{int}/dead-letters/{num}", {Least::admin, 404}},
    {"GET /v3/workspaces/{wks}/exports", {Least::viewer, 200, true}},
    {"POST /v3/workspaces/{wks}/exports", {Least::admin, 400}},
    {"GET /v3/workspaces/{wks}/exports/{pex}", {Least::viewer, 404, true}},
    {"PUT /v3/workspaces/{wks}/exports/{pex}", {Least::admin, 404}},
    {"DELETE /v3/workspaces/{wks}/exports/{pex}", {Least::admin, 404}},
    {"POST /v3/workspaces/{wks}/exports/{pex}/run", {Least::admin, 404}},
    {"GET /v3/workspaces/{wks}/exports/{pex}/files", {Least::viewer, 404, true}},
    {"GET /v3/workspaces/{wks}/exports/{pex}/files/{file}", {Least::viewer, 404, true}},
    {"GET /v3/workspaces/{wks}/firmwares", {Least::viewer, 200, true}},
    {"POST /v3/workspaces/{wks}/firmwares", {Least::operator_}},
    {"GET /v3/workspaces/{wks}/firmwares/{fmw}", {Least::viewer, 200, true}},
    {"PUT /v3/workspaces/{wks}/firmwares/{fmw}", {Least::operator_}},
    {"DELETE /v3/workspaces/{wks}/firmwares/{fmw}", {Least::admin, 409}},  // a device is being updated to it
    {"GET /v3/workspaces/{wks}/firmwares/{fmw}/versions", {Least::viewer, 200, true}},
    {"GET /v3/workspaces/{wks}/firmwares/{fmw}/versions/{ver}", {Least::viewer, 200, true}},
    {"POST /v3/workspaces/{wks}/firmwares/{fmw}/versions/{ver}", {Least::operator_, 400}},  // no image
    {"DELETE /v3/workspaces/{wks}/firmwares/{fmw}/versions/{ver}", {Least::admin, 409}},
    {"GET /v3/devices/{dev}/fota", {Least::viewer, 200, true}},
    {"GET /v3/devices/{dev}/fota/history", {Least::viewer, 200, true}},
    {"POST /v3/devices/{dev}/fota/{fmw}/versions/{ver}", {Least::operator_}},
    {"DELETE /v3/devices/{dev}/fota", {Least::operator_}},
    {"POST /v3/workspaces/{wks}/fota/{fmw}/versions/{ver}", {Least::operator_}},
    {"POST /v3/workspaces/{wks}/rollouts", {Least::operator_, 404}},
    {"GET /v3/workspaces/{wks}/rollouts", {Least::viewer, 200, true}},
    {"GET /v3/workspaces/{wks}/rollouts/{rol}", {Least::viewer, 200, true}},
    {"GET /v3/workspaces/{wks}/rollouts/{rol}/updates", {Least::viewer, 200, true}},
    {"POST /v3/workspaces/{wks}/rollouts/{rol}/pause", {Least::operator_}},
    {"POST /v3/workspaces/{wks}/rollouts/{rol}/resume", {Least::operator_, 409}},
    {"POST /v3/workspaces/{wks}/rollouts/{rol}/abort", {Least::operator_}},
    {"GET /v3/devices/{dev}/conditions", {Least::viewer, 200, true}},
    {"GET /v3/workspaces/{wks}/conditions", {Least::viewer, 200, true}},
    {"GET /v3/devices/{dev}/twin", {Least::viewer, 200, true}},
    {"PUT /v3/devices/{dev}/twin", {Least::operator_}},
    {"PATCH /v3/devices/{dev}/twin", {Least::operator_}},
    {"GET /v3/devices/{dev}/variables", {Least::viewer, 200, true}},
    {"GET /v3/devices/{dev}/variables/{name}", {Least::viewer, 404, true}},
    {"PUT /v3/devices/{dev}/variables/{name}", {Least::operator_}},
    {"DELETE /v3/devices/{dev}/variables/{name}", {Least::operator_}},
    {"GET /v3/devices/{dev}/jobs", {Least::viewer, 200, true}},
    {"GET /v3/devices/{dev}/jobs/{job}", {Least::viewer, 200, true}},
    {"POST /v3/devices/{dev}/jobs/{job}", {Least::operator_}},
    {"DELETE /v3/devices/{dev}/jobs/{job}", {Least::operator_}},
    {"POST /v3/workspaces/{wks}/jobs/{job}", {Least::operator_}},
    {"POST /v3/workspace/{wks}/jobs/{job}", {Least::operator_}},

    {"POST /v3/registry/manifests", {Least::manager, 400, false, true}},
    {"GET /v3/registry", {Least::manager, 200, false, true}},
    {"GET /v3/registry/{dcn}", {Least::viewer, 200, true}},
    {"POST /v3/registry/{dcn}/quarantine", {Least::operator_}},
    {"POST /v3/registry/{dcn}/release", {Least::admin}},
    {"GET /v3/security/top", {Least::manager, 200, false, true}},
    {"POST /v3/security/bans", {Least::manager, 200, false, true}},
    {"DELETE /v3/security/bans", {Least::manager, 200, false, true}},
    {"GET /v3/timeseries/{wks}/data", {Least::viewer, 200, true}},
    {"GET /v3/audit", {Least::manager, 200, false, true}},
    {"GET /v3/server", {Least::account, 200, true}},
};

struct Asker {
  std::string name;
  std::string token;
  std::optional<fleet::Role> role;  // in the workspace that is asked about
  bool is_manager = false;
  bool is_key = false;
  bool read_only = false;
};

class WhoMay : public ::testing::Test {
 protected:
  fleet::Credential make_account(const std::string& email) { return {{ids.next<AccountIdKind>(), email, now()}, "x"}; }
  Timestamp now() { return scene.clock.now(); }
  Status change(const std::function<Status(fleet::Changes&)>& act) { return scene.store.change(act); }

  // A session or key put straight into the store: no sign-in is throttled.
  std::string token_of(const AccountId& account, const std::optional<WorkspaceId>& only, bool read_only) {
    const std::string text = "sgx_" + std::to_string(++made);
    fleet::Token token{};
    token.hash = crypto::sha256(bytes_of(text));
    token.id = ids.next<TokenIdKind>();
    token.kind = only ? fleet::TokenKind::api_key : fleet::TokenKind::session;
    token.account = account, token.only = only, token.read_only = read_only, token.created_at = now();
    EXPECT_TRUE(change([&](fleet::Changes& to) { return to.add_token(token); }));
    last_token = token.id.str();
    return text;
  }
  AccountId member(const std::string& email, std::optional<fleet::Role> role) {
    const fleet::Credential one = make_account(email);
    EXPECT_TRUE(change([&](fleet::Changes& to) -> Status {
      TRY(to.add_account(one));
      return role ? to.put_member(workspace, one.account.id, *role, now()) : Status{};
    }));
    return one.account.id;
  }
  std::vector<Asker> askers() {
    const AccountId boss = scene.store.operator_account().value()->id, eve = member("eve@example.org", {});
    const fleet::Workspace foreign{ids.next<WorkspaceIdKind>(), "eve's", "", eve, now()};
    EXPECT_TRUE(change([&](fleet::Changes& to) { return to.add_workspace(foreign); }));
    std::vector<Asker> out;
    for (const fleet::Role role :
         {fleet::Role::viewer, fleet::Role::operator_, fleet::Role::admin, fleet::Role::owner}) {
      const std::string name{name_of(role)};
      out.push_back({name, token_of(member(name + "@example.org", role), {}, false), role});
    }
    out.push_back({"the manager's", token_of(boss, {}, false), fleet::Role::owner, true});
    out.push_back({"a key", token_of(boss, workspace, false), fleet::Role::owner, false, true});
    out.push_back({"a key that reads", token_of(boss, workspace, true), fleet::Role::owner, false, true, true});
    out.push_back({"the owner of another workspace", token_of(eve, {}, false), {}});
    out.push_back({"a key of another workspace", token_of(eve, foreign.id, false), {}, false, true});
    return out;
  }

  static int expected(const Rights& rights, const Asker& asker) {
    if (rights.least == Least::anybody) return rights.status;
    if (asker.is_key && rights.person) return 403;
    if (rights.least == Least::account) return rights.status;
    if (!asker.role && !(rights.least == Least::manager && rights.person)) return 404;
    if (rights.least == Least::manager) return asker.is_manager ? rights.status : 403;
    const auto least = static_cast<fleet::Role>(static_cast<int>(rights.least) - static_cast<int>(Least::viewer));
    if (*asker.role < least || (asker.read_only && !rights.reads)) return 403;
    return rights.status;
  }

  // What the path names.
  std::map<std::string, std::string> things() {
    const std::string n = std::to_string(++made);
    std::map<std::string, std::string> out{
        {"wks", workspace.str()},    {"job", "blink"}, {"name", "speed"}, {"int", "gate000000000000"},   {"num", "1"},
        {"pex", "pex-000000000000"}, {"file", "x"},    {"ver", "1"},      {"dcn", Factory_for_test::dcn}};
    const fleet::FleetGroup group{ids.next<FleetIdKind>(), workspace, {}, "fleet " + n, "", now()};
    fleet::Device device;
    device.id = ids.next<DeviceIdKind>(), device.workspace = workspace, device.fleet = group.id;
    fleet::Job job{.id = ids.next<JobIdKind>(), .device = device.id, .name = "blink"};
    job.scheduled_at = job.due_at = now();
    const fleet::Firmware firmware{ids.next<fleet::FirmwareIdKind>(), workspace, "firmware " + n, "", now()};
    const fleet::FirmwareVersion version{firmware.id, "1", now(), {{.kind = "os"}}};
    fleet::Update update{.id = ids.next<fleet::UpdateIdKind>(), .device = device.id, .firmware = firmware.id};
    update.version = "1";
    const fleet::Rollout rollout{.id = ids.next<fleet::RolloutIdKind>(), .workspace = workspace, .version = "1"};
    const AccountId boss = scene.store.operator_account().value()->id;
    fleet::Invitation invitation{};
    invitation.id = ids.next<InvitationIdKind>(), invitation.hash = crypto::sha256(bytes_of(n));
    invitation.workspace = workspace, invitation.email = "someone@example.org", invitation.by.id = boss;
    invitation.expires_at = now() + Seconds{3600};
    EXPECT_TRUE(change([&](fleet::Changes& to) -> Status {
      TRY(to.add_fleet(group));
      TRY(to.add_device(device));
      TRY(to.put_job(job));
      TRY(to.put_firmware(firmware));
      TRY(to.put_version(version));
      TRY(to.put_update(update));
      TRY(to.put_rollout(rollout));
      TRY(to.put_invitation(invitation));
      return to.set_identity(fingerprint, fleet::IdentityState::claimed, device.id);
    }));
    token_of(boss, workspace, false);
    last_device = device.id;
    out["flt"] = group.id.str(), out["dev"] = device.id.str(), out["inv"] = invitation.id.str();
    out["fmw"] = firmware.id.str(), out["rol"] = rollout.id.str();
    out["acc"] = member(n + "@example.org", fleet::Role::viewer).str(), out["tok"] = last_token;
    return out;
  }

  net::HttpResponse ask(const Route& route, const Asker& asker) {
    std::string path{route.path};
    for (const auto& [name, value] : things()) {
      if (const auto at = path.find("{" + name + "}"); at != path.npos) path.replace(at, name.size() + 2, value);
    }
    json::object body;
    for (const Value& value : route.body) {
      if (value.type.ends_with('?')) continue;
      if (value.type == "string[]") {
        body[value.name] = json::array{"x"};
        continue;
      }
      if (value.type == "integer") {
        body[value.name] = 1;
        continue;
      }
      if (value.type == "object") {
        body[value.name] = json::object{{"speed", 1}};
        continue;
      }
      body[value.name] = value.name == "role" ? "viewer" : value.name == "email" ? "x@example.org" : "x";
    }
    std::multimap<std::string, std::string> query;
    if (route.path == "/v3/security/bans") {
      body["address"] = "203.0.113.0/24";
      EXPECT_TRUE(
          scene.guard.ban(guard::Prefix::parse("203.0.113.0/24").value(), Seconds{60}, "", scene.clock.monotonic()));
      if (route.method == "DELETE") query = {{"address", "203.0.113.0/24"}};
    }
    if (route.path.ends_with("/release")) {
      EXPECT_TRUE(change([&](fleet::Changes& to) {
        return to.set_identity(fingerprint, fleet::IdentityState::quarantined, last_device);
      }));
    }
    scene.token = asker.token;
    if (route.path.ends_with("/enroll")) {
      const auto request = identity::make_request(public_key_of(csr_key), "bench-1", signing_for_test(csr_key)).value();
      body["csr"] = identity::pem("CERTIFICATE REQUEST", request);
    }
    // Nobody is slowed down for what others did wrong.
    scene.clock.advance(route.path == "/v3/login" ? fleet::Throttle::delay_max : Seconds{4});
    return scene.send(std::string{route.method}, path, json::serialize(body), std::move(query));
  }

  fleet::MemoryImages_for_test images;
  Scene_for_test scene;
  WorkspaceId workspace = WorkspaceId::parse(scene.workspace).value();
  crypto::PrivateKey csr_key = crypto::generate_private_key(scene.random);
  IdSource ids{scene.clock, 99};
  crypto::Digest fingerprint = identity::fingerprint(scene.factory.device);
  std::string last_token;
  DeviceId last_device;
  unsigned made = 0;
};

TEST_F(WhoMay, IsWhatTheTableSays) {
  scene.post("/v3/registry/manifests", scene.factory.import_body());
  fleet::Firmwares{scene.fleet}.keep_in(&images);
  const auto without_askers = scene.store.contents();
  for (const Route& route : routes()) {
    scene.store.go_back_to(without_askers);
    const std::vector<Asker> all = askers();
    const auto before = scene.store.contents();
    const std::string name = std::string{route.method} + " " + std::string{route.path};
    const auto row = table.find(name);
    if (row == table.end()) {
      ADD_FAILURE() << name << " is not in the table: say who may do it";
      continue;
    }
    const bool is_open = route.access == Access::open || route.access == Access::limited;
    EXPECT_EQ(row->second.least == Least::anybody, is_open) << name;
    for (Asker asker : all) {
      scene.store.go_back_to(before);  // nobody finds what the one before has left
      if (name == "POST /v3/logout") asker.token = token_of(scene.store.operator_account().value()->id, {}, false);
      const auto response = ask(route, asker);
      EXPECT_EQ(response.status, expected(row->second, asker)) << name << " by " << asker.name << ": " << response.body;
    }
    if (is_open) continue;
    EXPECT_EQ(ask(route, {"nobody", "", {}}).status, 401) << name;
  }
}

}  // namespace
}  // namespace signet::api
