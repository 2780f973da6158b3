#include "element/wire/command.h"

namespace signet::element {
namespace {

struct Entry {
  Opcode opcode;
  const char* name;
  int longest[3];  // ms, for the clock dividers 0x00, 0x28 and 0x68
};

// [1.6]
constexpr Entry commands[] = {
    {Opcode::read, "Read", {5, 5, 5}},
    {Opcode::write, "Write", {45, 45, 45}},
    {Opcode::nonce, "Nonce", {20, 20, 20}},
    {Opcode::lock, "Lock", {35, 35, 35}},
    {Opcode::random, "Random", {23, 23, 23}},
    {Opcode::counter, "Counter", {25, 25, 25}},
    {Opcode::info, "Info", {5, 5, 5}},
    {Opcode::gen_key, "GenKey", {115, 215, 653}},
    {Opcode::sign, "Sign", {115, 220, 665}},
    {Opcode::ecdh, "ECDH", {75, 172, 531}},
    {Opcode::verify, "Verify", {105, 295, 1085}},
    {Opcode::sha, "SHA", {36, 42, 75}},
    {Opcode::mac, "MAC", {55, 55, 55}},
    {Opcode::gen_dig, "GenDig", {25, 35, 35}},
    {Opcode::derive_key, "DeriveKey", {50, 50, 50}},
    {Opcode::update_extra, "UpdateExtra", {10, 10, 10}},
    {Opcode::check_mac, "CheckMac", {40, 40, 40}},
    {Opcode::priv_write, "PrivWrite", {50, 50, 50}},
    {Opcode::aes, "AES", {27, 27, 27}},
    {Opcode::kdf, "KDF", {165, 165, 165}},
    {Opcode::self_test, "SelfTest", {250, 625, 2324}},
    {Opcode::secure_boot, "SecureBoot", {80, 160, 480}},
};
constexpr Entry unknown = {Opcode{}, "", {250, 625, 2324}};  // SelfTest's, the longest of all

constexpr std::uint8_t divider_mask = 0xf8;

const Entry& entry_of(std::uint8_t opcode) {
  for (const Entry& entry : commands) {
    if (entry.opcode == Opcode{opcode}) return entry;
  }
  return unknown;
}

std::string hex_byte(std::uint8_t byte) {
  char text[8];
  std::snprintf(text, sizeof text, "0x%02x", byte);
  return text;
}

}  // namespace

std::string words_of(ChipStatus status) {
  switch (status) {
    case ChipStatus::ok: return "success";
    case ChipStatus::miscompare: return "miscompare";
    case ChipStatus::parse_error: return "parse error";
    case ChipStatus::ecc_fault: return "ECC fault";
    case ChipStatus::self_test_failed: return "self test failed";
    case ChipStatus::health_test_failed: return "random number health test failed";
    case ChipStatus::execution_error: return "execution error";
    case ChipStatus::just_woken: return "just woken";
    case ChipStatus::watchdog_near: return "watchdog about to expire";
    case ChipStatus::communication_error: return "checksum or communication error";
  }
  return "status " + hex_byte(static_cast<std::uint8_t>(status));
}

std::string name_of(std::uint8_t opcode) {
  const Entry& entry = entry_of(opcode);
  return &entry == &unknown ? "opcode " + hex_byte(opcode) : entry.name;
}

Millis execution_time_max(std::uint8_t opcode, std::uint8_t chip_mode) {
  const Entry& entry = entry_of(opcode);
  switch (chip_mode & divider_mask) {
    case 0x00: return Millis{entry.longest[0]};
    case 0x28: return Millis{entry.longest[1]};
    default: return Millis{entry.longest[2]};
  }
}

Millis execution_time_max(std::uint8_t opcode) { return Millis{entry_of(opcode).longest[2]}; }

}  // namespace signet::element
