#include "gateway/gateway.h"

#include "fleet/fota.h"

#include "base/log.h"
#include "base/port/process.h"
#include "crypto/random.h"
#include "gateway/ban_file.h"
#include "gateway/lane.h"

namespace signet::gateway {
namespace {

constexpr Millis drain_every{500};
constexpr Seconds save_bans_every{5};  // a flood of bans is no flood of writes
constexpr Seconds publish_wills_every{1};
constexpr Seconds tend_jobs_every{1};
constexpr Seconds tend_retention_every{1};
constexpr Millis remove_more_after{25};

Config completed(Config config) {
  const unsigned cores = usable_cores();
  if (config.loops == 0) config.loops = static_cast<std::uint16_t>(std::min<std::size_t>(cores, loops_max));
  return config;
}

std::uint64_t random_key() {
  crypto::SystemRandom random;
  std::uint64_t key = 0;
  for (const std::uint8_t byte : random.block<sizeof key>()) key = key << 8 | byte;
  return key;
}

}  // namespace

struct Gateway::State {
  State(const Config& c, guard::Policy policy, fleet::Fleet& f, net::Loop& l)
      : config(c),
        guard(std::move(policy), random_key()),
        fleet(f),
        fleet_loop(l),
        registrar(fleet, config.sessions_max) {}
  ~State() {
    fleet_loop.cancel(timer);
    fleet_loop.cancel(bans_timer);
    fleet_loop.cancel(wills_timer);
    fleet_loop.cancel(jobs_timer);
    fleet_loop.cancel(retention_timer);
    fleet.before_questions(nullptr);
  }
  // Rows are cheaper the more of them share a page and a commit, so they are gathered for a moment: who asks for them
  // before has them moved first.
  void drain_later(Micros delay) {
    timer = fleet_loop.after(delay, [this] {
      const bool more = ingest->drainer().slice();
      settle();
      drain_later(more ? Micros{0} : drain_every);
    });
  }

  // Who came and went is written at once, and synced once for all of a moment. A line when trouble begins.
  void settle() {
    const Status durable = fleet.settle();
    if (!durable && !std::exchange(unsettled, true)) {
      log_error("store.not_synced", {{"why", durable.error().what}, {"next", "tried again twice a second"}});
    }
    if (durable) unsettled = false;
  }
  void publish_wills_later(Micros delay) {
    wills_timer =
        fleet_loop.after(delay, [this] { publish_wills_later(registrar.sweep() ? Micros{0} : publish_wills_every); });
  }

  void save_bans_later() {
    bans_timer = fleet_loop.after(save_bans_every, [this] {
      bans->save_changes();
      save_bans_later();
    });
  }

  void tend_jobs_later(Micros delay) {
    jobs_timer = fleet_loop.after(delay, [this] {
      const Result<bool> tended = fleet.tend_jobs();
      const bool failed_before = std::exchange(jobs_fail, !tended);
      if (!tended && !failed_before) {
        log_error("gateway.jobs_wait", {{"why", tended.error().what}, {"next", "tried every second"}});
      }
      tend_jobs_later(tended && tended.value() ? Micros{0} : tend_jobs_every);
    });
  }

  // A little at a time: between two, everybody else has the store for longer than they took.
  void tend_retention_later(Micros delay) {
    retention_timer = fleet_loop.after(delay, [this] {
      const Result<bool> tended = fleet.tend_retention();
      const bool failed_before = std::exchange(retention_fails, !tended);
      if (!tended && !failed_before) {
        log_error("gateway.retention_waits", {{"why", tended.error().what}, {"next", "tried every second"}});
      }
      tend_retention_later(tended && tended.value() ? Micros{remove_more_after} : Micros{tend_retention_every});
    });
  }

  Config config;
  guard::Guard guard;
  std::optional<BanFile> bans;
  fleet::Fleet& fleet;
  net::Loop& fleet_loop;
  std::unique_ptr<Ingest> ingest;
  Registrar registrar;
  std::unique_ptr<Counter> counter;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::uint16_t port = 0;
  net::Loop::TimerId timer = 0, bans_timer = 0, wills_timer = 0, jobs_timer = 0, retention_timer = 0;
  bool unsettled = false, jobs_fail = false, retention_fails = false;
};

Gateway::Gateway(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gateway::~Gateway() { shut_down(); }

Result<std::unique_ptr<Gateway>> Gateway::create(const Config& config, fleet::Fleet& fleet, net::Loop& fleet_loop,
                                                 const net::ServerIdentity& identity, const std::string& folder) {
  TRY(check(config));
  const Config whole = completed(config);
  guard::Policy policy = TRY(guard_policy(whole, net::ListenConfig{}.slow_handshakes_max));
  auto state = std::make_unique<State>(whole, std::move(policy), fleet, fleet_loop);
  state->port = config.listen_port;
  state->bans.emplace(TRY(BanFile::open(folder + "/bans", state->guard, fleet_loop.clock())));
  state->save_bans_later();
  state->ingest = TRY(Ingest::open(folder + "/ingest", state->config.loops, fleet, fleet_loop.clock(),
                                   state->config.skip_damaged_readings));
  fleet.before_questions([drainer = &state->ingest->drainer()] { return drainer->catch_up(); });
  state->drain_later(Micros{0});
  state->publish_wills_later(publish_wills_every);
  state->tend_jobs_later(tend_jobs_every);
  state->tend_retention_later(tend_retention_every);
  state->registrar.serve_images([&fleet](const fleet::Admission& who, const ImageName& name) -> Result<ImageFile> {
    const fleet::ImageAt image = TRY(fleet::Fota{fleet}.image(who, name.firmware, name.version, name.index));
    return ImageFile{image.path, image.size, hex(image.sha256)};
  });
  state->counter = TRY(Counter::create(fleet_loop, state->registrar));
  const LaneShared shared{state->config,      fleet,    *state->counter, state->guard,
                          fleet_loop.clock(), identity, *state->ingest};
  for (std::uint16_t i = 0; i < state->config.loops; ++i) {
    state->lanes.push_back(TRY(Lane::create(shared, state->port)));
    state->port = state->lanes.front()->port();
  }
  for (const auto& lane : state->lanes) lane->start();
  return std::unique_ptr<Gateway>{new Gateway{std::move(state)}};
}

std::uint16_t Gateway::port() const { return state_->port; }
guard::Guard& Gateway::guard() { return state_->guard; }
Status Gateway::save_bans() { return state_->bans->save(); }
std::size_t Gateway::sessions() const { return state_->registrar.devices(); }

IngestFigures Gateway::ingest_figures() const {
  IngestFigures out;
  for (std::size_t i = 0; i < state_->config.loops; ++i) {
    const store::LogWriter& log = state_->ingest->writer(i);
    out.backlog_bytes += log.backlog();
    out.accepted_bytes += log.end();
  }
  return out;
}

void Gateway::shut_down() {
  state_->port = 0;
  for (const auto& lane : state_->lanes) lane->stop();
  state_->bans->save_changes();
  state_->counter->serve_what_waits();         // they said that they left
  (void)state_->ingest->drainer().catch_up();  // what it does not manage is moved by the next life
}

}  // namespace signet::gateway
