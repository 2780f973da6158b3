// backup.h -- what an operator does with a database beside the manager: copies it while it serves, and looks whether it
// is whole.
#pragma once

#include "fleet/firmware_model.h"

#include <string>
#include <vector>

namespace signet::store {

// The database as it was at one moment, whole and by itself, readable by its owner alone. Others go on reading and
// writing meanwhile. It knows of no ingest log: positions in the logs that it lay beside would mean nothing elsewhere.
//   conflict   `to` is there already
Status backup_sqlite(const std::string& from, const std::string& to);

struct CheckedStore {
  std::int64_t schema = 0;  // its version
  std::int64_t devices = 0, readings = 0, audit_entries = 0;
  std::int64_t images = 0;          // of firmware: files beside it, which check_sqlite does not look at
  std::vector<std::string> faults;  // in words; none: it is whole
};

// Reads all of it: pages, indices, references between tables, and the chain of the audit.
//   not_found, corrupt   there is no such file, or it is no database of ours
Result<CheckedStore> check_sqlite(const std::string& path);

// The firmware images that a whole database names.
Result<std::vector<fleet::KeptImage>> images_of(const std::string& path);

// Of the devices that an identity is claimed for, how many have said that they trust that CA (hex SHA-256).
struct Trusting {
  std::int64_t devices = 0, trusting = 0;
  std::vector<std::string> others;  // the first hundred that have not said so: ids
};
Result<Trusting> devices_that_trust(const std::string& path, std::string_view ca);

}  // namespace signet::store
