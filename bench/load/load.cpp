// load -- thousands of MQTT devices over mutual TLS, from one thread; README.md beside this file.
#include "apps/command_line.h"
#include "base/port/process.h"
#include "load/crowd.h"

#include <sys/resource.h>

namespace {

using namespace signet;
using namespace signet::bench;

constexpr const char* example =
    "Example:\n"
    "  load connect --port 8883 --server-pid $(pidof signetd) --identities identities --count 1000 --at-once 8";

struct Run {
  const char* name;
  const char* about;
  json::object (*run)(const Options&);
};
constexpr Run runs[] = {{"connect", "devices come, are greeted and leave", &run_connect},
                        {"hold", "devices stay, silent, until standard input ends", &run_hold},
                        {"publish", "devices publish with QoS 1", &run_publish},
                        {"storm", "all devices are dropped and come back at once", &run_storm},
                        {"knock", "strangers try to come in", &run_knock},
                        {"fetch", "devices take one file over HTTP, all at once", &run_fetch}};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--port", options.port, "of the server, on 127.0.0.1")->required();
  app.add_option("--server-pid", options.server_pid, "whose CPU time and memory are measured")->required();
  app.add_option("--identities", options.identities_file, "who the devices are");
  app.add_option("--count", options.count, "devices (1000)");
  app.add_option("--at-once", options.at_once, "handshakes in progress at any time (16)");
  app.add_option("--tls", options.tls, "1.2 or 1.3 (1.3)");
  app.add_option("--seconds", options.seconds, "how long to publish or knock (5)");
  app.add_option("--rate", options.rate, "messages or knocks a second over all; 0: flat out (0)");
  app.add_option("--window", options.window, "messages of a device that may wait for PUBACK (32)");
  app.add_option("--bytes", options.bytes, "of a payload, or of the file to fetch (100)");
  app.add_option("--path", options.path, "of the file to fetch");
  app.add_option("--range", options.range, "bytes of one request; 0: the whole file at once (0)");
  app.add_option("--retries", options.retries, "of a device in a storm (20)");
}

// As many as the system allows: a device is a descriptor.
void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  raise_descriptor_limit();
  Options options;
  std::string output;
  CLI::App app{"Many MQTT devices at once, and what they cost the server.", "load"};
  app.footer(example);
  app.require_subcommand(1);
  CLI::App* const keys = app.add_subcommand("keys", "make keys and certificate requests");
  keys->add_option("--count", options.count, "how many (1000)");
  keys->add_option("--out", output, "file")->required();
  for (const Run& run : runs) add_options(*app.add_subcommand(run.name, run.about), options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return answer_command_line(app, error);
  }
  if (keys->parsed()) return write_requests(output, options.count), 0;
  for (const Run& run : runs) {
    if (!app.got_subcommand(run.name)) continue;
    std::printf("%s\n", json::serialize(run.run(options)).c_str());
  }
  return 0;
}
