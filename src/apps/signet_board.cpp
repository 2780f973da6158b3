// signet-board: a board on this computer. It stands on its folder, its element, and parts that are made up or real.
#include "apps/command_line.h"
#include "base/log.h"
#include "base/port/process.h"
#include "board/board.h"
#include "board/flash/bootloader.h"
#include "board/fuses/virtual_fuses.h"
#include "board/jumper.h"
#include "board/linux/part_names.h"
#include "board/native.h"
#include "board/profile.h"
#include "board/refusals.h"
#include "board/virtual/cable.h"
#include "board/virtual/pty.h"
#include "board/virtual/radio.h"
#include "element/open/open.h"

#include <unistd.h>
#include <filesystem>

namespace {

using namespace signet;

struct Options {
  std::string folder;
  std::string element;
  std::string program;
  std::string root;
  std::string packages;
  std::string tls_max = "1.3";
  std::string jumper = "file";
  std::string profile;
  std::string console;
  bool hardware = false;
  bool show_console = false;
  bool flash = false;
  std::int64_t trial_seconds = board::trial_timeout.count();
  std::uint64_t cut_power_at = 0;
};

constexpr const char* about =
    "A board: knows who it is by its secure element, runs its firmware as a confined child, keeps its readings\n"
    "through power cuts, and talks to its manager over mutual TLS. It opens no listening socket.";
constexpr const char* example =
    "Example:\n"
    "  signet-element --socket /tmp/element.sock --state /tmp/chip.bin &\n"
    "  signet-board --dir /tmp/board --element unix:/tmp/element.sock --program examples/telemetry/main.py \\\n"
    "               --root root.pem\n"
    "Example, of firmware that its owner signed:\n"
    "  signet firmware flash --dir /tmp/board --key release.pem os.img lamp.img\n"
    "  signet-board --dir /tmp/board --element unix:/tmp/element.sock --flash\n"
    "Example, of real hardware (docs/formats/board-profile.md; examples/profiles):\n"
    "  signet-board --hardware --profile raspberry-pi.profile --dir /var/lib/signet-board \\\n"
    "               --element atecc:i2c:/dev/i2c-1:0x60 --jumper gpio:/dev/gpiochip0:17 --flash\n\n"
    "DIR/console is a virtual board's serial line: give it to `signet device claim --board`. DIR/radio.conf names its "
    "Wi-Fi\n"
    "networks.\n"
    "Once claimed, a board's console does nothing but say who it is until its jumper is set: make the file "
    "DIR/jumper.\n"
    "--root is needed once, for a chip of a foundry; the board keeps it. SIGINT or SIGTERM ends the program.\n\n"
    "The secure element is one of\n"
    "  atecc:LINK                  ATECC608: atecc:i2c:/dev/i2c-1:0x60, atecc:unix:PATH; unix:PATH alone means the "
    "same\n"
    "  tpm:TCTI?handle=0x81020100  TPM 2.0: tpm:device:/dev/tpmrm0, tpm:swtpm:path=SOCKET\n"
    "  pkcs11:token=LABEL;object=LABEL?module-path=FILE&pin-source=file:PATH\n"
    "  software:FILE?passphrase-source=file:PATH     LOW assurance: whoever has both files has the identity\n"
    "The last three are made by `signet element new`.";

// The pseudo-terminal, and a copy for whoever started the board from a terminal.
class SharedConsole final : public board::Console {
 public:
  SharedConsole(board::Console& line, bool also_here) : line_(line), also_here_(also_here) {}
  void write(std::string_view lines) override {
    line_.write(lines);
    if (!also_here_) return;
    std::fwrite(lines.data(), 1, lines.size(), stdout);
    std::fflush(stdout);
  }
  void on_input(std::function<void(Bytes)> take) override { line_.on_input(std::move(take)); }

