#include "agent/outbox.h"

#include <cstdlib>

namespace {

struct OneFile final : signet::Disk {
  signet::Buffer file;
  signet::Result<signet::Buffer> read(const std::string&, std::size_t) override { return file; }
  signet::Result<std::size_t> read_at(const std::string&, std::uint64_t offset, std::span<std::uint8_t> out) override {
    const std::size_t from = std::min<std::size_t>(offset, file.size()),
                      size = std::min(out.size(), file.size() - from);
    std::copy_n(file.data() + from, size, out.begin());
    return size;
  }
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
  for (const auto& one : box.value().waiting()) {
    if (!box.value().read(one.at)) std::abort();
  }
  const auto again = signet::agent::Outbox::load(disk);
  if (!again || again.value().waiting().size() != waiting || again.value().cut_bytes() != 0) std::abort();
  return 0;
}
