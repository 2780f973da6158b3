// KDF 0x56 [3.6]
#include "crypto/aes.h"
#include "element/emulator/commands.h"
#include "element/emulator/io_protection.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t source_mask = 0x03;
constexpr std::uint8_t kdf_target_mask = 0x1c;
constexpr std::uint8_t algorithm_mask = 0x60;
constexpr std::size_t half_bytes = 32;  // of TempKey

enum class MessagePlace : std::uint8_t { slot = 0, temp_key = 1, input = 2, input_checked = 3 };  // HKDF's details

// One command, taken apart: everything in it is possible in some state.
struct Request {
  std::uint8_t source = 0;
  std::uint8_t target = 0;
  std::uint8_t algorithm = 0;
  unsigned source_slot = 0;  // param2, low byte
  unsigned target_slot = 0;  // param2, high byte; [?] names the slot of HKDF's message too
  std::size_t key_offset = 0;
  std::size_t key_size = half_bytes;
  bool zero_key = false;
  MessagePlace place = MessagePlace::input;
  std::size_t message_size = 0;
  std::size_t result_size = half_bytes;
  Bytes input{};
};

// Bits that nobody public explains must be zero [?]; among them PRF's AEAD modes.
bool read_details(Request& request, std::uint32_t details) {
  const std::uint32_t low = details & 0x00ffffff;
  const std::size_t length = details >> 24;
  request.message_size = length;
  switch (request.algorithm) {
    case mode::kdf_prf:
      request.key_size = 16 * ((low & 3) + 1);
      request.result_size = (low & 0x100) != 0 ? 2 * half_bytes : half_bytes;
      return (low & ~0x103u) == 0;
    case mode::kdf_aes:
      request.key_offset = crypto::aes_block_bytes * (low & 3);
      request.key_size = request.message_size = crypto::aes_block_bytes;
      return (low & ~3u) == 0 && (length == 0 || length == crypto::aes_block_bytes);
    case mode::kdf_hkdf:
      request.place = static_cast<MessagePlace>(low & 3);
      request.zero_key = (low & 4) != 0;
      return (low & ~7u) == 0;
    default: return false;
  }
}

std::size_t source_bytes(const Request& request) {
  switch (request.source) {
    case mode::kdf_from_temp_key: return 2 * half_bytes;
    case mode::kdf_from_slot: return request.source_slot < slot_count ? slot_bytes(request.source_slot) : 0;
    default: return half_bytes;
  }
}

std::size_t target_bytes(const Request& request) {
  switch (request.target) {
    case mode::kdf_to_temp_key_upper:
    case mode::kdf_to_alternate_key: return half_bytes;
    case mode::kdf_to_slot: return request.target_slot < slot_count ? slot_bytes(request.target_slot) : 0;
    case mode::kdf_to_temp_key:
    case mode::kdf_to_output:
    case mode::kdf_to_output_encrypted: return 2 * half_bytes;
    default: return 0;
  }
}

std::size_t message_place_bytes(const Request& request) {
  switch (request.place) {
    case MessagePlace::slot: return request.target_slot < slot_count ? slot_bytes(request.target_slot) : 0;
    case MessagePlace::temp_key: return 2 * half_bytes;
    case MessagePlace::input:
    case MessagePlace::input_checked: return request.input.size();
  }
  return 0;
}

std::optional<Request> parse(const Command& command) {
  if ((command.param1 & ~(source_mask | kdf_target_mask | algorithm_mask)) != 0) return std::nullopt;
  Request request{.source = static_cast<std::uint8_t>(command.param1 & source_mask),
                  .target = static_cast<std::uint8_t>(command.param1 & kdf_target_mask),
                  .algorithm = static_cast<std::uint8_t>(command.param1 & algorithm_mask),
                  .source_slot = command.param2 & 0xffu,
                  .target_slot = command.param2 / 256u};
  Reader in{command.data};
  const auto details = in.u32_le();
  if (!details || !read_details(request, details.value())) return std::nullopt;
  request.input = in.rest();
  const bool has_input = request.place == MessagePlace::input || request.place == MessagePlace::input_checked;
  if (request.input.size() != (has_input ? request.message_size : 0)) return std::nullopt;
  const std::size_t room = message_place_bytes(request);
  if (room < request.message_size || (request.place == MessagePlace::slot && room == 0)) return std::nullopt;
  const bool key_fits = request.zero_key || source_bytes(request) >= request.key_offset + request.key_size;
  if (!key_fits || target_bytes(request) < request.result_size) return std::nullopt;
  return request;
}

// [?] A slot gives its bytes to a derivation as it would to MAC: not when it is private or NoMac.
std::optional<Bytes> slot_part(Chip& chip, unsigned slot, std::size_t offset, std::size_t size) {
  if (key_config(chip.config(), slot).is_private || slot_config(chip.config(), slot).no_mac) return std::nullopt;
  if (!use_key(chip, slot)) return std::nullopt;
  return Bytes{chip.memory.data.slot(slot)}.subspan(offset, size);
}

