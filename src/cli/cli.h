// cli.h -- `signet`, the command line for people: commands over a manager's REST API and a board's console.
//
//   int code = run({"device", "ls", "--json"}, environment);
//
// Everything a command touches is in Environment, so that a test can be the manager, the board and the person.
#pragma once

#include "base/clock.h"
#include "cli/console_client.h"
#include "element/link/open_link.h"
#include "net/http_client.h"

#include <functional>
#include <istream>
#include <ostream>

namespace signet::cli {

struct Environment {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  std::string home;     // folder of config.json
  std::string api_key;  // SIGNET_API_KEY
  std::string version;
  std::function<Result<net::HttpAnswer>(const net::HttpCall&)> http;
  // Asks a person without echo.
  std::function<Result<std::string>(std::string_view prompt)> ask_secret;
  std::function<void(Millis)> wait;
  Clock& clock;
  // A secure element by its link's name, and the bus that such a link uses.
  std::function<Result<std::unique_ptr<element::Link>>(std::string_view)> open_element = element::open_link;
  std::function<Result<element::BusPlace>(std::string_view)> open_element_bus = element::open_bus;
  std::string profile{};  // SIGNET_PROFILE
};

// Exit code: base/exit_code.h; 64 for a wrong command line.
int run(std::vector<std::string> arguments, Environment& environment);

// The real one: libcurl, the terminal, $SIGNET_HOME or ~/.config/signet.
Environment system_environment(Clock& clock, std::string version);

}  // namespace signet::cli
