// disk.h -- small files of one folder as a port, on storage that can lose power at any moment.
//
// What a cut leaves: of `append` without `sync` any part, in any order, also nothing; of `replace` the old content or
// the new. An `append` that failed may have written a part. After a `sync` that failed nothing is known of what was not
// synced before, and it stays so: a later sync that goes well says nothing about it.
#pragma once

#include "base/bytes.h"

#include <string>

namespace signet {

struct Disk {
  virtual ~Disk() = default;

  virtual Result<Buffer> read(const std::string& name, std::size_t limit) = 0;  // not_found: there is no such file
  // Fills `out` from `offset` on; how many bytes there were. not_found: there is no such file.
  virtual Result<std::size_t> read_at(const std::string& name, std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  virtual Status append(const std::string& name, Bytes data) = 0;   // not_found: there is no such file
  virtual Status sync(const std::string& name) = 0;                 // what was appended now survives a cut
  virtual Status replace(const std::string& name, Bytes data) = 0;  // whole, atomic and durable
};

// What a log of many files asks beyond that.
struct FolderDisk : Disk {
  virtual Result<std::vector<std::string>> names() = 0;                 // sorted
  virtual Status cut(const std::string& name, std::uint64_t size) = 0;  // durable
  virtual Status remove(const std::string& name) = 0;                   // a power cut may bring it back
  struct Space {
    std::uint64_t free;
    std::uint64_t total;
  };
  virtual Result<Space> space() = 0;  // of the whole file system
};

}  // namespace signet
