// A million readings on the way that the drainer hands them to the store, beside SQLite alone with the same rows in the
// same batches, in turns; then what people ask of them.
#include "base/port/file.h"
#include "figures.h"
#include "fleet/fleet.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/sqlite.h"

#include <sqlite3.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>

namespace {

using namespace signet;
using bench::Bound;

constexpr int devices = 1'000;
constexpr int readings = 1'000'000;
constexpr int batch_readings = 4'000;  // as the drainer's slices
constexpr int batches_a_turn = 25;
constexpr Millis between{4};  // readings: each device speaks every four seconds, all of them for 67 minutes
constexpr int rounds = 11;

template <class T>
T must(Result<T> result) {
  if (result) return std::move(result).value();
  fmt::print(stderr, "bench: {}\n", result.error().what);
  std::exit(70);
}

class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "signet-bench-XXXXXX").string();
    ENSURE(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// The rows of one batch: devices speak in no order, as they do when they share a gate.
std::vector<fleet::Reading> batch_of(int first, const std::vector<DeviceId>& ids, Timestamp begin) {
  std::vector<fleet::Reading> out;
  for (int n = first; n < first + batch_readings; ++n) {
    const auto turn = static_cast<std::uint64_t>(n % devices) * 617 + static_cast<std::uint64_t>(n / devices) * 131;
    const Timestamp at = begin + n * between;
    out.push_back({ids[turn % devices], "env", at, at + Millis{40},
                   fmt::format(R"({{"env":{{"t":{}.{},"rh":{}}},"n":{},"state":"running","site":"north hall 7"}})",
                               n % 40, n % 10, n % 100, n)});
  }
  return out;
}

struct Spent {
  double wall = 0, cpu = 0, longest = 0;
  template <class Doing>
  void time(const Doing& doing) {
    const double wall_before = bench::wall_micros(), cpu_before = bench::cpu_micros();
    doing();
    const double took = bench::wall_micros() - wall_before;
    wall += took, cpu += bench::cpu_micros() - cpu_before;
    longest = std::max(longest, took);
  }
};

// The tables and the settings of the store, and nothing of ours around them.
class Alone {
 public:
  Alone(const std::string& path, const std::vector<DeviceId>& ids) {
    ENSURE(sqlite3_open(path.c_str(), &database_) == SQLITE_OK);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
        "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8000");
    for (const char* step : store::migrations()) run(step);
    run("INSERT INTO accounts (number, id, email, password_hash, created_at) VALUES (1, 'a', 'a', '', 0); BEGIN");
    run("INSERT INTO workspaces (number, id, account, name, description, created_at) VALUES (1, 'w', 1, '', '', 0);"
        "INSERT INTO fleets (number, id, workspace, name, description, created_at) VALUES (1, 'f', 1, '', '', 0)");
    for (std::size_t i = 0; i < ids.size(); ++i) {
      numbers_[ids[i]] = static_cast<std::int64_t>(i + 1);
      run(fmt::format("INSERT INTO devices (number, id, workspace, fleet, name, phys_id, created_at) VALUES ({}, '{}', "
                      "1, 1, '', '', 0)",
                      i + 1, ids[i].str())
              .c_str());
    }
    run("COMMIT");
    const char* const sql =
        "INSERT INTO readings (workspace, device_time, device, tag, received_at, payload) VALUES (1, ?, ?, ?, ?, ?)";
    ENSURE(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &insert_, nullptr) == SQLITE_OK);
  }
  ~Alone() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  void keep(const std::vector<fleet::Reading>& batch, const std::vector<std::int64_t>& of) {
    run("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const fleet::Reading& r = batch[i];
      sqlite3_bind_int64(insert_, 1, epoch_micros(r.device_time));
      sqlite3_bind_int64(insert_, 2, of[i]);
      sqlite3_bind_text(insert_, 3, r.tag.data(), static_cast<int>(r.tag.size()), SQLITE_STATIC);
      sqlite3_bind_int64(insert_, 4, epoch_micros(r.received_at));
      sqlite3_bind_text(insert_, 5, r.payload.data(), static_cast<int>(r.payload.size()), SQLITE_STATIC);
      ENSURE(sqlite3_step(insert_) == SQLITE_DONE);
      sqlite3_reset(insert_);
    }
    run("COMMIT");
  }
  std::vector<std::int64_t> numbers_of(const std::vector<fleet::Reading>& batch) const {
    std::vector<std::int64_t> out;
    for (const fleet::Reading& reading : batch) out.push_back(numbers_.at(reading.device));
    return out;
  }

 private:
  void run(const char* sql) { ENSURE(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK); }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::map<DeviceId, std::int64_t> numbers_;
};

