#include "base/port/silence.h"
#include "cli/cli.h"

#include <unistd.h>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace signet::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string home_folder() {
  if (std::string home = variable("SIGNET_HOME"); !home.empty()) return home;
  if (std::string config = variable("XDG_CONFIG_HOME"); !config.empty()) return config + "/signet";
  return variable("HOME") + "/.config/signet";
}

// Reads one line from the terminal with echo off.
Result<std::string> ask_secret(std::string_view prompt) {
  const auto silence = Silence::on(STDIN_FILENO);
  if (!silence) return Error{Errc::malformed, "there is no terminal to ask for a password: add --password-stdin"};
  std::cerr << prompt << std::flush;
  std::string line;
  const bool got = static_cast<bool>(std::getline(std::cin, line));
  std::cerr << '\n';
  if (!got || line.empty()) return Error{Errc::malformed, "no password was given"};
  return line;
}

}  // namespace

Environment system_environment(Clock& clock, std::string version) {
  Environment out{std::cout,
                  std::cerr,
                  std::cin,
                  home_folder(),
                  variable("SIGNET_API_KEY"),
                  std::move(version),
                  net::http_call,
                  ask_secret,
                  [](Millis delay) { std::this_thread::sleep_for(delay); },
                  clock};
  out.profile = variable("SIGNET_PROFILE");
  return out;
}

}  // namespace signet::cli
