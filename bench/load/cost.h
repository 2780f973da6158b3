// cost.h -- what a process spends, read from /proc.
#pragma once

#include <sys/types.h>
#include <cstddef>

namespace signet::bench {

struct Cost {
  double cpu_seconds = 0;  // all threads
  std::size_t resident_bytes = 0;
};

// Ends the program when there is no such process.
Cost cost_of(pid_t process);
double own_cpu_seconds();

}  // namespace signet::bench
