#include "load/cost.h"

#include "load/identity.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>
#include <fstream>
#include <sstream>

namespace signet::bench {
namespace {

constexpr double ticks_are_behind_seconds = 0.03;

std::string text_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

// Of all threads that ever were, in ticks of 10 ms.
double cpu_by_ticks(const std::string& folder) {
  const std::string stat = text_of_file(folder + "/stat");
  const auto end_of_name = stat.rfind(')');
  if (end_of_name == stat.npos) give_up("the server is gone: " + folder);
  std::istringstream fields{stat.substr(end_of_name + 1)};
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;  // proc(5): utime is field 14, the state behind the name field 3
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// Of the threads that live, in nanoseconds.
double cpu_by_threads(const std::string& folder) {
  double nanos = 0;
  DIR* const threads = ::opendir((folder + "/task").c_str());
  if (!threads) return 0;
  while (const dirent* const thread = ::readdir(threads)) {
    if (thread->d_name[0] == '.') continue;
    double run = 0;
    std::istringstream{text_of_file(folder + "/task/" + thread->d_name + "/schedstat")} >> run;
    nanos += run;
  }
  ::closedir(threads);
  return nanos / 1e9;
}

}  // namespace

Cost cost_of(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  Cost out;
  const double ticks = cpu_by_ticks(folder), threads = cpu_by_threads(folder);
  out.cpu_seconds = threads > ticks - ticks_are_behind_seconds ? threads : ticks;  // behind: a thread has died
  std::size_t pages = 0, resident = 0;
  std::istringstream{text_of_file(folder + "/statm")} >> pages >> resident;
  out.resident_bytes = resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return out;
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& at) {
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace signet::bench
