#include "element/emulator/preset.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t locked = 0x00;
constexpr std::size_t secure_boot_at = 70;
constexpr std::size_t x509_format_at = 92;
constexpr std::size_t private_key_offset = 4;
constexpr std::size_t part_code_bytes = 8;
constexpr unsigned keys_made = 5;  // slots 0 to 4
constexpr unsigned shared_secret_slot = 5;

struct Rights {
  std::uint16_t slot;
  std::uint16_t key;
};
using Table = std::array<Rights, slot_count>;

constexpr Table trustflex{{
    {0x0081, 0x0013},  // 0 primary key: signs digests, never replaced
    {0x0082, 0x0013},  // 1 signs the chip's own state alone
    {0x2085, 0x0033},  // 2-4 secondary keys: sign and agree, GenKey replaces them
    {0x2085, 0x0033},
    {0x2085, 0x0033},
    {0x8080, 0x001c},  // 5 secret, fixed
    {0x0090, 0x003c},  // 6 IO protection key: written once in clear, then locked
    {0x8080, 0x001c},  // 7 secure boot digest
    {0x0000, 0x003c},  // 8 general data
    {0x0080, 0x0038},  // 9 AES keys
    {0x0000, 0x003c},  // 10 device certificate
    {0x0000, 0x0030},  // 11 signer's public key
    {0x0000, 0x003c},  // 12 signer's certificate
    {0x8000, 0x0010},  // 13 parent public key, fixed
    {0x100d, 0x0032},  // 14 public key that 13 validates
    {0x0000, 0x0030},  // 15 secure boot public key
}};

// Of a part for TLS alone: an address in clear in slot 5, nothing in 7 and 15.
constexpr Table tngtls = [] {
  Table table = trustflex;
  table[5] = {0x8000, 0x001c};
  table[7] = {0x8080, 0x001c};
  table[15] = {0x8080, 0x001c};
  return table;
}();

struct Part {
  const Table& table;
  std::uint8_t i2c_address;  // 8-bit form
  std::uint16_t secure_boot;
  std::uint16_t chip_options;
  std::string_view part_code;  // the first OTP bytes
};

constexpr Part trustflex_part{trustflex, 0x6c, 0xf713, 0x6506, "MKMwyhP1"};
constexpr Part tngtls_part{tngtls, 0x6a, 0x0000, 0x6506, "KQp2ZkD8"};

void put_u16(ConfigZone& config, std::size_t offset, std::uint16_t bits) {
  config[offset] = static_cast<std::uint8_t>(bits);
  config[offset + 1] = static_cast<std::uint8_t>(bits >> 8);
}

void configure(ConfigZone& config, const Part& part) {
  const Block<2 * sizeof(CounterBytes)> counters =
      Reader{Bytes{config}.subspan(at::counters)}.block<2 * sizeof(CounterBytes)>().value();
  std::fill(config.begin() + at::i2c_address, config.begin() + at::lock_value, std::uint8_t{0});
  std::ranges::copy(counters, config.begin() + at::counters);
  config[at::i2c_address] = part.i2c_address;
  config[at::chip_mode] = 0x01;  // the address may be changed once, by UpdateExtra
  put_u16(config, secure_boot_at, part.secure_boot);
  put_u16(config, at::chip_options, part.chip_options);
  std::fill_n(config.begin() + x509_format_at, 4, std::uint8_t{0});
  for (unsigned slot = 0; slot < slot_count; ++slot) {
    put_u16(config, at::slot_config + 2 * slot, part.table[slot].slot);
    put_u16(config, at::key_config + 2 * slot, part.table[slot].key);
  }
}

// "02" and five random bytes, as text: an EUI-48 of the kind that anybody may assign.
Buffer local_eui48(crypto::Random& random) {
  Block<6> address = random.block<6>();
  address[0] = 0x02;
  const std::string text = hex_upper(address);
  return {text.begin(), text.end()};
}

void fill(Memory& memory, const Part& part, crypto::Random& random) {
  for (unsigned slot = 0; slot < keys_made; ++slot) {
    const crypto::PrivateKey key = crypto::generate_private_key(random);
    std::ranges::fill(memory.data.slot(slot), std::uint8_t{0});
    std::ranges::copy(key.reveal(), memory.data.slot(slot).begin() + private_key_offset);
  }
  const bool is_secret = slot_config(memory.config, shared_secret_slot).is_secret;
  if (is_secret)
    random.fill(memory.data.slot(shared_secret_slot).first(32));  // that nobody knows: it cannot be changed any more
  else
    memory.data.set(shared_secret_slot, local_eui48(random));
  memory.data.otp.fill(0);
  std::copy_n(part.part_code.begin(), part_code_bytes, memory.data.otp.begin());
}

Memory make_part(const Part& part, crypto::Random& random) {
  Memory memory = blank_memory(random);
  configure(memory.config, part);
  fill(memory, part, random);
  memory.config[at::lock_config] = locked;
  memory.config[at::lock_value] = locked;
  return memory;
}

}  // namespace

Result<Preset> preset_of(std::string_view name) {
  if (name == "blank") return Preset::blank;
  if (name == "trustflex") return Preset::trustflex;
  if (name == "tngtls") return Preset::tngtls;
  return Error{Errc::malformed, "there is no part \"" + std::string{name} + "\": blank, trustflex or tngtls"};
}

Memory make_preset(Preset preset, crypto::Random& random) {
  switch (preset) {
    case Preset::blank: return blank_memory(random);
    case Preset::trustflex: return make_part(trustflex_part, random);
    case Preset::tngtls: return make_part(tngtls_part, random);
  }
  return blank_memory(random);
}

}  // namespace signet::element::emulator
