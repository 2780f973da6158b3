// connect: a device comes, is greeted and leaves; `at_once` of them at any time.
#include "load/crowd.h"

namespace signet::bench {

json::object run_connect(const Options& options) {
  Crowd crowd{options, read_identities(options.identities_file, options.count)};
  std::size_t begun = 0, done = 0;
  Times times;
  std::vector<Client*> greeted;  // a client does not leave within its own call
  crowd.on_live = [&](Client& client) {
    times.add(now() - client.opened_at());
    greeted.push_back(&client);
  };
  const Span span{options};
  crowd.run([&] { return done + crowd.failed() == crowd.clients.size(); },
            [&] {
              for (Client* const client : greeted) client->leave();
              done += std::exchange(greeted, {}).size();
              while (begun < crowd.clients.size() && begun - done - crowd.failed() < options.at_once) {
                crowd.clients[begun++]->open();
              }
              return Millis{20};
            });
  json::object out = span.result(done);
  out["p50_us"] = times.percentile(50);
  out["p99_us"] = times.percentile(99);
  add_failures(out, crowd);
  return out;
}

}  // namespace signet::bench
