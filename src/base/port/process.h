// process.h -- what a program does once about the process it is.
#pragma once

#include "base/port/file.h"

namespace signet {

// No core dump, no ptrace by others, files made private (umask 077), a closed peer is an error and not a signal.
void harden_process();

// Cores that this process may run on, at least 1: taskset and containers give a program fewer than the machine has.
unsigned usable_cores();

// Raises the limit of open files as far as the system lets this user; returns what it is then.
std::uint64_t raise_open_files_limit();

// One descriptor that becomes readable when SIGINT or SIGTERM arrives; both are blocked from then on in this thread
// and in those it starts.
Result<Fd> open_stop_signals();

// The same for SIGHUP. take_reload_signal: true once for those that came; the descriptor is no longer readable then.
Result<Fd> open_reload_signal();
bool take_reload_signal(const Fd& reload);

// Gives what was freed back to the system, after a time that needed much more than usual.
void return_memory();

}  // namespace signet
