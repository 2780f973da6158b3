#include "api/routes.h"
#include "api/page.h"

namespace signet::api {
namespace {

std::vector<Value> name_and_description() {
  return {{"name", "string", "1 to 128 bytes"}, {"description", "string?", "up to 1024 bytes"}};
}

std::vector<Value> new_name_or_description() {
  return {{"name", "string?", "1 to 128 bytes; it stays when absent"},
          {"description", "string?", "up to 1024 bytes; it stays when absent"}};
}

std::vector<Value> claimed() { return {{"identity", "Identity"}, {"receipt", "string", "compact JWS, ES256"}}; }

void add_public(std::vector<Route>& to) {
  to.push_back(
      {"GET", "/healthz", Access::open, "Whether the manager serves", get_health, {}, {}, {{"status", "string"}}});
  to.push_back(
      {"GET", "/ca.pem", Access::open, "The manager's CA certificate", get_ca, {}, {}, {}, "application/x-pem-file"});
  to.push_back({"GET", "/v3/openapi.json", Access::open, "This description", get_openapi});
}

void add_account(std::vector<Route>& to) {
  to.push_back({"POST",
                "/v3/setup",
                Access::limited,
                "Make the first account with the one-time setup token",
                set_up,
                {},
                {{"token", "string"}, {"email", "string"}, {"password", "string", "12 to 1024 bytes"}, cookie_asked},
                signed_in()});
  to.push_back({"POST",
                "/v3/login",
                Access::limited,
                "Sign in",
                log_in,
                {},
                {{"email", "string"},
                 {"password", "string"},
                 {"code", "string?", "of the second factor, where the account has one"},
                 cookie_asked},
                signed_in()});
  to.push_back({"GET",
                "/v3/session",
                Access::open,
                "Who the browser is signed in as",
                get_session,
                {},
                {},
                {{"account", "Account?", "null: nobody"},
                 {"csrf", "string?", "with a cookie: X-Signet-CSRF of requests that change something"},
                 {"runs_manager", "boolean", "the account that set this manager up"},
                 {"needs_setup", "boolean", "there is no account yet"}}});
  to.push_back({"POST", "/v3/logout", Access::token, "Forget the token that this request carries", log_out});
}

void add_workspaces(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/workspaces",
                Access::token,
                "Your workspaces",
                list_workspaces,
                with_page(),
                {},
                paged({"workspaces", "Workspace[]"})});
  to.push_back({"POST",
                "/v3/workspaces",
                Access::token,
                "Make a workspace and its default fleet",
                create_workspace,
                {},
                name_and_description(),
                {{"workspace", "Workspace"}}});
  to.push_back({"GET",
                "/v3/workspaces/{wks}",
                Access::token,
                "One workspace",
                get_workspace,
                {},
                {},
                {{"workspace", "Workspace"}}});
  to.push_back({"PUT",
                "/v3/workspaces/{wks}",
                Access::token,
                "Rename or describe a workspace",
                update_workspace,
                {},
                new_name_or_description(),
                {{"workspace", "Workspace"}}});
  to.push_back({"DELETE", "/v3/workspaces/{wks}", Access::token,
                "Remove a workspace without devices and integrations; its keys and invitations end", remove_workspace});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/fleets",
                Access::token,
                "Its fleets",
                list_fleets,
                with_page(),
                {},
                paged({"fleets", "Fleet[]"})});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/fleets",
                Access::token,
                "Make a fleet",
                create_fleet,
                {},
                name_and_description(),
                {{"fleet", "Fleet"}}});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/fleets/{flt}",
                Access::token,
                "One fleet",
                get_fleet,
                {},
                {},
                {{"fleet", "Fleet"}}});
  to.push_back({"PUT",
                "/v3/workspaces/{wks}/fleets/{flt}",
                Access::token,
                "Rename or describe a fleet",
                update_fleet,
                {},
                new_name_or_description(),
                {{"fleet", "Fleet"}}});
  to.push_back({"DELETE", "/v3/workspaces/{wks}/fleets/{flt}", Access::token,
                "Remove a fleet without devices; the last one of a workspace stays", remove_fleet});
}

void add_devices(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/workspaces/{wks}/devices",
                Access::token,
                "Its devices",
                list_devices,
                with_page({{"fleet", "string?", "only those of this fleet"},
                           {"name", "string?", "only those that are called so"}}),
                {},
                paged({"devices", "Device[]"})});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/devices",
                Access::token,
                "Make a device",
                create_device,
                {},
                {{"name", "string", "1 to 128 bytes"},
                 {"fleet_id", "string?", "the default fleet when absent"},
                 {"description", "string?", "up to 1024 bytes"}},
                {{"device", "Device"}}});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/devices/{dev}",
                Access::token,
                "One device",
                get_device,
                {},
                {},
                {{"device", "Device"}}});
  to.push_back({"PUT",
                "/v3/workspaces/{wks}/devices/{dev}",
                Access::token,
                "Rename or describe a device, or move it to a fleet",
                update_device,
                {},
                {{"name", "string?"}, {"fleet_id", "string?"}, {"description", "string?"}},
                {{"device", "Device"}}});
  to.push_back({"DELETE", "/v3/workspaces/{wks}/devices/{dev}", Access::token,
                "Remove a device with its readings; its session ends, and its unit may be claimed again unless it is "
                "revoked or in quarantine",
                remove_device});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/devices/{dev}/twin",
                Access::token,
                "What the device reported and shall be",
                get_workspace_twin,
                {},
                {},
                {{"twin", "Twin"}}});
  to.push_back({"GET",
                "/v3/devices/{dev}/status",
                Access::token,
                "The same, where no workspace is named",
                get_device_status,
                {},
                {},
                {{"status", "Twin"}}});
}

