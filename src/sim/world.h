// world.h -- a manager, some boards, and everything that goes wrong between them, under one seed.
#pragma once

#include "crypto/digest.h"
#include "sim/board.h"

namespace signet::sim {

struct Plan {
  std::uint64_t seed = 1;
  std::size_t boards = 4;
  std::size_t steps = 200;  // with troubles; then as many as it takes without
  std::string database;     // a file that is not there yet
};

struct Outcome {
  std::size_t published = 0;
  std::size_t acknowledged_in_trouble = 0;  // before the troubles ended
  std::size_t manager_kills = 0;
  std::size_t power_cuts = 0;
  std::size_t line_cuts = 0;
  std::size_t clock_steps = 0;  // the manager's
  std::size_t failed_commits = 0;
  std::size_t failed_log_commits = 0;
  crypto::Digest trace{};  // of everything that happened, in order
};

// An error says which promise was broken, and by which reading.
Result<Outcome> run(const Plan& plan);

}  // namespace signet::sim
