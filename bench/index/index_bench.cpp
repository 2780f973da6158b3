// What ten million identities cost in the gate's index: memory at its worst while it grows there, and the CPU time of a
// look-up, alone and while the writer adds and changes as fast as it can.
#include "figures.h"
#include "fleet/index.h"

#include <unistd.h>
#include <fstream>
#include <thread>

namespace {

using namespace signet;
using namespace signet::fleet;
using bench::Bound;

constexpr std::uint64_t identities = 10'000'000;
constexpr std::uint64_t judged_from = 1'000'000;  // below, a shard is a few hundred slots
constexpr int rounds = 11;
constexpr int lookups_a_round = 200'000;

std::uint64_t scrambled(std::uint64_t n) {  // splitmix64
  n += 0x9e3779b97f4a7c15;
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
  n = (n ^ (n >> 27)) * 0x94d049bb133111eb;
  return n ^ (n >> 31);
}

crypto::Digest fingerprint_of(std::uint64_t n) {
  crypto::Digest out;
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t word = scrambled(n * 4 + i);
    for (std::size_t at = 0; at < 8; ++at, word >>= 8) out[i * 8 + at] = static_cast<std::uint8_t>(word);
  }
  return out;
}

Index::Row row_of(std::uint64_t n) {
  return {IdentityState::claimed, Timestamp{}, Timestamp{Seconds{4'000'000'000}}, PackedDeviceId::of_number(n + 1),
          PackedWorkspaceId::of_number(n % 1000 + 1)};
}

double resident_bytes() {
  std::ifstream in{"/proc/self/statm"};
  double size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// CPU nanoseconds of one look-up; `first`: where the fingerprints begin that are asked for, each in no order.
double lookup_nanos(const Index::Reader& reader, std::uint64_t first, bool is_there) {
  std::vector<crypto::Digest> asked;
  static std::uint64_t turn = 0;
  for (int i = 0; i < lookups_a_round; ++i) asked.push_back(fingerprint_of(first + scrambled(++turn) % identities));
  int found = 0;
  const double before = bench::cpu_micros();
  for (const crypto::Digest& each : asked) found += reader.find(each) ? 1 : 0;
  const double after = bench::cpu_micros();
  ENSURE(found == (is_there ? lookups_a_round : 0));
  return (after - before) * 1000 / lookups_a_round;
}

double median_lookup(const Index::Reader& reader, std::uint64_t first, bool is_there) {
  std::vector<double> all;
  for (int i = 0; i < rounds; ++i) all.push_back(lookup_nanos(reader, first, is_there));
  return bench::median(all);
}

void fill(Index& index, bench::Figures& figures) {
  const double at_start = resident_bytes();
  double worst = 0, longest = 0;
  const double began = bench::cpu_micros();
  for (std::uint64_t n = 0; n < identities; ++n) {
    const double before = n % 16 == 0 ? bench::wall_micros() : 0;
    index.put(fingerprint_of(n), row_of(n));
    if (before != 0) longest = std::max(longest, bench::wall_micros() - before);
    if (n >= judged_from && n % 100'000 == 0) {
      worst = std::max(worst, static_cast<double>(index.bytes()) / static_cast<double>(index.size()));
    }
  }
  const double count = static_cast<double>(identities);
  figures.add("index.put", (bench::cpu_micros() - began) * 1000 / count, "ns", Bound::at_most, 5000);
  figures.add("index.put_longest", longest / 1000, "ms", Bound::at_most, 50);
  figures.add("index.bytes_worst", worst, "B", Bound::at_most, 100);
  figures.add("index.bytes_10m", static_cast<double>(index.bytes()) / count, "B", Bound::at_most, 100);
  figures.add("index.resident_10m", (resident_bytes() - at_start) / count, "B", Bound::at_most, 100);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Figures figures{argc, argv};
  Index index{0x5eed};
  fill(index, figures);
  const Index::Reader reader = index.reader();
  const double alone = median_lookup(reader, 0, true);
  figures.add("index.lookup", alone, "ns", Bound::at_most, 2000);
  figures.add("index.lookup_unknown", median_lookup(reader, identities * 10, false), "ns", Bound::at_most, 4000);
  std::atomic<bool> is_over{false};
  std::atomic<std::uint64_t> changes{0};
  std::thread writer{[&] {
    for (std::uint64_t n = identities; !is_over; ++n) {
      index.put(fingerprint_of(n), row_of(n));
      const std::uint64_t changed = scrambled(n) % identities;
      index.change(fingerprint_of(changed), IdentityState::claimed, row_of(changed + 1).device, row_of(n).workspace);
      changes += 2;
    }
  }};
  const double began = bench::wall_micros();
  const double beside = median_lookup(reader, 0, true);
  const double seconds = (bench::wall_micros() - began) / 1e6;
  is_over = true;
  writer.join();
  figures.add("index.lookup_beside_writer", beside, "ns", Bound::at_most, 4000);
  figures.add("index.writes_meanwhile", static_cast<double>(changes) / seconds, "/s", Bound::at_least, 10'000);
  return figures.exit_code();
}
