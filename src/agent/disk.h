// disk.h -- the port under the outbox: one folder of small files on storage that can lose power at any moment.
#pragma once

#include "base/bytes.h"

#include <string>

namespace signet::agent {

// What a cut leaves: of `append` without `sync` any prefix, or nothing; of `replace` the old content or the new.
struct Disk {
  virtual ~Disk() = default;

  virtual Result<Buffer> read(const std::string& name, std::size_t limit) = 0;  // not_found: there is no such file
  virtual Status append(const std::string& name, Bytes data) = 0;               // not_found: there is no such file
  virtual Status sync(const std::string& name) = 0;                             // what was appended now survives a cut
  virtual Status replace(const std::string& name, Bytes data) = 0;              // whole, atomic and durable
};

}  // namespace signet::agent
