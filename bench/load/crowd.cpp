#include "load/crowd.h"

#include <cmath>

namespace signet::bench {
namespace {

constexpr Seconds run_timeout{300};
constexpr Millis idle_turn{20};

Tls::Version version_of(const std::string& text) {
  if (text == "1.3") return Tls::Version::tls1_3;
  if (text == "1.2") return Tls::Version::tls1_2;
  give_up("--tls takes 1.2 or 1.3");
}

}  // namespace

double Times::percentile(double percent) {
  if (times_.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(times_.size())));
  const auto at = times_.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(times_.begin(), at, times_.end());
  return static_cast<double>(*at);
}

Crowd::Crowd(const Options& options, std::vector<Identity> identities)
    : options_(options), identities_(std::move(identities)), tls_(version_of(options.tls)) {
  for (std::size_t i = 0; i < identities_.size(); ++i) {
    clients.push_back(std::make_unique<Client>(site_, identities_[i], i));
  }
}

void Crowd::run(const std::function<bool()>& is_done, const Step& step) {
  const Instant end = now() + run_timeout;
  while (!is_done()) {
    const auto wait = step();
    if (is_done()) return;
    poller_.turn(wait);
    if (now() > end) give_up("the run did not end within 5 minutes");
  }
}

void Crowd::rest(Millis time) {
  const Instant end = now() + time;
  run([&] { return now() >= end; }, [] { return idle_turn; });
}

void Crowd::bring_up() {
  std::size_t begun = 0, up = 0;
  on_live = [&](Client&) { ++up; };
  run([&] { return up + failed() == clients.size(); },
      [&] {
        while (begun < clients.size() && begun - up - failed() < options_.at_once) clients[begun++]->open();
        return idle_turn;
      });
  on_live = [](Client&) {};
  if (failures.empty()) return;
  for (const auto& [why, count] : failures) std::fprintf(stderr, "load: %zu x %s\n", count, why.c_str());
  give_up("not all devices came up");
}

void Crowd::gone(Client& client, const std::string& why) {
  ++failures[why];
  on_gone(client);
}

std::size_t Crowd::failed() const {
  std::size_t sum = 0;
  for (const auto& [why, count] : failures) sum += count;
  return sum;
}

double Span::seconds() const { return std::chrono::duration<double>(now() - start_).count(); }

json::object Span::result(std::size_t operations) const {
  const double wall = seconds(), count = static_cast<double>(std::max<std::size_t>(operations, 1));
  const double server = cost_of(server_).cpu_seconds - before_.cpu_seconds;
  return {{"operations", operations},          {"seconds", wall},
          {"server_us", server * 1e6 / count}, {"per_second", static_cast<double>(operations) / wall},
          {"server_cores", server / wall},     {"client_cores", (own_cpu_seconds() - own_before_) / wall}};
}

void add_failures(json::object& to, const Crowd& crowd) {
  to["failed"] = crowd.failed();
  json::object& why = (to["failures"] = json::object{}).as_object();
  for (const auto& [text, count] : crowd.failures) why[text] = count;
}

}  // namespace signet::bench
