// file_disk.h -- the port Disk as files of one folder, mode 0600. The folder is there already.
//
// Keeps the file it last appended to and the one it last read open. Two of them may stand on one folder, one a thread.
#pragma once

#include "base/disk.h"
#include "base/port/file.h"

namespace signet {

class FileDisk final : public FolderDisk {
 public:
  explicit FileDisk(std::string folder) : folder_(std::move(folder)) {}

  Result<Buffer> read(const std::string& name, std::size_t limit) override;
  Status append(const std::string& name, Bytes data) override;
  Status sync(const std::string& name) override;
  Status replace(const std::string& name, Bytes data) override;

  Result<std::vector<std::string>> names() override;
  Result<std::size_t> read_at(const std::string& name, std::uint64_t offset, std::span<std::uint8_t> out) override;
  Status cut(const std::string& name, std::uint64_t size) override;
  Status remove(const std::string& name) override;
  Result<Space> space() override;

 private:
  struct Open {
    std::string name;
    Fd fd;
  };
  std::string path_of(const std::string& name) const { return folder_ + "/" + name; }
  Result<int> open(Open& kept, const std::string& name, int flags) const;
  void forget(const std::string& name);

  std::string folder_;
  Open writing_;
  Open reading_;
};

}  // namespace signet
