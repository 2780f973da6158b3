#include "base/bytes.h"

// What a text decoder takes, the encoder writes again, character for character (hex: but for its case).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text = text_of({data, size});
  if (const auto plain = decode_base64(text)) ENSURE(base64(plain.value()) == text);
  if (const auto plain = decode_base64url(text)) ENSURE(base64url(plain.value()) == text);
  if (const auto plain = decode_hex(text)) ENSURE(decode_hex(hex_upper(plain.value())).value() == plain.value());
  const Bytes all{data, size};
  ENSURE(decode_base64(base64(all)).value() == copy_of(all));
  ENSURE(decode_base64url(base64url(all)).value() == copy_of(all));
  ENSURE(decode_hex(hex(all)).value() == copy_of(all));
  if (is_utf8(text)) ENSURE(text.find('\0') == text.npos);
  return 0;
}
