// signet: the command line for people.
#include "base/log.h"
#include "base/port/process.h"
#include "cli/cli.h"

int main(int argc, char** argv) {
  signet::harden_process();
  signet::start_log("signet");
  signet::SystemClock clock;
  signet::cli::Environment environment = signet::cli::system_environment(clock, SIGNET_VERSION);
  return signet::cli::run({argv + 1, argv + argc}, environment);
}
