// storm: all are dropped without a word, and all come back at once. Who fails tries again, as devices do: after 200 ms,
// doubled each time, with jitter.
#include "load/crowd.h"

#include <random>

namespace signet::bench {
namespace {

constexpr Millis settle_time{1000};
constexpr double first_pause_ms = 200;
constexpr std::size_t doublings_max = 6;

class Storm {
 public:
  explicit Storm(const Options& options)
      : options_(options), crowd_(options, read_identities(options.identities_file, options.count)) {}

  json::object run() {
    crowd_.bring_up();
    crowd_.rest(settle_time);
    attempts_.assign(crowd_.clients.size(), 0);
    const Span span{options_};
    const Instant dropped = now();
    for (const auto& client : crowd_.clients) client->close();
    crowd_.on_live = [&](Client&) {
      times_.add(now() - dropped);
      ++back_;
    };
    crowd_.on_gone = [&](Client& client) { try_again(client); };
    for (const auto& client : crowd_.clients) client->open();
    crowd_.run([&] { return back_ + lost_ == crowd_.clients.size(); }, [&] { return open_those_due(); });
    json::object out = span.result(back_);
    out["retries"] = retries_;
    out["median_back_us"] = times_.percentile(50);
    out["last_back_us"] = times_.percentile(100);
    out["lost"] = lost_;
    add_failures(out, crowd_);
    return out;
  }

 private:
  void try_again(Client& client) {
    std::size_t& attempts = attempts_[client.number()];
    if (attempts == options_.retries) {
      ++lost_;
      return;
    }
    const double jitter = std::uniform_real_distribution{0.5, 1.5}(random_);
    const double pause = first_pause_ms * static_cast<double>(1u << std::min(attempts, doublings_max)) * jitter;
    ++attempts;
    ++retries_;
    due_.emplace(now() + Millis{static_cast<std::int64_t>(pause)}, &client);
  }

  std::chrono::nanoseconds open_those_due() {
    while (!due_.empty() && due_.begin()->first <= now()) {
      Client* const client = due_.begin()->second;
      due_.erase(due_.begin());
      client->open();
    }
    return Millis{5};
  }

  const Options& options_;
  Crowd crowd_;
  std::mt19937 random_{1};
  std::vector<std::size_t> attempts_;
  std::multimap<Instant, Client*> due_;
  Times times_;
  std::size_t back_ = 0, lost_ = 0, retries_ = 0;
};

}  // namespace

json::object run_storm(const Options& options) { return Storm{options}.run(); }

}  // namespace signet::bench
