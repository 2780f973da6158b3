// formulas.h -- the two shapes of hash that most commands compute.
//
//   digest_of   H(first || head || SN8 SN01 || middle || last)       GenDig, GenKey, DeriveKey, the MACs of writes
//   mac_of      H(first || second || head || OTP || serial)          MAC, CheckMac
//
// Secrets go into the hash without a copy.
#pragma once

#include "element/emulator/chip.h"

namespace signet::element::emulator {

using Head = Block<4>;

Head head_of(const Command& command);  // opcode || param1 || param2

crypto::Digest digest_of(const ConfigZone& config, Bytes first, const Head& head, Bytes middle = {}, Bytes last = {});

// What stands between the two blocks and the end: 24 bytes that the host may choose or leave zero.
struct MacTail {
  Head head{};
  Block<8> otp_low{};      // OTP[0..7]
  Block<3> otp_high{};     // OTP[8..10]
  Block<4> serial_high{};  // SN[4..7]
  Block<2> serial_low{};   // SN[2..3]
};
crypto::Digest mac_of(const ConfigZone& config, Bytes first, Bytes second, const MacTail& tail);

// TempKey becomes the 32 bytes; its flags stay.
void put_digest(TempKey& temp_key, const crypto::Digest& digest);

}  // namespace signet::element::emulator
