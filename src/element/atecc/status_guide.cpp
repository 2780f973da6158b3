#include "element/atecc/status_guide.h"

#include <charconv>
#include <span>

namespace signet::element {
namespace {

struct Entry {
  ChipStatus status;
  std::uint8_t host_code;  // what host libraries report for it; 0: the same
  const char* meaning;
  const char* causes[4];
  const char* next[2];
};

constexpr Entry entries[] = {
    {ChipStatus::ok, 0, "The command did what it should.", {}, {}},
    {ChipStatus::miscompare,
     0xd1,
     "The chip computed well; the result does not match what it was given.",
     {"the signature, MAC or digest is of another message, or of another key",
      "host and chip do not hold the same secret"},
     {"compare the public key with 'signet element show', and the message byte by byte"}},
    {ChipStatus::parse_error,
     0xd2,
     "Wrong in any state: opcode, mode bits, data length or address are not the chip's.",
     {"a mode bit of another chip of the family (508A, 204A)", "the address lies past the end of its slot",
      "the part has no AES (configuration byte 13), and the command is AES"},
     {"compare the packet with docs/formats/element-wire.md; record:FILE:LINK writes it down"}},
    {ChipStatus::ecc_fault,
     0xd6,
     "An ECC computation gave no valid result.",
     {"a rare value: try again", "PrivWrite: the key is zero or not below the group's order"},
     {"repeat the command; our driver does"}},
    {ChipStatus::self_test_failed,
     0xd7,
     "The chip's self test failed: it answers only Read configuration and SelfTest.",
     {"a supply voltage that dips", "a damaged chip"},
     {"'signet element selftest' names the part of the test; power the chip off and on"}},
    {ChipStatus::health_test_failed,
     0xfa,
     "The random number generator failed its health test.",
     {"a supply voltage that dips", "a damaged chip"},
     {"power the chip off and on; when it stays, scrap it"}},
    {ChipStatus::execution_error,
     0xf4,
     "A legal command that is forbidden in the chip's present state.",
     {"a zone is not locked yet: keys work after the configuration lock, most secrets after the data lock",
      "a lock, a slot's configuration or its KeyType forbids it",
      "TempKey is not valid: commands use it up, sleep and the "
      "watchdog end it",
      "the key needs an authorisation (ReqAuth), the latch, or has no uses left"},
     {"'signet element show --link LINK' prints locks and slots in words",
      "our driver reads configuration and state after this status and names the reason"}},
    {ChipStatus::just_woken,
     0xf3,
     "The greeting after a wake, read where an answer belongs.",
     {"the watchdog put the chip to sleep in the midst of a turn", "another program woke it"},
     {"one program at a time: our links lock the bus from wake to idle"}},
    {ChipStatus::watchdog_near,
     0xd5,
     "Too little time is left before the watchdog for this command.",
     {"the chip was awake too long before it"},
     {"idle, wake, and the command again; our driver renews long turns itself"}},
    {ChipStatus::communication_error,
     0xd4,
     "The chip got a packet with a wrong CRC or count.",
     {"noise, a bus that is too fast or has weak pull-ups", "a CRC of another form: see docs/formats/element-wire.md"},
     {"repeat; when it stays, lower the bus clock"}},
};

std::vector<std::string> lines_of(std::span<const char* const> lines) {
  std::vector<std::string> out;
  for (const char* const line : lines) {
    if (line) out.emplace_back(line);
  }
  return out;
}

// What host libraries report of the way, not of the chip.
const std::vector<StatusGuide>& host_failures() {
  static const std::vector<StatusGuide> all = {
      {0xd0,
       "wake failed",
       "Nobody answered the wake pulse, or not with 04 11 33 43.",
       {"an 8-bit address where 7 bits belong (0xC0 is 0x60)", "a bus faster than 100 kHz: the pulse is too short",
        "no power, no pull-ups, a single-wire part on I2C"},
       {"'signet element probe' tries every known address and says what it saw"}},
      {0xe5,
       "damaged answer",
       "The CRC of the chip's answer does not match.",
       {"noise, or two programs on one bus"},
       {"repeat; our links lock the bus"}},
      {0xe7,
       "no answer",
       "The chip took the command and never answered.",
       {"the host waited less than the chip's clock divider needs", "the watchdog ended the command"},
       {"poll until the longest time of docs/formats/element-wire.md"}},
      {0xf0,
       "bus failure",
       "The host's own I2C or UART call failed.",
       {"wrong device, no permission, a stuck line"},
       {"'signet element probe' says which"}},
  };
  return all;
}

struct Hint {
  ChipStatus status;
  Opcode opcode;
  const char* cause;
};
constexpr Hint hints[] = {
    {ChipStatus::execution_error, Opcode::gen_key, "GenKey works only after the configuration zone is locked"},
    {ChipStatus::execution_error, Opcode::sign, "Sign: the slot holds no key yet, or ReadKey bit 0 (external) is 0"},
    {ChipStatus::execution_error, Opcode::aes, "AES: the slot's KeyType is not 6, or the part has no AES"},
    {ChipStatus::parse_error, Opcode::aes, "AES: disabled in this part, or the slot's KeyType is not 6"},
    {ChipStatus::execution_error, Opcode::read,
     "Read: before the data lock nothing can be read; secret slots never in clear"},
    {ChipStatus::execution_error, Opcode::write,
     "Write: the slot takes encrypted writes only, or none after the data lock"},
    {ChipStatus::execution_error, Opcode::lock, "Lock: locked already, or the checksum is not the contents'"},
    {ChipStatus::execution_error, Opcode::ecdh, "ECDH: ReadKey bit 2 is 0, or ChipOptions want the result encrypted"},
    {ChipStatus::execution_error, Opcode::verify, "Verify: the public key is not on the curve, or not validated"},
    {ChipStatus::execution_error, Opcode::mac, "MAC: the slot has NoMac, or TempKey is not valid"},
    {ChipStatus::execution_error, Opcode::kdf, "KDF: AES in KDF is off, or ChipOptions keep the result inside"},
    {ChipStatus::execution_error, Opcode::counter, "Counter: it is at its end, 2097151"},
    {ChipStatus::execution_error, Opcode::update_extra, "UpdateExtra: the byte was set before"},
    {ChipStatus::execution_error, Opcode::priv_write, "PrivWrite: after the data lock encrypted only, if at all"},
    {ChipStatus::execution_error, Opcode::secure_boot,
     "SecureBoot: off in the configuration, or prohibited until power-up"},
    {ChipStatus::execution_error, Opcode::derive_key, "DeriveKey: WriteConfig does not permit it, or a zone is open"},
    {ChipStatus::execution_error, Opcode::gen_dig, "GenDig: TempKey is not valid: a Nonce comes first"},
};

Result<unsigned> number_of(std::string_view text) {
  const Error wrong{Errc::malformed, "\"" + std::string{text} + "\" is no status: write the byte as 0x0f or f4"};
  const bool negative = text.starts_with('-');
  std::string_view digits = negative ? text.substr(1) : text;
  if (!negative && (digits.starts_with("0x") || digits.starts_with("0X"))) digits.remove_prefix(2);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, negative ? 10 : 16);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return wrong;
  if (value > (negative ? 128u : 255u)) return wrong;
  return negative ? (256 - value) & 255 : value;
}

Result<std::uint8_t> opcode_of(std::string_view text) {
  const auto lower = [](std::string word) {
    for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return word;
  };
  const auto number = number_of(text);
  for (unsigned opcode = 0; opcode < 256; ++opcode) {
    const std::string name = name_of(static_cast<std::uint8_t>(opcode));
    if (name.starts_with("opcode ")) continue;
    if (lower(name) == lower(std::string{text}) || (number && number.value() == opcode)) {
      return static_cast<std::uint8_t>(opcode);
    }
  }
  return Error{Errc::not_found,
               "the chip has no command \"" + std::string{text} + "\": name it, as Sign, or its opcode, as 0x41"};
}

}  // namespace

Result<StatusGuide> guide_for_status(std::string_view text) {
  const unsigned code = TRY(number_of(text));
  for (const Entry& entry : entries) {
    const bool own = static_cast<unsigned>(entry.status) == code;
    if (!own && (entry.host_code == 0 || entry.host_code != code)) continue;
    return StatusGuide{static_cast<std::uint8_t>(entry.status),
                       words_of(entry.status),
                       entry.meaning,
                       lines_of(entry.causes),
                       lines_of(entry.next),
                       !own};
  }
  for (StatusGuide failure : host_failures()) {
    if (failure.status != code) continue;
    failure.from_host_code = true;
    return failure;
  }
  return Error{Errc::not_found, words_of(ChipStatus{static_cast<std::uint8_t>(code)}) +
                                    " is none of the chip's, nor one that host libraries make of them"};
}

Status add_command(StatusGuide& guide, std::string_view command) {
  const std::uint8_t opcode = TRY(opcode_of(command));
  for (const Hint& hint : hints) {
    if (static_cast<std::uint8_t>(hint.status) == guide.status && static_cast<std::uint8_t>(hint.opcode) == opcode) {
      guide.causes.insert(guide.causes.begin(), hint.cause);
    }
  }
  return {};
}

}  // namespace signet::element
