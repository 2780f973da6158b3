// crowd.h -- the devices of one run, and what all runs share.
#pragma once

#include "base/json.h"
#include "load/client.h"
#include "load/cost.h"

#include <functional>
#include <map>

namespace signet::bench {

struct Options {
  std::uint16_t port = 0;
  pid_t server_pid = 0;
  std::string identities_file;
  std::size_t count = 1000;
  std::size_t at_once = 16;
  std::string tls = "1.3";
  double seconds = 5;
  double rate = 0;          // a second, over all; 0: flat out
  std::size_t window = 32;  // QoS 1 messages of a device that wait for PUBACK
  std::size_t bytes = 100;  // payload, or the whole file
  std::string path = "/";
  std::size_t range = 0;  // bytes of a request; 0: the whole file, HTTP/1.0
  std::size_t retries = 20;
};

// Microseconds.
class Times {
 public:
  void add(Micros time) { times_.push_back(time.count()); }
  // The smallest that at least so many per cent do not pass; 0 when there is none.
  double percentile(double percent);

 private:
  std::vector<std::int64_t> times_;
};

class Crowd : public Watcher {
 public:
  Crowd(const Options& options, std::vector<Identity> identities);

  // Turns until `is_done`. `step` is called each turn and says how long to wait at most for news.
  using Step = std::function<std::chrono::nanoseconds()>;
  void run(const std::function<bool()>& is_done, const Step& step);
  void rest(Millis time);
  // Opens all with at most options.at_once in progress; ends the program when one of them fails.
  void bring_up();

  void live(Client& client) override { on_live(client); }
  void acknowledged(Client& client, std::uint16_t id) override { on_acknowledged(client, id); }
  void gone(Client& client, const std::string& why) override;

  std::function<void(Client&)> on_live = [](Client&) {};
  std::function<void(Client&, std::uint16_t)> on_acknowledged = [](Client&, std::uint16_t) {};
  std::function<void(Client&)> on_gone = [](Client&) {};

  std::vector<std::unique_ptr<Client>> clients;
  std::map<std::string, std::size_t> failures;  // why, how often
  std::size_t failed() const;

 private:
  const Options& options_;
  std::vector<Identity> identities_;
  Poller poller_;
  Tls tls_;
  Site site_{poller_, tls_, options_.port, *this};
};

// What the server and we spent from now until result().
class Span {
 public:
  explicit Span(const Options& options) : server_(options.server_pid), before_(cost_of(server_)) {}
  // "server_us" an operation, "per_second", "server_cores", "client_cores".
  json::object result(std::size_t operations) const;
  double seconds() const;

 private:
  pid_t server_;
  Cost before_;
  double own_before_ = own_cpu_seconds();
  Instant start_ = now();
};

void add_failures(json::object& to, const Crowd& crowd);

json::object run_connect(const Options& options);
json::object run_hold(const Options& options);
json::object run_publish(const Options& options);
json::object run_storm(const Options& options);
json::object run_knock(const Options& options);
json::object run_fetch(const Options& options);

}  // namespace signet::bench
