// knock: strangers with certificates that nobody knows, at a steady rate, each from the address of its own. A knock
// that finds no free place (`count` are at the door and unanswered) is skipped and counted.
#include "load/crowd.h"

namespace signet::bench {

json::object run_knock(const Options& options) {
  Crowd crowd{options, make_strangers(options.count)};
  std::size_t knocks = 0, skipped = 0, next = 0;
  crowd.on_live = [](Client&) { give_up("the server let a stranger in"); };
  const Span span{options};
  const auto step = [&] {
    while (static_cast<double>(knocks + skipped) < span.seconds() * options.rate) {
      Client& client = *crowd.clients[next++ % crowd.clients.size()];
      if (client.phase() == Client::Phase::closed) {
        client.open();
        ++knocks;
      } else {
        ++skipped;
      }
    }
    return std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 / options.rate)};
  };
  crowd.run([&] { return span.seconds() >= options.seconds; }, step);
  json::object out = span.result(knocks);
  out["skipped"] = skipped;
  out["refused"] = crowd.failed();
  add_failures(out, crowd);
  return out;
}

}  // namespace signet::bench
