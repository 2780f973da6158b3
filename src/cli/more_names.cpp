#include "cli/more_names.h"

#include "base/ids.h"

#include <algorithm>
#include <array>

namespace signet::cli {
namespace {

struct Alias {
  const char* noun;
  const char* verb;
  const char* also;
};
constexpr std::array aliases{
    Alias{"registry", "show", "get"}, Alias{"integration", "show", "get"}, Alias{"job", "check", "get"},
    Alias{"key", "revoke", "rm"},     Alias{"variable", "unset", "rm"},    Alias{"job", "cancel", "rm"},
    Alias{"data", "tail", "watch"},   Alias{"audit", "tail", "watch"},     Alias{"job", "schedule", "create"},
    Alias{"firmware", "show", "get"}, Alias{"fota", "check", "get"},       Alias{"fota", "cancel", "rm"},
};

Status show_one(Session& session, const json::object& answer, const char* noun) {
  const json::object one = TRY(object_member(answer, noun));
  return show_members(session, answer, one);
}

Status run_workspace_get(Session& session) {
  const json::object listed = TRY(ask(session, "GET", "/v3/workspaces"));
  const std::vector<json::object> all = TRY(objects(listed, "workspaces"));
  const std::string id = TRY(pick(all, session.args.name, "workspace"));
  return show_one(session, TRY(ask(session, "GET", "/v3/workspaces/" + id)), "workspace");
}

Status run_fleet_get(Session& session) {
  const std::string fleet = TRY(fleet_id(session, session.args.fleet));
  const std::string path = TRY(workspace_path(session)) + "/fleets/" + fleet;
  return show_one(session, TRY(ask(session, "GET", path)), "fleet");
}

Status run_device_identity_create(Session& session) {
  const std::string path = TRY(device_path(session)) + "/identities";
  const json::object answer = TRY(ask(session, "POST", path, json::object{{"bundle", session.args.value}}));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const json::object identity = TRY(object_member(answer, "identity"));
  print_table(
      session.env.out, {"DeviceID", "Dcn", "Revoked", "Expiry date"},
      {{cell(identity, "device_id"), cell(identity, "dcn"), cell(identity, "revoked"), cell(identity, "expires_at")}});
  return {};
}

struct Watched {
  const char* noun;
  const char* meaning;
  std::array<const char*, 2> streams;  // null: no more
};
constexpr std::array watched{
    Watched{"device", "Devices that come and go, while they do", {"status", nullptr}},
    Watched{"job", "Jobs, while they are scheduled and end", {"job", nullptr}},
    Watched{"condition", "Conditions, while they begin and end", {"condition", nullptr}},
};

void add_watch_to(const Noun& noun, const Watched& what) {
  Arguments& args = noun.args;
  CLI::App* watch = noun.verb("watch", what.meaning, run_watch);
  watch->add_option("device", args.devices, "only this, id or name; all when absent")->type_name("DEVICE")->expected(1);
  watch->add_option("--count", args.count, "end after this many")->type_name("N");
  watch->add_option("--timeout", args.timeout, "end by then")->type_name("SECONDS");
  watch->callback([&args, &chosen = noun.chosen, streams = what.streams] {
    for (const char* stream : streams) {
      if (stream) args.streams.emplace_back(stream);
    }
    chosen = run_watch;
  });
}

}  // namespace

void add_more_names(const Noun& root) {
  Arguments& args = root.args;
  for (const Alias& alias : aliases) {
    root.app->get_subcommand(alias.noun)->get_subcommand(alias.verb)->alias(alias.also);
  }
  for (const Watched& what : watched) add_watch_to(root.there(what.noun), what);
  CLI::App* get = root.there("workspace").verb("get", "One", run_workspace_get);
  get->add_option("workspace", args.name, "id or name")->type_name("WKS")->required();
  CLI::App* get_fleet = root.there("fleet").verb("get", "One", run_fleet_get);
  get_fleet->add_option("fleet", args.fleet, "id or name")->type_name("FLEET")->required();
  const Noun identity = root.there("device").noun("identity", "The identity of a device");
  CLI::App* create =
      identity.verb("create", "Claim with a bundle, where the manager takes those", run_device_identity_create);
  create->add_option("device", args.device, "id or name")->type_name("DEVICE")->required();
  create->add_option("bundle", args.value, "dcn:nonce:signature, as the board says it")
      ->type_name("BUNDLE")
      ->required();
}

std::vector<std::string> from_zerynth(std::vector<std::string> arguments) {
  const bool is_theirs = arguments.size() > 2 && (arguments[0] == "device" || arguments[0] == "fleet");
  if (!is_theirs) return arguments;
  std::size_t at = arguments[1] == "identity" ? 3 : 2;
  if (at >= arguments.size() || !is_id(arguments[at], "wks-")) return arguments;
  arguments[at] = "--workspace=" + arguments[at];
  const bool has_fleet = arguments[0] == "device" && arguments[1] == "create" && at + 1 < arguments.size();
  if (has_fleet && is_id(arguments[at + 1], "flt-")) arguments[at + 1] = "--fleet=" + arguments[at + 1];
  return arguments;
}

}  // namespace signet::cli