void add_identities(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/workspaces/{wks}/devices/{dev}/identities",
                Access::token,
                "The identities a device has and had",
                list_identities,
                with_page(),
                {},
                paged({"identities", "Identity[]"})});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/devices/{dev}/identities",
                Access::token,
                "Claim with a legacy bundle, where the manager's policy allows it",
                claim_legacy,
                {},
                {{"bundle", "string", "dcn:nonce:signature"}},
                claimed()});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/devices/{dev}/claims",
                Access::token,
                "Begin a claim: a challenge to sign",
                begin_claim,
                {},
                {{"dcn", "string", "of the unit, as its element says"}},
                {{"statement", "string", "base64url, see docs/formats/claim.md"}, {"expires_at", "time"}}});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/devices/{dev}/claims/finish",
                Access::token,
                "Finish a claim with the element's signature; the statement is spent whatever the outcome",
                finish_claim,
                {},
                {{"statement", "string"}, {"signature", "string", "R and S, 128 hex digits"}},
                claimed()});
  to.push_back({"DELETE", "/v3/workspaces/{wks}/devices/{dev}/claim", Access::token,
                "Take the unit off the device; it may be claimed again", unclaim});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/devices/{dev}/revoke",
                Access::token,
                "Refuse the device's identity from now on, for ever",
                revoke,
                {},
                {{"reason", "string", "up to 256 bytes, for the audit"}}});
}

void add_registry(std::vector<Route>& to) {
  to.push_back({"POST",
                "/v3/registry/manifests",
                Access::token,
                "Import a manufacturer's manifest, all of it or nothing",
                import_manifest,
                {},
                {{"manifest", "string", "the file's text"},
                 {"log_signer_pem", "string", "certificate of who signed the manifest"},
                 {"root_pem", "string[]", "certificates that may have issued the signers"},
                 {"origin", "string?", "name of the file"}},
                {{"added", "integer"}, {"already_known", "integer"}},
                "application/json",
                manifest_body_bytes_max});
  to.push_back({"GET",
                "/v3/registry",
                Access::token,
                "The units that the manager knows",
                list_registry,
                {{"from", "integer?", "page, from 0; or"},
                 {"cursor", "string?", "\"next\" of the page before, which takes the same time on any page"},
                 {"size", "integer?", "of a page, 1 to 1000; 100"}},
                {},
                paged({"identities", "Identity[]"})});
  to.push_back({"GET",
                "/v3/registry/{dcn}",
                Access::token,
                "One unit and its certificates",
                get_registered,
                {},
                {},
                {{"identity", "Identity"}, {"certificate", "string", "PEM"}, {"signer", "string", "PEM, or empty"}}});
  to.push_back({"POST",
                "/v3/registry/{dcn}/quarantine",
                Access::token,
                "Keep a unit out until it is released; its session ends",
                quarantine,
                {},
                {{"reason", "string", "up to 256 bytes, for the audit"}},
                {{"identity", "Identity"}}});
  to.push_back({"POST",
                "/v3/registry/{dcn}/release",
                Access::token,
                "End a unit's quarantine",
                release,
                {},
                {},
                {{"identity", "Identity"}}});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/devices/{dev}/enroll",
                Access::token,
                "Bind a software key to a device, marked low assurance",
                enroll,
                {},
                {{"csr", "string", "PKCS#10, PEM"}},
                {{"identity", "Identity"}, {"certificate", "string", "PEM"}}});
}

void add_rest(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/audit",
                Access::token,
                "Who did what, in order; the newest when no \"after\" is given",
                get_audit,
                {{"after", "integer?", "number of the last entry that is known already"},
                 {"size", "integer?", "at most 1000; 100"}},
                {},
                {{"audit", "AuditEntry[]"}}});
  to.push_back(
      {"GET", "/v3/server", Access::token, "What this manager is", get_server, {}, {}, {{"server", "Server"}}});
}

void add_security(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/security/top",
                Access::token,
                "Which addresses knock at the devices' port without being let in, and the bans that stand",
                get_security,
                {{"size", "integer?", "addresses at most, up to 1000; 20"}},
                {},
                {{"admitted", "integer", "connections of devices since the start"},
                 {"refusals", "Refusal[]", "of all addresses since the start"},
                 {"knockers", "Knocker[]"},
                 {"bans", "Ban[]"}}});
  to.push_back({"POST",
                "/v3/security/bans",
                Access::token,
                "Refuse connections of devices from an address or a net",
                ban,
                {},
                {{"address", "string", "203.0.113.7, 203.0.113.0/24 or the same of IPv6"},
                 {"seconds", "integer?", "how long; 3600"},
                 {"reason", "string?", "up to 256 bytes, for the audit"}}});
  to.push_back({"DELETE",
                "/v3/security/bans",
                Access::token,
                "Lift a ban",
                unban,
                {{"address", "string", "as the ban names it"}}});
}

std::vector<Route> make_routes() {
  std::vector<Route> out;
  add_public(out);
  add_account(out);
  add_people(out);
  add_workspaces(out);
  add_devices(out);
  add_identities(out);
  add_work(out);
  add_integrations(out);
  add_dead_letters(out);
  add_exports(out);
  add_firmware(out);
  add_fota(out);
  add_events(out);
  add_metrics(out);
  add_data(out);
  add_registry(out);
  add_security(out);
  add_rest(out);
  add_docs(out);
  return out;
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> all = make_routes();
  return all;
}

}  // namespace signet::api
