// hold: all are connected and silent until standard input ends. What the server's memory grew by is said first; then,
// for each that the server throws out, {"gone": client id, "at_us": CLOCK_MONOTONIC}.
#include "load/crowd.h"

#include <poll.h>
#include <unistd.h>

namespace signet::bench {
namespace {

constexpr Millis settle_time{1000};

bool has_input_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char byte = 0;
  return ::poll(&input, 1, 0) > 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
}

void say(const json::object& line) {
  std::printf("%s\n", json::serialize(line).c_str());
  std::fflush(stdout);
}

}  // namespace

json::object run_hold(const Options& options) {
  Crowd crowd{options, read_identities(options.identities_file, options.count)};
  const std::size_t before = cost_of(options.server_pid).resident_bytes;
  crowd.bring_up();
  crowd.rest(settle_time);
  const std::size_t after = cost_of(options.server_pid).resident_bytes;
  const auto grown = static_cast<double>(after) - static_cast<double>(before);
  say({{"held", crowd.clients.size()}, {"bytes_each", grown / static_cast<double>(crowd.clients.size())}});
  crowd.on_gone = [](Client& client) {
    say({{"gone", client.identity().client_id}, {"at_us", now().time_since_epoch().count()}});
  };
  const Span span{options};
  crowd.run(&has_input_ended, [] { return Millis{1}; });
  json::object out = span.result(1);
  add_failures(out, crowd);
  return out;
}

}  // namespace signet::bench
