// signet-element: an ATECC608 in software on a bus that is a unix socket.
#include "apps/command_line.h"
#include "base/log.h"
#include "base/port/process.h"
#include "element/emulator/emulator.h"
#include "element/link/bus_server.h"

namespace {

using namespace signet;

struct Options {
  std::string socket;
  std::string state;
};

constexpr const char* about =
    "A blank or personalised ATECC608 in software, for boards that have no secure element.\n\n"
    "THIS IS NOT A SECURE ELEMENT. ITS PRIVATE KEYS LIE IN THE STATE FILE: WHO READS THE FILE\n"
    "HAS THE KEYS, WHO COPIES THE FILE HAS CLONED THE CHIP. USE IT FOR DEVELOPMENT, TESTS AND\n"
    "DEMONSTRATIONS, NEVER FOR A PRODUCT.";
constexpr const char* example =
    "Example:\n"
    "  signet-element --socket /tmp/element.sock --state /tmp/chip.bin\n"
    "  signet-foundry personalise --element unix:/tmp/element.sock ...\n\n"
    "The state file is made with a blank chip when there is none. SIGINT or SIGTERM ends the program.";

Status serve(const Options& options) {
  const Fd stop = TRY(open_stop_signals());
  SystemClock clock;
  crypto::SystemRandom random;
  const auto chip = TRY(element::emulator::Emulator::open(options.state, clock, random));
  auto server = TRY(element::BusServer::create(options.socket, *chip, clock));
  log_info("element.ready", {{"socket", options.socket},
                             {"state", options.state},
                             {"serial", hex(element::serial_of(chip->config()))},
                             {"config_locked", element::is_config_locked(chip->config())},
                             {"data_locked", element::is_data_locked(chip->config())}});
  TRY(server.run(stop.get()));
  log_info("element.stopped");
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  harden_process();
  start_log("signet-element");
  Options options;
  CLI::App app{about, "signet-element"};
  app.footer(example);
  app.set_version_flag("--version", std::string{"signet-element "} + SIGNET_VERSION);
  app.add_option("--socket", options.socket, "path of the unix socket to serve the bus on")->required();
  app.add_option("--state", options.state, "file that keeps the chip, mode 0600")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return answer_command_line(app, error);
  }
  return exit_code("signet-element", serve(options));
}
