#include "cli/profile.h"

#include "base/port/file.h"
#include "cli/suggest.h"

#include <algorithm>
#include <filesystem>

namespace signet::cli {
namespace {

constexpr std::string_view default_profile = "default";
constexpr std::string_view config_ending = ".json";

Status check_profile(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  const bool is_good = !name.empty() && name.size() <= profile_name_bytes_max && name.front() != '.' &&
                       std::all_of(name.begin(), name.end(), fits);
  if (is_good) return {};
  return Error{Errc::malformed, "a profile's name is 1 to 64 of A-Z a-z 0-9 - _ . and begins with no dot"};
}

std::string use_file(const Environment& env) { return env.home + "/profile"; }
std::string folder_of(const Environment& env) { return env.home + "/profiles"; }

std::string file_of(const Environment& env, std::string_view name) {
  if (name == default_profile) return env.home + "/config.json";
  return folder_of(env) + "/" + std::string{name} + std::string{config_ending};
}

Result<std::string> in_use(const Environment& env) {
  if (!file_exists(use_file(env))) return std::string{default_profile};
  const Buffer said = TRY(read_file(use_file(env), profile_name_bytes_max + 1));
  std::string name{text_of(said)};
  while (!name.empty() && (name.back() == '\n' || name.back() == '\r')) name.pop_back();
  TRY(check_profile(name));
  return name;
}

Result<std::string> chosen_profile(const Environment& env, const Arguments& args) {
  if (args.profile.empty() && env.profile.empty()) return in_use(env);
  std::string name = args.profile.empty() ? env.profile : args.profile;
  TRY(check_profile(name));
  return name;
}

std::vector<std::string> all_profiles(const Environment& env) {
  std::vector<std::string> out{std::string{default_profile}};
  std::error_code none;
  for (std::filesystem::directory_iterator at{folder_of(env), none}, end; at != end && out.size() < profiles_max;
       at.increment(none)) {
    const std::string name = at->path().stem().string();
    if (at->path().extension() == config_ending && check_profile(name)) out.push_back(name);
  }
  std::sort(out.begin() + 1, out.end());
  return out;
}

Result<std::string> known_profile(Session& session) {
  const std::string& wanted = session.args.name;
  TRY(check_profile(wanted));
  const std::vector<std::string> all = all_profiles(session.env);
  if (std::find(all.begin(), all.end(), wanted) != all.end()) return wanted;
  const auto near = nearest(wanted, all);
  return Error{Errc::not_found, "there is no profile \"" + wanted + "\"" +
                                    (near ? "; did you mean \"" + *near + "\"?" : std::string{}) +
                                    " 'signet login --profile " + wanted + " --server ... --ca ...' makes it"};
}

Status run_profile_ls(Session& session) {
  const std::string current = TRY(chosen_profile(session.env, session.args));
  json::object answer;
  json::array& list = answer["profiles"].emplace_array();
  for (const std::string& name : all_profiles(session.env)) {
    const Result<Config> config = load_config(file_of(session.env, name));
    json::object one{{"name", name}, {"current", name == current}};
    one["server"] = config ? config.value().server : "";
    one["email"] = config ? config.value().email : "";
    one["error"] = config ? "" : config.error().what;
    list.push_back(std::move(one));
  }
  return show_list(session, answer, "profiles", {"Profile", "In use", "Server", "E-mail"},
                   {"name", "current", "server", "email"});
}

Status run_profile_use(Session& session) {
  const std::string name = TRY(known_profile(session));
  TRY(write_file_atomic(use_file(session.env), bytes_of(name + "\n"), 0600));
  if (!session.args.as_json) session.env.out << "In use from now on: " << name << "\n";
  return {};
}

Status run_profile_rm(Session& session) {
  const std::string name = TRY(known_profile(session));
  const std::string path = file_of(session.env, name);
  const Result<Config> config = load_config(path);
  if (config && !config.value().token.empty()) {
    TRY(confirm_first(session, "\"" + name + "\" is signed in, and stays so at the manager ('signet logout --profile " +
                                   name + "' ends it). Remove it all the same?"));
  }
  std::error_code none;
  std::filesystem::remove(path, none);
  if (none) return Error{Errc::unavailable, "remove " + path + ": " + none.message()};
  if (TRY(in_use(session.env)) == name) std::filesystem::remove(use_file(session.env), none);
  if (!session.args.as_json) session.env.out << "Removed: " << name << "\n";
  return {};
}

}  // namespace

Result<std::string> config_path_of(const Environment& env, const Arguments& args) {
  if (!args.config_file.empty() && !args.profile.empty()) {
    return Error{Errc::malformed, "--config names a file and --profile another: say one of them"};
  }
  if (!args.config_file.empty()) return args.config_file;
  return file_of(env, TRY(chosen_profile(env, args)));
}

void add_profiles(const Noun& root) {
  Arguments& args = root.args;
  const Noun noun =
      root.noun("profile", "Several managers, or several people at one",
                "Example:\n  signet login --profile work --server https://signet.example.org:8443 --ca work-ca.pem\n"
                "  signet device ls --profile work\n  signet profile use work\n  signet profile ls");
  noun.verb("ls", "List", run_profile_ls);
  CLI::App* use = noun.verb("use", "Let commands use it that name none", run_profile_use);
  CLI::App* remove = noun.verb("rm", "Forget one, and its sign-in", run_profile_rm);
  for (CLI::App* command : {use, remove}) command->add_option("name", args.name)->type_name("PROFILE")->required();
  remove->add_flag("--yes", args.yes, "do not ask");
}

}  // namespace signet::cli
