// file_disk.h -- the agent's Disk as files of one folder, mode 0600.
#pragma once

#include "agent/disk.h"

namespace signet::board {

class FileDisk final : public agent::Disk {
 public:
  explicit FileDisk(std::string folder) : folder_(std::move(folder)) {}

  Result<Buffer> read(const std::string& name, std::size_t limit) override;
  Status append(const std::string& name, Bytes data) override;
  Status sync(const std::string& name) override;
  Status replace(const std::string& name, Bytes data) override;

 private:
  std::string folder_;
};

}  // namespace signet::board
