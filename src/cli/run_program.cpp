// signet run main.py: a program on a virtual board that is there for it alone, and gone with it.
#include "base/port/file.h"
#include "base/port/process.h"
#include "cli/examples.h"
#include "element/open/open.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>

namespace signet::cli {
namespace {

constexpr std::size_t log_bytes_max = 16u << 20;

// A folder of this run; what is in it goes with it.
class Scratch {
 public:
  static Result<Scratch> make() {
    std::error_code ec;
    std::string name = (std::filesystem::temp_directory_path(ec) / "signet-run-XXXXXX").string();
    if (ec || ::mkdtemp(name.data()) == nullptr) return os_error("make", name);
    return Scratch{std::move(name)};
  }
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// An identity that nobody knows, in a file: enough for a program that asks for its element.
Result<std::string> make_element(const Scratch& scratch) {
  crypto::SystemRandom random;
  Block<16> word{};
  random.fill(word);
  TRY(write_file_atomic(scratch / "passphrase", bytes_of(hex(word) + "\n"), 0600));
  const std::string name = "software:" + (scratch / "element") + "?passphrase-source=file:" + (scratch / "passphrase");
  TRY(element::new_element(name, {random, element::ask_at_terminal}));
  return name;
}

std::string board_program() {
  std::error_code ec;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  return (self.parent_path() / "signet-board").string();
}

// Between fork and exec; never returns. The board ends with this program, whatever becomes of it.
[[noreturn]] void become(const std::vector<char*>& argv, int log, int parent) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && ::getppid() == parent && ::dup2(log, 2) == 2) {
    ::execv(argv[0], argv.data());
  }
  ::_exit(127);
}

// Until it ends, or until Ctrl-C. True: it was ended so, or in order.
Result<bool> run_until_stopped(std::vector<std::string> words, const std::string& log_file) {
  const Fd stop = TRY(open_stop_signals());
  const Fd log{::open(log_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  if (!log) return os_error("make", log_file);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int parent = ::getpid();
  const int pid = ::fork();
  if (pid < 0) return os_error("start", words[0]);
  if (pid == 0) become(argv, log.get(), parent);
  for (bool told = false;;) {
    int status = 0;
    if (::waitpid(pid, &status, told ? 0 : WNOHANG) == pid)
      return told || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
    pollfd stopped{stop.get(), POLLIN, 0};
    if (::poll(&stopped, 1, 100) == 1) told = ::kill(pid, SIGTERM) == 0;
  }
}

// What the board said last about why it ended.
Error why_it_ended(const std::string& log_file) {
  constexpr std::string_view mark = "signet-board: error: ";
  const auto log = read_file(log_file, log_bytes_max);
  const std::string_view text = log ? text_of(log.value()) : "";
  const auto at = text.rfind(mark);
  if (at == text.npos) return Error{Errc::unavailable, "signet-board did not start: is it beside signet?"};
  const std::string_view line = text.substr(at + mark.size());
  return Error{Errc::conflict, std::string{line.substr(0, line.find('\n'))}};
}

Status run_program(Session& session) {
  if (session.args.as_json) return Error{Errc::malformed, "signet run shows a board's console: it has no --json"};
  std::error_code ec;
  const std::string program =
      std::filesystem::is_directory(session.args.file, ec) ? session.args.file + "/main.py" : session.args.file;
  if (!std::filesystem::is_regular_file(program, ec)) {
    return Error{Errc::not_found, "there is no " + printable(program) + ": 'signet new PROJECT' makes one"};
  }
  const Scratch scratch = TRY(Scratch::make());
  std::vector<std::string> words{board_program(), "--dir", scratch / "board", "--element", TRY(make_element(scratch)),
                                 "--program",     program, "--jumper",        "on",        "--show-console"};
  if (!session.args.board.empty()) words.insert(words.end(), {"--profile", session.args.board});
  session.env.out << "A board of its own for " << printable(program) << ", its console at " << scratch / "board/console"
                  << "; Ctrl-C ends it" << std::endl;
  if (!TRY(run_until_stopped(words, scratch / "log"))) return why_it_ended(scratch / "log");
  return {};
}

}  // namespace

void add_run(const Noun& root) {
  Arguments& args = root.args;
  CLI::App* command =
      root.verb("run", "A program on a virtual board of its own, unsigned, for development", run_program);
  command->footer(
      "The board has a new identity that no manager knows, one Wi-Fi network (Signet-Lab, password 'correct horse\n"
      "battery'), and is gone when Ctrl-C ends it. What the program prints is shown. PROFILE is a file as of\n"
      "signet-board --profile: which hosts the program may reach, and what the board is called.\n"
      "Example:\n"
      "  signet new lamp && signet run lamp/main.py");
  command->add_option("program", args.file, "main.py, or the folder that holds it")->type_name("PROGRAM")->required();
  command->add_option("--board", args.board, "the board's profile (none: it reaches no host)")->type_name("PROFILE");
}

}  // namespace signet::cli
