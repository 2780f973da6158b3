#include "swtpm.h"

#include "base/result.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

extern char** environ;

namespace signet::element::kit {
namespace {

// Whether somebody listens: swtpm takes a client that goes at once for what it is.
bool listens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ENSURE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool reached = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return reached;
}

}  // namespace

Swtpm::Swtpm(std::string folder) : folder_(std::move(folder)), socket_(folder_ + "/sock") {
  std::filesystem::create_directories(folder_);
}

void Swtpm::start() {
  stop();
  const std::string state = "dir=" + folder_;
  const std::string server = "type=unixio,path=" + socket_;
  const std::string control = "type=unixio,path=" + socket_ + ".ctrl";  // the name that the swtpm TCTI expects
  std::vector<const char*> words{"setpriv",
                                 "--pdeathsig",  // a test that is killed leaves no TPM behind
                                 "TERM",        "swtpm",         "socket",   "--tpm2",
                                 "--tpmstate",  state.c_str(),   "--server", server.c_str(),
                                 "--ctrl",      control.c_str(), "--flags",  "not-need-init,startup-clear",

                                 nullptr};
  posix_spawn_file_actions_t files;
  ENSURE(::posix_spawn_file_actions_init(&files) == 0);
  const std::string log = folder_ + "/log";
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    ENSURE(::posix_spawn_file_actions_addopen(&files, fd, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600) == 0);
  }
  ENSURE(::posix_spawnp(&process_, words[0], &files, nullptr, const_cast<char**>(words.data()), environ) == 0);
  ::posix_spawn_file_actions_destroy(&files);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!listens(socket_ + ".ctrl") || !listens(socket_)) {
    ENSURE(::waitpid(process_, nullptr, WNOHANG) == 0);  // it ended: is the package swtpm whole?
    ENSURE(std::chrono::steady_clock::now() < patience);
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

void Swtpm::stop() {
  if (process_ == 0) return;
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
  for (const char* end : {"", ".ctrl"}) std::filesystem::remove(socket_ + end);
}

}  // namespace signet::element::kit
