// signet-element: an ATECC608 in software, on a bus that is a socket or on a single wire that is a pseudo-terminal.
#include "apps/command_line.h"
#include "base/log.h"
#include "base/port/process.h"
#include "element/emulator/emulator.h"
#include "element/link/bus_server.h"
#include "element/link/swi_server.h"
#include "element/link/tcp_socket.h"
#include "element/link/unix_socket.h"

#include <iostream>

namespace {

using namespace signet;
using namespace signet::element;
using emulator::Emulator;

struct Options {
  std::string socket;
  std::string tcp;
  bool pty = false;
  emulator::Places places;
  std::string config = "blank";
  std::string timing = "none";
};

constexpr const char* about =
    "An ATECC608 in software, blank or as it is sold, for boards that have no secure element.\n\n"
    "THIS IS NOT A SECURE ELEMENT. ITS PRIVATE KEYS LIE IN THE STATE FILE: WHO READS THE FILE\n"
    "HAS THE KEYS, WHO COPIES THE FILE HAS CLONED THE CHIP, WHO REACHES THE BUS USES THE KEYS.\n"
    "IT HAS NO SHIELD, NO SENSOR AND NO PACKAGE TO LIFT. NOTHING IT SIGNS PROVES THAT A DEVICE\n"
    "IS GENUINE. USE IT FOR DEVELOPMENT, TESTS AND DEMONSTRATIONS, NEVER FOR A PRODUCT.";
constexpr const char* example =
    "Example:\n"
    "  signet-element --socket /tmp/element.sock --state /tmp/chip.bin\n"
    "  signet-foundry personalise --element unix:/tmp/element.sock ...\n"
    "  signet-element --tcp 127.0.0.1:0 --state /tmp/chip.bin           # prints the address it took\n"
    "  signet-element --pty --state /tmp/chip.bin --config trustflex    # prints /dev/pts/N\n\n"
    "A state file that is missing is made, with a chip of the kind that --config names; one that\n"
    "exists is that chip, whatever --config says. With --fuses, a state file older than what the\n"
    "fuses have seen is refused: counters never go back, also not with an old copy. SIGINT or\n"
    "SIGTERM ends the program.";

void say_ready(const Options& options, const std::string& place, const Emulator& chip) {
  std::cout << place << std::endl;  // flushed: a script waits for this line
  log_info("element.ready", {{"place", place},
                             {"state", options.places.state},
                             {"new", chip.is_new()},
                             {"serial", hex(serial_of(chip.config()))},
                             {"address", "0x" + hex(Block<1>{i2c_address(chip.config())})},
                             {"config_locked", is_config_locked(chip.config())},
                             {"data_locked", is_data_locked(chip.config())}});
}

Result<std::unique_ptr<Emulator>> open_chip(const Options& options, Clock& clock, crypto::Random& random) {
  auto chip = TRY(Emulator::open(options.places, clock, random, TRY(emulator::preset_of(options.config))));
  chip->set_timing(options.timing == "chip" ? emulator::Timing::chip : emulator::Timing::at_once);
  return chip;
}

struct Door {
  std::unique_ptr<Listener> listener;
  std::string place;
};

Result<Door> open_door(const Options& options) {
  if (options.tcp.empty()) {
    return Door{std::make_unique<UnixListener>(TRY(UnixListener::create(options.socket))), options.socket};
  }
  auto tcp = std::make_unique<TcpListener>(TRY(TcpListener::create(options.tcp)));
  const std::string place = tcp->address();
  return Door{std::move(tcp), place};
}

Status serve(const Options& options) {
  const Fd stop = TRY(open_stop_signals());
  SystemClock clock;
  crypto::SystemRandom random;
  if (options.pty) {
    const auto chip = TRY(open_chip(options, clock, random));
    SwiServer server = TRY(SwiServer::create(*chip, clock));
    say_ready(options, server.path(), *chip);
    TRY(server.run(stop.get()));
  } else {
    Door door = TRY(open_door(options));  // first: a wrong place makes no chip
    const auto chip = TRY(open_chip(options, clock, random));
    BusServer server{std::move(door.listener), *chip, clock};
    say_ready(options, door.place, *chip);
    TRY(server.run(stop.get()));
  }
  log_info("element.stopped");
  return {};
}

void add_options(CLI::App& app, Options& options) {
  auto* place = app.add_option_group("where", "Where hosts reach the chip; one of these");
  place->require_option(1);
  place->add_option("--socket", options.socket, "path of the unix socket to serve the bus on, mode 0600");
  place->add_option("--tcp", options.tcp, "127.0.0.1:PORT to serve the bus on; port 0 takes a free one");
  place->add_flag("--pty", options.pty, "serve the single wire on a new pseudo-terminal");
  app.add_option("--state", options.places.state, "file that keeps the chip, mode 0600")->required();
  app.add_option("--fuses", options.places.fuses, "file that remembers the newest state; the board's own");
  app.add_option("--config", options.config, "what a new chip is: blank, trustflex or tngtls")
      ->check(CLI::IsMember({"blank", "trustflex", "tngtls"}))
      ->capture_default_str();
  app.add_option("--timing", options.timing, "none: ready at once; chip: busy as long as a real one")
      ->check(CLI::IsMember({"none", "chip"}))
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  harden_process();
  start_log("signet-element");
  Options options;
  CLI::App app{about, "signet-element"};
  app.footer(example);
  app.set_version_flag("--version", std::string{"signet-element "} + SIGNET_VERSION);
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return answer_command_line(app, error);
  }
  return exit_code("signet-element", serve(options));
}
