// memory_disk_for_test.h -- a folder in memory that loses power, runs full and fails as it is told.
//
// Every change is an operation, counted from 1. What was appended and not synced is at a cut's mercy.
#pragma once

#include "base/disk.h"

#include <functional>
#include <map>

namespace signet {

class MemoryDisk_for_test final : public FolderDisk {
 public:
  // Of what was not synced. `sectors`: those of 512 bytes that `seed` chooses are lost, whatever lies behind them.
  enum class Keep { nothing, half, all_but_one_byte, all, sectors };
  Keep keep = Keep::nothing;
  std::uint32_t seed = 1;
  std::size_t cut_at = 0;  // the power goes within this operation and nothing works until power_on(); 0: never

  // The next of its kind fails, and the program lives on. An append leaves a half of what it should have written.
  std::optional<Error> fail_append, fail_sync, fail_cut, fail_replace, fail_names, fail_read_at;
  std::size_t room = SIZE_MAX;  // bytes of all files together; beyond it: exhausted
  Space told_space{1ull << 40, 1ull << 40};

  void power_on() { off_ = false, cut_at = 0; }
  void cut_power() {
    for (auto& [name, file] : files_) file = survivor(file);
    for (auto& [name, file] : removed_) {  // removals were not synced
      if (keep != Keep::all && !files_.contains(name)) files_[name] = file;
    }
    removed_.clear();
  }
  // `kept` is told how many bytes of a file were not synced, and says how many of them a cut leaves.
  void cut_power(const std::function<std::size_t(std::size_t)>& kept) {
    for (auto& [name, file] : files_) {
      file.data.resize(file.synced + kept(file.data.size() - file.synced));
      file.synced = file.data.size();
    }
  }
  std::size_t operations() const { return operations_; }
  std::size_t syncs() const { return syncs_; }
  // To look at, or to harm; a file that is made so is synced.
  Buffer& bytes(const std::string& name) { return files_[name].data; }

  Result<Buffer> read(const std::string& name, std::size_t limit) override {
    const auto found = files_.find(name);
    if (off_) return dead();
    if (found == files_.end()) return no_such(name);
    if (found->second.data.size() > limit) return Error{Errc::too_large, name};
    return found->second.data;
  }
  Status append(const std::string& name, Bytes data) override {
    const auto found = files_.find(name);
    if (off_) return dead();
    if (found == files_.end()) return no_such(name);
    std::optional<Error> failure = std::exchange(fail_append, std::nullopt);
    if (!failure && used() + data.size() > room) failure = Error{Errc::exhausted, "no space left on the device"};
    if (failure) data = data.first(data.size() / 2);
    found->second.synced = std::min(found->second.synced, found->second.data.size());
    found->second.data.insert(found->second.data.end(), data.begin(), data.end());
    TRY(step());
    if (failure) return *failure;
    return {};
  }
  Status sync(const std::string& name) override {
    if (off_) return dead();
    TRY(step());
    ++syncs_;
    if (fail_sync) return *std::exchange(fail_sync, std::nullopt);
    files_[name].synced = files_[name].data.size();
    return {};
  }
  Status replace(const std::string& name, Bytes data) override {
    if (off_) return dead();
    if (fail_replace) return *std::exchange(fail_replace, std::nullopt);
    if (used() + data.size() > room) return Error{Errc::exhausted, "no space left on the device"};
    Status alive = step();
    if (alive || keep == Keep::all) files_[name] = File{copy_of(data), data.size()};
    return alive;
  }

  Result<std::vector<std::string>> names() override {
    if (off_) return dead();
    if (fail_names) return *std::exchange(fail_names, std::nullopt);
    std::vector<std::string> out;
    for (const auto& [name, file] : files_) out.push_back(name);
    return out;
  }
  Result<std::size_t> read_at(const std::string& name, std::uint64_t offset, std::span<std::uint8_t> out) override {
    const auto found = files_.find(name);
    if (off_) return dead();
    if (fail_read_at) return *std::exchange(fail_read_at, std::nullopt);
    if (found == files_.end()) return no_such(name);
    const Buffer& data = found->second.data;
    const std::size_t from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, data.size()));
    const std::size_t size = std::min(out.size(), data.size() - from);
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(from), size, out.begin());
    return size;
  }
  Status cut(const std::string& name, std::uint64_t size) override {
    if (off_) return dead();
    if (fail_cut) return *std::exchange(fail_cut, std::nullopt);
    TRY(step());
    files_[name].data.resize(static_cast<std::size_t>(size));
    files_[name].synced = static_cast<std::size_t>(size);
    return {};
  }
  Status remove(const std::string& name) override {
    if (off_) return dead();
    TRY(step());
    const auto node = files_.extract(name);
    if (!node.empty()) removed_[name] = node.mapped();
    return {};
  }
  Result<Space> space() override { return told_space; }

 private:
  struct File {
    Buffer data;
    std::size_t synced = SIZE_MAX;  // all of it, until something is appended
  };
  static Error dead() { return {Errc::unavailable, "no power"}; }
  static Error no_such(const std::string& name) { return {Errc::not_found, "there is no file " + name}; }
  std::size_t used() const {
    std::size_t sum = 0;
    for (const auto& [name, file] : files_) sum += file.data.size();
    return sum;
  }
  Status step() {
    if (++operations_ != cut_at) return {};
    cut_power();
    off_ = true;
    return dead();
  }
  File survivor(const File& file) {
    constexpr std::size_t sector = 512;
    const std::size_t synced = std::min(file.synced, file.data.size());
    const std::size_t loose = file.data.size() - synced;
    File out{file.data, SIZE_MAX};
    if (keep == Keep::nothing) out.data.resize(synced);
    if (keep == Keep::half) out.data.resize(synced + loose / 2);
    if (keep == Keep::all_but_one_byte) out.data.resize(file.data.size() - std::min<std::size_t>(loose, 1));
    if (keep != Keep::sectors) return out;
    for (std::size_t at = synced; at < out.data.size(); at = (at / sector + 1) * sector) {
      seed = seed * 1664525 + 1013904223;
      if (seed >> 31) continue;
      const std::size_t end = std::min((at / sector + 1) * sector, out.data.size());
      std::fill(out.data.begin() + static_cast<std::ptrdiff_t>(at), out.data.begin() + static_cast<std::ptrdiff_t>(end),
                0);
    }
    return out;
  }

  std::map<std::string, File> files_;
  std::map<std::string, File> removed_;  // since the last cut
  std::size_t operations_ = 0;
  std::size_t syncs_ = 0;
  bool off_ = false;
};

}  // namespace signet
