// migrations.h -- the schema, as the steps that led to it. A step is never changed once it was released.
#pragma once

#include "store/sqlite/database.h"

#include <span>

namespace signet::store {

inline constexpr std::int64_t application_id = 0x5369676e;  // "Sign": tells our file from any other SQLite file

// Step i brings version i to version i + 1 (PRAGMA user_version).
std::span<const char* const> migrations();

// Runs what is missing, each step in its own transaction. conflict, naming both versions, when the file is newer.
Status migrate(Database& database);

}  // namespace signet::store
