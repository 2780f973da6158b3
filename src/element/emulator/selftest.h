// selftest.h -- the tests that SelfTest and power-up run: known answers, and a health test of the randomness.
#pragma once

#include "crypto/random.h"

namespace signet::element::emulator {

// RNG, ECDSA, ECDH, AES and SHA: bits of SelfTest's mode.
inline constexpr std::uint8_t all_self_tests = 0x3d;

// Runs the tests whose bits are set; returns the bits of those that failed.
std::uint8_t run_self_tests(std::uint8_t which, crypto::Random& random);

}  // namespace signet::element::emulator
