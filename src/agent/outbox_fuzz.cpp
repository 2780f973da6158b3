#include "agent/outbox.h"

#include <cstdlib>

namespace {

struct OneFile final : signet::Disk {
  signet::Buffer file;
  signet::Result<signet::Buffer> read(const std::string&, std::size_t) override { return file; }
  signet::Status append(const std::string&, signet::Bytes data) override {
    file.insert(file.end(), data.begin(), data.end());
    return {};
  }
  signet::Status sync(const std::string&) override { return {}; }
  signet::Status replace(const std::string&, signet::Bytes data) override {
    file = signet::copy_of(data);
    return {};
  }
};

}  // namespace

// Whatever the file holds: it loads or is refused, and what loaded is there again after a restart.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  OneFile disk;
  disk.file.assign(data, data + size);
  auto box = signet::agent::Outbox::load(disk);
  if (!box) return 0;
  const std::size_t waiting = box.value().waiting().size();
  const auto again = signet::agent::Outbox::load(disk);
  if (!again || again.value().waiting().size() != waiting || again.value().cut_bytes() != 0) std::abort();
  return 0;
}
