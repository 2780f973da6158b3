// secrets.h -- the board's named secrets: Wi-Fi passwords, API keys. Sealed by its element, kept in FOLDER/secrets.
//
//   file  := what Element::seal made of `plain` for the purpose "signet.board.secrets.v1"
//   plain := (size:u8 name size:u16be value)*      names rise, so that one set of secrets has one form
//
// Neither the flash, nor the element's slots, nor a trace of the element's bus shows one. None is kept in memory: each
// call opens the file, does one thing, and wipes what it saw. docs/formats/secrets.md
#pragma once

#include "element/element.h"

#include <string>

namespace signet::board {

inline constexpr std::size_t secrets_max = 32;
inline constexpr std::size_t secret_name_bytes_max = 64;
inline constexpr std::size_t secret_value_bytes_max = 1024;
inline constexpr std::size_t secrets_bytes_max = 2048;  // all values together
inline constexpr std::string_view secrets_purpose = "signet.board.secrets.v1";
inline constexpr std::string_view wifi_ssid_secret = "wifi.ssid";
inline constexpr std::string_view wifi_password_secret = "wifi.password";

// Letters, digits, '.', '-' and '_'; begins with a letter.
bool is_secret_name(std::string_view name);
// Programs may read all but these: they are the board's own.
inline bool is_board_secret(std::string_view name) { return name.starts_with("wifi."); }

struct SecretEntry {
  std::string name;
  Bytes value;  // within the plain text that was parsed
};
// corrupt: not what write_secrets makes.
Result<std::vector<SecretEntry>> parse_secrets(Bytes plain);
crypto::SecretBytes write_secrets(const std::vector<SecretEntry>& entries);  // REQUIRES: what parse_secrets would take

class Secrets {
 public:
  // The element must outlive this.
  Secrets(element::Element& element, std::string folder) : element_(element), file_(std::move(folder) + "/secrets") {}

  // Every call may fail with what the element says, and with corrupt when the file is not this element's, or of an
  // earlier owner: then only forget() helps.
  Result<std::vector<std::string>> names();
  Result<crypto::SecretBytes> get(std::string_view name);  // not_found
  // malformed for a bad name, too_large past a limit, exhausted when all are used. Durable when it returns.
  Status set(std::string_view name, Bytes value);
  Status remove(std::string_view name);  // not_found
  // All of them, for ever: a copy of the file is of no use afterwards. Fine when there are none.
  Status forget();

 private:
  struct Opened {
    crypto::SecretBytes plain;
    std::vector<SecretEntry> entries;
  };
  Result<Opened> open();
  Status store(const std::vector<SecretEntry>& entries);

  element::Element& element_;
  std::string file_;
};

}  // namespace signet::board