std::optional<Bytes> key_of(Chip& chip, const Request& request) {
  static constexpr Block<half_bytes> zeros{};
  if (request.zero_key) return Bytes{zeros};
  switch (request.source) {
    case mode::kdf_from_temp_key: return chip.ram.temp_key.part(request.key_offset, request.key_size);
    case mode::kdf_from_temp_key_upper:
      return chip.ram.temp_key.part(half_bytes + request.key_offset, request.key_size);
    case mode::kdf_from_slot: return slot_part(chip, request.source_slot, request.key_offset, request.key_size);
    default:
      if (!chip.ram.alternate_key_valid) return std::nullopt;
      return Bytes{chip.ram.alternate_key}.subspan(request.key_offset, request.key_size);
  }
}

bool has_iv_string(const ConfigZone& config, Bytes message) {
  const std::size_t where = config[at::kdf_iv_location];
  const Bytes wanted = Bytes{config}.subspan(at::kdf_iv_string, 2);
  return where + wanted.size() <= message.size() && std::ranges::equal(message.subspan(where, wanted.size()), wanted);
}

std::optional<Bytes> message_of(Chip& chip, const Request& request) {
  switch (request.place) {
    case MessagePlace::slot: return slot_part(chip, request.target_slot, 0, request.message_size);
    case MessagePlace::temp_key: return chip.ram.temp_key.part(0, request.message_size);
    case MessagePlace::input: return request.input;
    case MessagePlace::input_checked:
      if (!has_iv_string(chip.config(), request.input)) return std::nullopt;
      return request.input;
  }
  return std::nullopt;
}

// P_SHA256 of RFC 5246 section 5, one or two blocks.
Buffer prf(Bytes key, Bytes message, std::size_t size) {
  Buffer out;
  out.reserve(size);
  crypto::Digest a = crypto::hmac_sha256(key, message);
  while (out.size() < size) {
    Buffer input = copy_of(a);
    Writer{input}.bytes(message);
    Writer{out}.bytes(crypto::hmac_sha256(key, input));
    a = crypto::hmac_sha256(key, a);
    crypto::wipe(input);
  }
  crypto::wipe(a);
  return out;
}

crypto::SecretBytes derive(const Request& request, Bytes key, Bytes message) {
  if (request.algorithm == mode::kdf_prf) return crypto::SecretBytes{prf(key, message, request.result_size)};
  if (request.algorithm == mode::kdf_hkdf) return crypto::SecretBytes{copy_of(crypto::hmac_sha256(key, message))};
  const auto block = Reader{message}.block<crypto::aes_block_bytes>().value();
  Buffer out = copy_of(crypto::aes128_encrypt(key.first<16>(), block));
  out.resize(half_bytes);
  return crypto::SecretBytes{std::move(out)};
}

// [?] Source 1: what a host can ask for twice is no random nonce. The half that is not written stays as it was.
void into_temp_key(TempKey& temp, Bytes result, std::size_t offset) {
  std::ranges::copy(result, temp.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  if (offset + result.size() > half_bytes) temp.has_upper_half = true;
  if (offset != 0) return;
  temp.valid = temp.from_input = true;
  temp.gen_dig = temp.gen_key = temp.no_mac = temp.is_private_key = false;
  temp.key_id = 0;
}

Answer deliver(Chip& chip, const Request& request, Bytes result) {
  switch (request.target) {
    case mode::kdf_to_temp_key: into_temp_key(chip.ram.temp_key, result, 0); break;
    case mode::kdf_to_temp_key_upper: into_temp_key(chip.ram.temp_key, result, half_bytes); break;
    case mode::kdf_to_slot:
      if (!may_store_result(chip.config(), request.target_slot)) return ChipStatus::execution_error;
      store_result(chip, request.target_slot, result);
      break;
    case mode::kdf_to_alternate_key:
      std::ranges::copy(result, chip.ram.alternate_key.begin());
      chip.ram.alternate_key_valid = true;
      break;
    default: return give_secret(chip, SecretOutput::kdf, request.target == mode::kdf_to_output_encrypted, result);
  }
  return ChipStatus::ok;
}

bool is_enabled(const ConfigZone& config, std::uint8_t algorithm) {
  constexpr std::uint16_t aes_kdf = 0x0004;
  return algorithm != mode::kdf_aes || ((config[at::aes_enable] & 1) != 0 && (chip_options(config) & aes_kdf) != 0);
}

}  // namespace

Answer kdf(Chip& chip, const Command& command) {
  const auto request = parse(command);
  if (!request) return ChipStatus::parse_error;
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config) || !is_data_locked(config)) return ChipStatus::execution_error;
  if (!is_enabled(config, request->algorithm)) return ChipStatus::execution_error;
  const auto key = key_of(chip, *request);
  const auto message = message_of(chip, *request);
  if (!key || !message) return ChipStatus::execution_error;
  return deliver(chip, *request, derive(*request, *key, *message).reveal());
}

}  // namespace signet::element::emulator