struct Manager {
  explicit Manager(const std::string& path)
      : store(must(store::open_sqlite(path))), fleet(*store, clock, random, {}, {}) {
    const std::string token = must(fleet.open_setup());
    const fleet::SignedIn in = must(fleet.set_up(token, "a@example.org", "correct horse battery", "bench"));
    owner = must(fleet.authenticate(in.token, "bench"));
    workspace = in.workspace.id;
    for (int i = 0; i < devices; ++i) {
      ids.push_back(must(fleet.create_device(owner, workspace, "d" + std::to_string(i), std::nullopt)).id);
    }
  }
  SystemClock clock;
  crypto::SystemRandom random;
  std::unique_ptr<fleet::Store> store;
  fleet::Fleet fleet;
  fleet::Actor owner;
  WorkspaceId workspace;
  std::vector<DeviceId> ids;
};

void ingest(Manager& manager, Alone& alone, Timestamp begin, bench::Figures& figures) {
  Spent ours, theirs;
  for (int first = 0; first < readings; first += batch_readings * batches_a_turn) {
    std::vector<std::vector<fleet::Reading>> batches;
    for (int i = 0; i < batches_a_turn; ++i) {
      batches.push_back(batch_of(first + i * batch_readings, manager.ids, begin));
    }
    std::uint64_t position = static_cast<std::uint64_t>(first);
    for (const auto& batch : batches) {
      ours.time([&] { must(manager.fleet.drain(batch, "0", position += batch.size())); });
    }
    for (const auto& batch : batches) {
      const std::vector<std::int64_t> numbers = alone.numbers_of(batch);
      theirs.time([&] { alone.keep(batch, numbers); });
    }
  }
  const double count = readings;
  figures.add("ingest.readings", count / ours.wall * 1e6, "/s", Bound::at_least, 25'000);
  figures.add("ingest.cpu", ours.cpu / count, "us", Bound::at_most, 15);
  figures.add("ingest.longest_commit", ours.longest / 1000, "ms", Bound::at_most, 1000);
  figures.add("ingest.sqlite_alone", count / theirs.wall * 1e6, "/s", Bound::at_least, 25'000);
  figures.add("ingest.of_sqlite_alone", theirs.wall / ours.wall * 100, "%", Bound::at_least, 60);
}

template <class Asking>
double median_millis(const Asking& asking) {
  std::vector<double> all;
  for (int i = 0; i < rounds; ++i) {
    const double before = bench::wall_micros();
    asking(i);
    all.push_back((bench::wall_micros() - before) / 1000);
  }
  return bench::median(all);
}

void ask(Manager& manager, Timestamp begin, bench::Figures& figures) {
  const Timestamp end = begin + readings * between;
  fleet::DataQuery hour{.workspace = manager.workspace};
  hour.start = end - Seconds{3600};
  hour.end = end;
  hour.size = fleet::data_cursor_page_max;
  figures.add("ingest.last_hour", median_millis([&](int round) {
                hour.devices = {manager.ids[static_cast<std::size_t>(round * 7)]};
                ENSURE(must(manager.fleet.data_page(manager.owner, hour)).rows.size() == 900);
              }),
              "ms", Bound::at_most, 20);
  const fleet::DataQuery newest{.workspace = manager.workspace};
  figures.add("ingest.newest_100", median_millis([&](int) {
                ENSURE(must(manager.fleet.data_page(manager.owner, newest)).rows.size() == 100);
              }),
              "ms", Bound::at_most, 20);
  fleet::AggregateQuery all{.of = {.workspace = manager.workspace}};
  all.of.start = begin;
  all.of.end = end;
  all.field = "env.t";
  all.interval = Seconds{60};
  const auto total = [&] {
    std::uint64_t count = 0;
    for (const auto& point : must(manager.fleet.aggregate(manager.owner, all))) count += point.count;
    ENSURE(count == readings);
  };
  figures.add("ingest.aggregate_all", median_millis([&](int) { total(); }), "ms", Bound::at_most, 2000);
  all.by_device = true;
  all.interval = Seconds{86'400};
  figures.add("ingest.aggregate_by_device", median_millis([&](int) { total(); }), "ms", Bound::at_most, 2000);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Figures figures{argc, argv};
  const Folder folder;
  Manager manager{folder.file("signet.db")};
  const Timestamp begin = Timestamp{Seconds{manager.clock.now().time_since_epoch() / Seconds{86'400} * 86'400}};
  {
    Alone alone{folder.file("alone.db"), manager.ids};
    ingest(manager, alone, begin, figures);
  }
  ask(manager, begin, figures);
  return figures.exit_code();
}
