#include "board/native.h"

#include "base/port/arch.h"
#include "board/client/confine.h"
#include "board/firmware.h"
#include "image/elf.h"
#include "image/format.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>

namespace signet::board {
namespace {

static_assert(firmware_image_fd == firmware_descriptors_max, "the first number that a firmware cannot have");

constexpr unsigned executable_memory = 0x10;  // MFD_EXEC, Linux 6.3; older ones need no word for it

Result<Fd> make_memory() {
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Fd out{::memfd_create("firmware", flags | executable_memory)};
  if (!out && errno == EINVAL) out = Fd{::memfd_create("firmware", flags)};
  if (!out) return os_error("make", "memory for an executable (see the sysctl vm.memfd_noexec)");
  return out;
}

Status write_all(const Fd& to, Bytes data) {
  while (!data.empty()) {
    const ssize_t wrote = ::write(to.get(), data.data(), data.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return os_error("write", "the executable");
    data = data.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

Result<Fd> seal_executable(Bytes elf) {
  TRY(image::check_executable(elf, image::this_machine()));
  Fd out = TRY(make_memory());
  TRY(write_all(out, elf));
  if (::fcntl(out.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    return os_error("seal", "the executable");
  return out;
}

Result<Fd> load_executable(const std::string& path) {
  constexpr std::string_view magic =
      "\x7f"
      "ELF";
  const Buffer file = TRY(read_file(path, image::payload_bytes_max));
  if (!text_of(file).starts_with(magic)) return Fd{};
  auto sealed = seal_executable(file);
  if (!sealed) return std::move(sealed).error().within(path);
  return sealed;
}

Reach reach_of_native(const std::string& folder) {
  return {.read = {library_folder, "/etc/ld.so.cache", "/dev/urandom", "/dev/zero"},
          .change = {folder, "/dev/null"},
          .run = {std::string{image::loader_of(image::this_machine())}}};
}

// Unlike Python's, its confinement lets one way of starting a program be: without Landlock that would be any program.
Error become_native(const Reach& reach, char* const* environment) {
  if (const Status confined = confine_files(reach); !confined) return confined.error();
  if (const Status confined = confine_process(MayStart::image); !confined) return confined.error();
  char name[] = "firmware";
  char* const argv[] = {name, nullptr};
  ::syscall(SYS_execveat, firmware_image_fd, "", argv, environment, AT_EMPTY_PATH);
  return os_error("start", "the executable");
}

}  // namespace signet::board