 private:
  board::Console& line_;
  bool also_here_;
};

// build/<preset>/bin/signet-board finds build/<preset>/python.
std::string packages_beside_program() {
  std::error_code ec;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  return (self.parent_path().parent_path() / "python").string();
}

Result<std::string> absolute_file(const std::string& path, const char* what) {
  std::error_code ec;
  const auto whole = std::filesystem::absolute(path, ec);
  if (ec || !std::filesystem::is_regular_file(whole, ec)) {
    return Error{Errc::not_found, std::string{what} + " " + path + ": no such file"};
  }
  return whole.string();
}

// Firmware may read all of the folders that hold its program and its packages.
Status check_apart(const std::string& file, const std::string& folder, const char* what) {
  std::error_code ec;
  const auto readable = std::filesystem::weakly_canonical(file, ec).parent_path();
  const auto inside = std::filesystem::weakly_canonical(folder, ec).lexically_relative(readable);
  if (!inside.empty() && *inside.begin() != "..") {
    return Error{Errc::conflict, std::string{what} + " its folder " + readable.string() + " holds the board's --dir " +
                                     folder + ", which no program may read: keep them apart"};
  }
  return {};
}

// A board's line, and where a person finds it.
struct OpenedConsole {
  std::unique_ptr<board::Console> line;
  std::string path;
};

Result<OpenedConsole> open_console(net::Loop& loop, const std::string& name, const std::string& folder) {
  if (name == "pty") {
    auto pty = TRY(board::Pty::create(loop, folder));
    std::string path = pty->path();
    return OpenedConsole{std::move(pty), std::move(path)};
  }
  board::SerialName serial = TRY(board::parse_serial_name(name.substr(board::serial_prefix.size())));
  std::string path = serial.device;
  return OpenedConsole{TRY(board::SerialLine::create(loop, std::move(serial))), std::move(path)};
}

Result<std::unique_ptr<board::Wifi>> open_wifi(net::Loop& loop, const board::PartNames& parts,
                                               const std::string& folder) {
  if (parts.wifi != "virtual") return board::open_real_wifi(loop, parts, folder);
  board::VirtualRadio radio = TRY(board::VirtualRadio::create(folder, bytes_of(folder)));
  return std::unique_ptr<board::Wifi>{std::make_unique<board::VirtualRadio>(std::move(radio))};
}

Result<std::unique_ptr<board::Ethernet>> open_ethernet(const board::PartNames& parts, const std::string& folder) {
  if (parts.ethernet != "virtual") return board::open_real_ethernet(parts);
  board::VirtualCable cable = TRY(board::VirtualCable::create(folder, bytes_of(folder)));
  return std::unique_ptr<board::Ethernet>{std::make_unique<board::VirtualCable>(std::move(cable))};
}

Result<board::Profile> load_profile(const Options& options) {
  if (options.profile.empty()) return board::Profile{};
  return load_config_file<board::Profile>(options.profile, board::profile_fields);
}

Result<board::PartNames> choose_parts(const Options& options, const board::Profile& profile) {
  const std::string& console = options.console.empty() ? profile.console : options.console;
  return board::settle_parts({profile.wifi, profile.wifi_control, profile.ethernet, console}, options.hardware);
}

Result<board::BoardConfig> configure(const Options& options, const board::Profile& profile) {
  board::BoardConfig config;
  config.folder = std::filesystem::absolute(options.folder).string();
  config.name = profile.board;
  auto reach = board::DialRules::parse(profile.reach);
  if (!reach) return std::move(reach).error().within(options.profile);
  config.reach = std::move(reach).value();
  config.release = SIGNET_VERSION;
  const auto newest = net::parse_tls_version(options.tls_max);
  if (!newest) return Error{newest.error()}.within("--tls-max");
  config.newest_tls = newest.value();
  config.trial_limit = Seconds{options.trial_seconds};
  config.firmware.folder = config.folder + "/firmware";
  std::string program = config.folder + "/program/main.py";  // where the board unpacks what its flash holds
  if (!options.flash) {
    program = TRY(absolute_file(options.program, "--program:"));
    config.firmware.executable = TRY(board::load_executable(program));
    if (config.firmware.executable) return config;
    TRY(check_apart(program, config.folder, "--program:"));
  }
  const std::string packages = options.packages.empty() ? packages_beside_program() : options.packages;
  const bool may_lack = options.flash && options.packages.empty();  // a board for native executables alone
  if (may_lack && !file_exists(packages + "/runner.py")) return config;
  const std::string runner = TRY(absolute_file(packages + "/runner.py", "--python-path:"));
  TRY(check_apart(runner, config.folder, "--python-path:"));
  config.firmware.command = {"/usr/bin/python3", "-I", "-B", runner, program};
  return config;
}

Status run(const Options& options) {
  TRY(board::give_up_listening());
  const Fd stop = TRY(open_stop_signals());
  const board::Profile profile = TRY(load_profile(options));
  const board::PartNames parts = TRY(choose_parts(options, profile));
  board::BoardConfig config = TRY(configure(options, profile));
  TRY(make_folder(config.folder, 0700));
  const Fd lock = TRY(lock_file(config.folder + "/lock"));  // one board, one folder
  config.root = TRY(board::load_root(config.folder, options.root));

  SystemClock clock;
  crypto::SystemRandom random;
  const auto loop = TRY(net::Loop::create(clock));
  const auto opened = TRY(element::open_element(options.element, {random, element::ask_at_terminal}));
  config.model = opened.model;
  std::unique_ptr<board::Bootloader> bootloader;
  if (options.flash) bootloader = TRY(board::Bootloader::open(config.folder, config.name, *opened.element));
  if (bootloader) bootloader->cut_power_at(options.cut_power_at);
  board::VirtualFuses fuses = TRY(board::VirtualFuses::open(config.folder));
  const auto opened_console = TRY(open_console(*loop, parts.console, config.folder));
  SharedConsole console{*opened_console.line, options.show_console || ::isatty(STDOUT_FILENO) == 1};
  const auto wifi = TRY(open_wifi(*loop, parts, config.folder));
  const auto ethernet = TRY(open_ethernet(parts, config.folder));
  const auto jumper = TRY(board::open_jumper(options.jumper, config.folder));
  const auto board = TRY(board::Board::create(std::move(config), {*loop, *opened.element, fuses, console, *wifi,
                                                                  *jumper, random, ethernet.get(), bootloader.get()}));

  TRY(loop->watch(stop.get(), net::Ready::read, [&](net::Ready) { loop->stop(); }));
  log_info("board.ready", {{"console", opened_console.path}, {"wifi", parts.wifi}, {"ethernet", parts.ethernet}});
  board->boot();
  loop->run();
  loop->unwatch(stop.get());
  log_info("board.stopped");
  return {};
}

void add_parts(CLI::App& app, Options& options) {
  app.add_option(
         "--profile", options.profile,
         "what kind of board this is, a file of lines 'name = value': board, its name (virtual); reach, the hosts "
         "that its program may be connected to (none); wifi, ethernet, console, its parts")
      ->type_name("FILE");
  app.add_flag(
      "--hardware", options.hardware,
      "real parts alone: Wi-Fi is the system's and Ethernet none where the profile names no other, and a console "
      "must be named");
  app.add_option(
         "--console", options.console,
         "the serial line: pty, a pseudo-terminal at DIR/console; serial:DEVICE[:BAUD], serial:/dev/ttyAMA0 (pty, "
         "or what the profile says)")
      ->type_name("NAME");
  app.add_option(
         "--jumper", options.jumper,
         "what opens the console of a claimed board: file, while there is a file DIR/jumper; gpio:CHIP:LINE, while "
         "that line is drawn to ground; on: always (file)")
      ->type_name("NAME");
}

// Nothing, or with what the program ends. It is gone before the board begins, and its memory with it.
std::optional<int> read_command_line(int argc, char** argv, Options& options) {
  CLI::App app{about, "signet-board"};
  app.footer(example);
  app.set_version_flag("--version", std::string{"signet-board "} + SIGNET_VERSION);
  app.add_option("--dir", options.folder, "the board's own storage; made when missing")->required();
  app.add_option("--element", options.element,
                 "the secure element: atecc:LINK, tpm:TCTI, pkcs11:token=LABEL, software:FILE")
      ->type_name("NAME")
      ->required();
  CLI::Option_group* runs = app.add_option_group("runs", "what the board runs");
  runs->require_option(1);
  runs->add_flag("--flash", options.flash,
                 "what DIR/flash holds, signed by its owner; signet firmware flash puts it in");
  runs->add_option("--program", options.program,
                   "this program, Python or a native executable, unsigned: for development");
  app.add_option("--root", options.root, "root certificate of the element's manufacturer, PEM or DER; kept in DIR");
  app.add_option("--python-path", options.packages,
                 "folder of the packages zdm, bsp, ...; default: ../python beside this program");
  app.add_option("--tls-max", options.tls_max, "newest TLS to speak; 1.2 for a network that breaks 1.3 (1.3)")
      ->check(CLI::IsMember({"1.2", "1.3"}));
  add_parts(app, options);
  app.add_flag("--show-console", options.show_console, "the console goes to standard output too, a terminal or not");
  app.add_option("--trial-limit", options.trial_seconds,
                 "a new version that is not confirmed in so many seconds goes back (300)")
      ->check(CLI::Range(1, 86'400));
  app.add_option("--cut-power-at", options.cut_power_at,
                 "for tests: die as by a power cut in the middle of the Nth change of the flash");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return answer_command_line(app, error);
  }
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  harden_process();
  start_log("signet-board");
  Options options;
  if (const auto ended = read_command_line(argc, argv, options)) return *ended;
  return exit_code("signet-board", run(options));
}
