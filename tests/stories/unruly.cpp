// A native firmware for tests/stories/native.py: tries what no firmware may, and publishes what became of it.
#include <signet/agent.h>
#include <signet/board.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace json = boost::json;

namespace {

char name[] = "program", flag[] = "-c", lines[] = "true";
char* const words[] = {name, flag, lines, nullptr};

// "done", or the name of errno; a refusal is told on the console too.
std::string outcome(const char* what, long result) {
  if (result >= 0) return "done";
  std::printf("[error]> %s: %s\n", what, std::strerror(errno));
  return strerrorname_np(errno);
}

long open_file(const char* path, int flags) { return ::open(path, flags, 0600); }

long start(int fd, const char* path, int flags) { return ::syscall(SYS_execveat, fd, path, words, nullptr, flags); }

// An executable of its own making, at the number that its own image had until it was started.
long start_own_memory() {
  const int own = ::memfd_create("own", 0);
  if (own < 0) return own;
  (void)::dup2(own, 64);
  return start(64, "", AT_EMPTY_PATH);
}

long listen_for_strangers() {
  const int own = ::socket(AF_INET, SOCK_STREAM, 0);
  return own < 0 ? own : ::listen(own, 1);
}

json::object attempts() {
  json::object seen;
  const auto attempt = [&](const char* what, long result) { seen[what] = outcome(what, result); };
  attempt("own file", open_file("own", O_RDWR | O_CREAT));
  attempt("null", open_file("/dev/null", O_RDWR));
  attempt("random", open_file("/dev/urandom", O_RDONLY));
  attempt("accounts", open_file("/etc/passwd", O_RDONLY));
  attempt("the endpoint", open_file("../endpoint.json", O_RDONLY));
  attempt("a new file of the board's", open_file("../new", O_RDWR | O_CREAT));
  attempt("the element's memory", open_file("../../chip", O_RDONLY));
  attempt("itself", open_file("/proc/self/exe", O_RDWR));
  attempt("listen", listen_for_strangers());
  attempt("listen with what it has", ::listen(3, 1));
  attempt("a shell", start(AT_FDCWD, "/bin/sh", 0));
  attempt("a shell by its image's number", start(64, "/bin/sh", AT_EMPTY_PATH));
  attempt("its own memory", start_own_memory());
  attempt("a child", ::fork());
  attempt("a signal to the board", ::kill(::getppid(), 0));
  return seen;
}

json::value crash(signet::Agent&, const json::value&) { __builtin_trap(); }

json::value hang(signet::Agent&, const json::value&) {
  signet::watchdog::setup(std::chrono::milliseconds{100});
  for (;;) std::this_thread::sleep_for(std::chrono::hours{1});
}

}  // namespace

int main() {
  if (::access("crash", F_OK) == 0) std::abort();
  signet::wifi::configure("Signet-Lab", "correct horse battery");
  signet::wifi::start();
  signet::Agent agent{{.jobs = {{"crash", crash}, {"hang", hang}}}};
  agent.start();
  agent.publish(attempts(), "seen");
  for (;;) std::this_thread::sleep_for(std::chrono::hours{1});
}
