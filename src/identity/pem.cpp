#include "identity/certificate.h"

namespace signet::identity {
namespace {

constexpr std::size_t line_chars = 64;  // RFC 7468 section 2

Error not_pem(std::string_view label, std::string_view what) {
  return Error{Errc::malformed, "PEM: " + std::string{what} + " \"" + std::string{label} + "\""};
}

}  // namespace

std::string pem(std::string_view label, Bytes der) {
  const std::string name{label};
  const std::string body = base64(der);
  std::string out = "-----BEGIN " + name + "-----\n";
  for (std::size_t at = 0; at < body.size(); at += line_chars) out += body.substr(at, line_chars) + "\n";
  return out + "-----END " + name + "-----\n";
}

Result<Buffer> decode_pem(std::string_view label, std::string_view text) {
  if (text.size() > pem_bytes_max) return Error{Errc::too_large, "PEM: more than 64 KiB"};
  const std::string begin = "-----BEGIN " + std::string{label} + "-----";
  const std::string end = "-----END " + std::string{label} + "-----";
  const std::size_t from = text.find(begin);
  if (from == text.npos) return not_pem(label, "there is no");
  if (text.find(begin, from + begin.size()) != text.npos) return not_pem(label, "more than one");
  const std::size_t to = text.find(end, from);
  if (to == text.npos) return not_pem(label, "cut off: no end of");
  std::string body{text.substr(from + begin.size(), to - from - begin.size())};
  std::erase_if(body, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  Result<Buffer> der = decode_base64(body);
  if (!der) return std::move(der).error().within("PEM");
  return der;
}

std::vector<std::string_view> certificate_texts(std::string_view text) {
  constexpr std::string_view end = "-----END CERTIFICATE-----";
  std::vector<std::string_view> out;
  for (std::size_t at = text.find(end); at != text.npos; at = text.find(end)) {
    const std::size_t size = at + end.size() + (text.substr(at + end.size()).starts_with('\n') ? 1 : 0);
    out.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

Result<Certificate> read_certificate(Bytes pem_or_der) {
  if (!pem_or_der.empty() && pem_or_der[0] == 0x30) return parse_certificate(pem_or_der);
  return parse_certificate(TRY(decode_pem("CERTIFICATE", text_of(pem_or_der))));
}

}  // namespace signet::identity
