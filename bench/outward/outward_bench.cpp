// What the outward feed costs those who publish, and how quickly webhooks empty it: a sink on loopback, which the
// operator's setting allows, on a thread of its own; the store on a disk, in commits as large as the drainer's.
#include "courier/courier.h"
#include "figures.h"
#include "fleet/integration.h"
#include "net/http_server.h"
#include "store/sqlite/sqlite.h"

#include <unistd.h>
#include <atomic>
#include <cstdlib>
#include <filesystem>

namespace {

using namespace signet;
using bench::Bound;

constexpr int devices = 100;
constexpr int batch_readings = 4'000;
constexpr int batches = 25;
constexpr int sinks_of_many = 8;

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

class Sink {
 public:
  Sink() {
    server_ = must(net::HttpServer::create({}, [this](const net::HttpRequest& request, const net::HttpReply& reply) {
      ++posts_;
      bytes_ += request.body.size();
      reply({.body = "{}"});
    }));
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/zdm/data"; }
  std::uint64_t posts() const { return posts_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::atomic<std::uint64_t> posts_ = 0, bytes_ = 0;
  std::unique_ptr<net::HttpServer> server_;
};

struct Manager {
  explicit Manager(const std::string& path, const courier::Reach& reach)
      : store(must(store::open_sqlite(path))), fleet(*store, clock, random, {}, policy_of(reach)) {
    const fleet::SignedIn in =
        must(fleet.set_up(must(fleet.open_setup()), "a@example.org", "correct horse battery", "b"));
    owner = must(fleet.authenticate(in.token, "bench"));
    workspace = in.workspace.id;
    for (int i = 0; i < devices; ++i) {
      ids.push_back(must(fleet.create_device(owner, workspace, "d" + std::to_string(i), std::nullopt)).id);
    }
  }
  static fleet::Policy policy_of(const courier::Reach& reach) {
    fleet::Policy out;
    out.check_url = [reach](const std::string& url) { return reach.check_url(url); };
    return out;
  }
  void integrate(const Sink& sink) {
    must(fleet.integrations().create(owner, workspace, {.name = "sink", .url = sink.url()}));
  }
  // Readings on the way that the drainer hands them to the store; microseconds of the wall and of this thread each.
  struct Spent {
    double wall = 0, cpu = 0;
  };
  Spent ingest() {
    Spent out;
    for (int i = 0; i < batches; ++i) {
      std::vector<fleet::Reading> batch;
      for (int n = 0; n < batch_readings; ++n, ++next) {
        const Timestamp at = begin + next * Millis{1};
        const std::string payload =
            fmt::format(R"({{"env":{{"t":{}.{},"rh":{}}},"n":{},"state":"running"}})", n % 40, n % 10, n % 100, n);
        batch.push_back({ids[static_cast<std::size_t>(next % devices)], "env", at, at + Millis{40}, payload});
      }
      const double wall = bench::wall_micros(), cpu = bench::cpu_micros();
      must(fleet.drain(batch, "0", position += batch.size()));
      out.wall += bench::wall_micros() - wall, out.cpu += bench::cpu_micros() - cpu;
    }
    const double count = batches * batch_readings;
    return {out.wall / count, out.cpu / count};
  }
  SystemClock clock;
  crypto::SystemRandom random;
  std::unique_ptr<fleet::Store> store;
  fleet::Fleet fleet;
  fleet::Actor owner;
  WorkspaceId workspace;
  std::vector<DeviceId> ids;
  Timestamp begin = std::chrono::floor<std::chrono::days>(clock.now());
  int next = 0;
  std::uint64_t position = 0;
};

// Until nothing waits any more; microseconds of the wall and of the fleet's thread.
Manager::Spent deliver(Manager& manager, const courier::Reach& reach) {
  const auto loop = must(net::Loop::create(manager.clock));
  const auto courier = must(courier::Courier::create({reach}, manager.fleet, *loop));
  std::function<void()> look = [&] {
    if (must(manager.fleet.integrations().figures()).waiting == 0) return loop->stop();
    loop->after(Millis{2}, look);
  };
  const double wall = bench::wall_micros(), cpu = bench::cpu_micros();
  look();
  loop->run();
  return {bench::wall_micros() - wall, bench::cpu_micros() - cpu};
}

}  // namespace

int main(int argc, char** argv) {
  bench::Figures figures{argc, argv};
  const Folder folder;
  const courier::Reach reach = must(courier::Reach::parse("127.0.0.0/8"));
  const Sink sink;
  Manager manager{folder.file("signet.db"), reach};
  const double count = batches * batch_readings;

  manager.ingest();  // warm
  const Manager::Spent alone = manager.ingest();
  manager.integrate(sink);
  const Manager::Spent fed = manager.ingest();
  figures.add("outward.ingest_alone", alone.cpu, "us", Bound::at_most, 15);
  figures.add("outward.ingest_fed", fed.cpu, "us", Bound::at_most, 20);
  figures.add("outward.feed", (fed.cpu - alone.cpu) / alone.cpu * 100, "%", Bound::at_most, 80);
  const Manager::Spent one = deliver(manager, reach);
  figures.add("outward.one_sink", count / one.wall * 1e6, "/s", Bound::at_least, 20'000);
  figures.add("outward.one_sink_cpu", one.cpu / count, "us", Bound::at_most, 20);
  figures.add("outward.bytes_a_line", static_cast<double>(sink.bytes()) / count, "B", Bound::at_most, 500);
  figures.add("outward.lines_a_post", count / static_cast<double>(sink.posts()), "", Bound::at_least, 100);

  for (int i = 1; i < sinks_of_many; ++i) manager.integrate(sink);
  manager.ingest();
  const Manager::Spent many = deliver(manager, reach);
  figures.add("outward.eight_sinks", count * sinks_of_many / many.wall * 1e6, "/s", Bound::at_least, 40'000);
  figures.add("outward.eight_sinks_cpu", many.cpu / count / sinks_of_many, "us", Bound::at_most, 20);

  return figures.exit_code();
}
