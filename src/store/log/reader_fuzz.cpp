#include "base/memory_disk_for_test.h"
#include "store/log/reader.h"
#include "store/log/writer.h"

#include <cstdlib>

namespace {

using namespace signet;

void require(bool holds) {
  if (!holds) std::abort();
}

// Reads all it can, told to go on behind damage; how many batches there were.
std::size_t read_all(FolderDisk& disk, store::LogPosition end) {
  store::LogReader in{disk};
  std::size_t count = 0;
  for (store::LogPosition at = 0; at < end;) {
    const auto batch = in.read(at, end);
    store::LogPosition next = end;
    if (batch) {
      require(batch.value().has_value());
      store::Records records{batch.value()->body};
      for (auto record = records.next(); record && record.value(); record = records.next()) {
      }
      next = batch.value()->next;
      ++count;
    } else {
      const auto skipped = in.skip(at, end);
      require(static_cast<bool>(skipped));
      next = skipped.value();
    }
    require(next > at && next <= end);
    at = next;
  }
  return count;
}

}  // namespace

// Whatever a segment holds: the log opens, ends somewhere, and what is written then is read behind it. The first byte
// says whether the bytes stand alone, or, as a body that checks, between two good batches.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes input{data + 1, size - 1};
  crypto::SeededRandom_for_test random{1};
  MemoryDisk_for_test disk;
  const std::string name = store::segment_name(0);
  Buffer& file = disk.bytes(name);
  if (data[0] % 4 == 0) {
    file = copy_of(input);
  } else {
    constexpr std::uint64_t seed = 5;
    file = store::encode_segment_header({0, seed});
    for (int i = 0; i < data[0] % 4; ++i) {
      Buffer batch(store::batch_head_bytes);
      Writer{batch}.bytes(input);
      if (batch.size() > store::batch_bytes_max) return 0;
      store::seal_batch(batch, 1 + data[0] / 4, file.size() - store::segment_header_bytes, seed);
      file.insert(file.end(), batch.begin(), batch.end());
    }
    if (data[0] & 128) file.resize(file.size() - input.size() / 2);
  }
  auto log = store::LogWriter::open(disk, 0, random);
  require(static_cast<bool>(log));
  const std::size_t before = read_all(disk, log.value()->end());
  require(static_cast<bool>(log.value()->append(input.first(std::min(input.size(), store::record_bytes_max)))));
  require(static_cast<bool>(log.value()->commit()));
  require(read_all(disk, log.value()->end()) == before + 1);
  return 0;
}
