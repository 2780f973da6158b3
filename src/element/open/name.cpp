#include "element/open/name.h"

#include <charconv>
#include <functional>
#include <map>
#include <set>

namespace signet::element {
namespace {

constexpr std::string_view link_schemes[] = {"i2c:", "serial:", "unix:", "tcp:", "record:", "replay:"};

Error malformed(const std::string& what) { return {Errc::malformed, what}; }

// RFC 3986 section 2.1.
Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = decode_hex(text.substr(i + 1, 2));
    if (!byte || byte.value().size() != 1) return malformed("% is followed by two hex digits");
    out += static_cast<char>(byte.value()[0]);
    i += 2;
  }
  return out;
}

using Take = std::function<Status(const std::string& value)>;
using Words = std::map<std::string_view, Take>;  // what may be said, and where it goes

Status take_words(std::string_view text, char separator, const Words& words) {
  std::set<std::string_view> said;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = word.find('=');
    const auto known = words.find(word.substr(0, equals));
    if (equals == word.npos || known == words.end()) {
      std::string there_is;
      for (const auto& [name, take] : words) there_is += (there_is.empty() ? "" : ", ") + std::string{name} + "=";
      return malformed("\"" + std::string{word.substr(0, equals)} + "\" is not known here; there is " + there_is);
    }
    if (!said.insert(known->first).second) return malformed(std::string{known->first} + " is said twice");
    TRY(known->second(TRY(percent_decode(word.substr(equals + 1)))));
  }
  return {};
}

Take into(SecretSource& source) {
  return [&source](const std::string& value) -> Status {
    constexpr std::string_view file = "file:";
    constexpr std::string_view fd = "fd:";
    if (value.starts_with(file) && value.size() > file.size()) {
      source.file = value.substr(file.size());
      return {};
    }
    int number = -1;
    const char* const end = value.data() + value.size();
    if (value.starts_with(fd) && std::from_chars(value.data() + fd.size(), end, number).ptr == end && number >= 0) {
      source.fd = number;
      return {};
    }
    return malformed("a secret comes from file:PATH or fd:NUMBER; it is never in the name itself");
  };
}

Take into(std::string& text) {
  return [&text](const std::string& value) -> Status {
    if (value.empty()) return malformed("a value is empty");
    text = value;
    return {};
  };
}

struct Parts {
  std::string_view path;
  std::string_view query;
};
Parts split(std::string_view rest) {
  const std::size_t mark = rest.find('?');
  if (mark == rest.npos) return {rest, {}};
  return {rest.substr(0, mark), rest.substr(mark + 1)};
}

Result<ElementName> parse_tpm(std::string_view rest) {
  const Parts parts = split(rest);
  TpmName out;
  out.spec.tcti = parts.path;
  if (parts.path.empty()) return malformed("name the TPM: tpm:device:/dev/tpmrm0 or tpm:swtpm:path=SOCKET");
  const auto handle = [&](const std::string& value) -> Status {
    constexpr std::string_view prefix = "0x";
    if (!value.starts_with(prefix)) return malformed("handle is written as 0x81020100");
    const char* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data() + prefix.size(), end, out.spec.handle, 16);
    if (read.ec == std::errc{} && read.ptr == end) return {};
    return malformed("handle is written as 0x81020100");
  };
  TRY(take_words(parts.query, '&', {{"handle", handle}, {"owner-source", into(out.owner)}}));
  return ElementName{std::move(out)};
}

Result<ElementName> parse_pkcs11(std::string_view rest) {
  const Parts parts = split(rest);
  Pkcs11Name out;
  const auto id = [&](const std::string& value) -> Status {
    out.spec.id = copy_of(bytes_of(value));
    return {};
  };
  TRY(take_words(parts.path, ';', {{"token", into(out.spec.token)}, {"object", into(out.spec.label)}, {"id", id}}));
  TRY(take_words(parts.query, '&', {{"module-path", into(out.spec.module_file)}, {"pin-source", into(out.pin)}}));
  if (out.spec.token.empty()) return malformed("name the token by its label: pkcs11:token=LABEL");
  return ElementName{std::move(out)};
}

Result<ElementName> parse_software(std::string_view rest) {
  const Parts parts = split(rest);
  SoftwareName out;
  out.file = parts.path;
  if (out.file.empty()) return malformed("name its file: software:FILE");
  TRY(take_words(parts.query, '&', {{"passphrase-source", into(out.passphrase)}}));
  return ElementName{std::move(out)};
}

Result<ElementName> parse_atecc(std::string_view rest) {
  if (rest.empty()) return malformed("name its link: atecc:i2c:/dev/i2c-1 or atecc:unix:PATH");
  return ElementName{AteccName{std::string{rest}}};
}

constexpr std::pair<std::string_view, Result<ElementName> (*)(std::string_view)> schemes[] = {
    {"atecc:", parse_atecc}, {"tpm:", parse_tpm}, {"pkcs11:", parse_pkcs11}, {"software:", parse_software}};

}  // namespace

Result<ElementName> parse_element_name(std::string_view name) {
  if (name.size() > name_bytes_max) return Error{Errc::too_large, "the name of an element has at most 1024 bytes"};
  for (const auto& [scheme, parse] : schemes) {
    if (!name.starts_with(scheme)) continue;
    auto parsed = parse(name.substr(scheme.size()));
    if (!parsed) return std::move(parsed).error().within("element " + std::string{scheme});
    return parsed;
  }
  const auto begins = [&](std::string_view scheme) { return name.starts_with(scheme); };
  if (std::ranges::any_of(link_schemes, begins)) return parse_atecc(name);
  return malformed("element \"" + std::string{name} +
                   "\": no such scheme; there is atecc:LINK (or unix:PATH, i2c:/dev/i2c-1, ...), tpm:TCTI, "
                   "pkcs11:token=LABEL and software:FILE");
}

}  // namespace signet::element
