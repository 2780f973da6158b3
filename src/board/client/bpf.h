// bpf.h -- private to board/: words of which seccomp filters are made. bpf(4): jump offsets count from the next
// instruction.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace signet::board::bpf {

constexpr sock_filter load(std::uint32_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
constexpr sock_filter give(std::uint32_t verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }
constexpr sock_filter skip_unless(std::uint32_t value) { return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1); }

constexpr std::uint32_t deny = SECCOMP_RET_ERRNO | EPERM;
// Little-endian; arch.h allows no other. The kernel itself looks at no more of a descriptor or a flag.
constexpr std::uint32_t low_half_of_argument(std::uint32_t n) { return offsetof(seccomp_data, args) + n * 8; }

}  // namespace signet::board::bpf
