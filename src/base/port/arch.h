// arch.h -- what the kernel and executables call this processor, and where Debian keeps its libraries. Little-endian
// 64-bit Linux only.
#pragma once

#include <elf.h>
#include <linux/audit.h>
#include <sys/syscall.h>
#include <array>
#include <cstdint>

namespace signet {

// `extra_calls`: older forms of clone, fchmodat and fchownat that only some processors have.
#if defined(__x86_64__)
inline constexpr std::uint32_t audit_arch = AUDIT_ARCH_X86_64;
inline constexpr std::array<long, 5> extra_calls{SYS_fork, SYS_vfork, SYS_chmod, SYS_chown, SYS_lchown};
inline constexpr std::uint16_t elf_machine = EM_X86_64;
inline constexpr const char* library_folder = "/usr/lib/x86_64-linux-gnu";
#elif defined(__aarch64__)
inline constexpr std::uint32_t audit_arch = AUDIT_ARCH_AARCH64;
inline constexpr std::array<long, 0> extra_calls{};
inline constexpr std::uint16_t elf_machine = EM_AARCH64;
inline constexpr const char* library_folder = "/usr/lib/aarch64-linux-gnu";
#elif defined(__riscv) && __riscv_xlen == 64
inline constexpr std::uint32_t audit_arch = AUDIT_ARCH_RISCV64;
inline constexpr std::array<long, 0> extra_calls{};
inline constexpr std::uint16_t elf_machine = EM_RISCV;
inline constexpr const char* library_folder = "/usr/lib/riscv64-linux-gnu";
#else
#error "no system call filter is written for this processor yet: add it here"
#endif

}  // namespace signet
