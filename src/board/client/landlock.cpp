#include "board/client/landlock.h"

#include "base/port/file.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>

namespace signet::board {
namespace {

// landlock(7). What Linux 6.1's header, Debian 12's, does not name yet is written out.
constexpr std::uint64_t truncate_file = 1u << 14;  // version 3
constexpr std::uint64_t use_device = 1u << 15;     // version 5
constexpr std::uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t change_rights = read_rights | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                        LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                        LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                        LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | truncate_file;
constexpr std::uint64_t run_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t rights_on_a_file =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | truncate_file;

// The kernel's landlock_ruleset_attr; an older kernel takes it when the fields that it does not know are 0.
struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};

Ruleset all_that_is_known_to(long version) {
  Ruleset all;
  all.files = (1u << 13) - 1;  // EXECUTE to MAKE_SYM
  if (version >= 2) all.files |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) all.files |= truncate_file;
  if (version >= 4) all.network = 0b11;  // bind and connect, TCP
  if (version >= 5) all.files |= use_device;
  if (version >= 6) all.scoped = 0b11;  // abstract sockets, signals
  return all;
}

// Never `unavailable`: that means no Landlock at all, and a firmware may run without.
Error failure(const std::string& path) {
  Error error = os_error("confine the firmware:", path);
  error.code = Errc::forbidden;
  return error;
}

Status grant(const Fd& ruleset, const std::string& path, std::uint64_t rights) {
  const Fd there{::open(path.c_str(), O_PATH | O_CLOEXEC)};
  struct stat about {};
  if (!there && (errno == ENOENT || errno == ENOTDIR)) return {};
  if (!there || ::fstat(there.get(), &about) != 0) return failure(path);
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(about.st_mode) ? rights : rights & rights_on_a_file;
  rule.parent_fd = there.get();
  if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return failure(path);
  }
  return {};
}

}  // namespace

Status confine_files(const Reach& reach) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return Error{Errc::unavailable, "this kernel has no Landlock (Linux 5.13, lsm=landlock)"};
  const Ruleset all = all_that_is_known_to(version);
  const Fd ruleset{static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0))};
  if (!ruleset) return failure("restrict");
  for (const auto& path : reach.read) TRY(grant(ruleset, path, all.files & read_rights));
  for (const auto& path : reach.change) TRY(grant(ruleset, path, all.files & change_rights));
  for (const auto& path : reach.run) TRY(grant(ruleset, path, all.files & run_rights));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return failure("restrict");
  }
  return {};
}

}  // namespace signet::board
