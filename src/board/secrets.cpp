#include "board/secrets.h"

#include "base/port/file.h"

namespace signet::board {
namespace {

constexpr std::size_t sealed_file_bytes_max =
    element::sealed_bytes_max + 1024;  // what a backend adds to the plain text

std::string quoted(std::string_view name) { return "\"" + std::string{name} + "\""; }

template <class Entries>
auto find(Entries& entries, std::string_view name) {
  return std::ranges::find_if(entries, [&](const auto& entry) { return entry.name == name; });
}

Status check(std::string_view name, Bytes value) {
  if (!is_secret_name(name)) {
    return Error{Errc::malformed, "a secret's name is 1 to 64 letters, digits, '.', '-' and '_', as in wifi.password"};
  }
  if (value.empty()) return Error{Errc::malformed, "the secret is empty: remove it instead"};
  if (value.size() > secret_value_bytes_max) return Error{Errc::too_large, "a secret has at most 1024 bytes"};
  return {};
}

}  // namespace

bool is_secret_name(std::string_view name) {
  constexpr auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_legal = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= secret_name_bytes_max && is_letter(name.front()) &&
         std::ranges::all_of(name, is_legal);
}

Result<std::vector<SecretEntry>> parse_secrets(Bytes plain) {
  std::vector<SecretEntry> entries;
  Reader in{plain};
  while (!in.empty()) {
    const Bytes name = TRY(in.take(TRY(in.u8())));
    const Bytes value = TRY(in.take(TRY(in.u16_be())));
    const bool rises = entries.empty() || entries.back().name < text_of(name);
    if (!rises || entries.size() == secrets_max || !check(text_of(name), value)) {
      return Error{Errc::corrupt, "the stored secrets opened, but do not parse: a later release wrote them"};
    }
    entries.push_back({std::string{text_of(name)}, value});
  }
  return entries;
}

crypto::SecretBytes write_secrets(const std::vector<SecretEntry>& entries) {
  std::size_t size = 0;
  for (const SecretEntry& entry : entries) size += 3 + entry.name.size() + entry.value.size();
  Buffer plain;
  plain.reserve(size);  // it never moves: no copy is left unwiped
  Writer out{plain};
  for (const SecretEntry& entry : entries) {
    out.u8(static_cast<std::uint8_t>(entry.name.size())).text(entry.name);
    out.u16_be(static_cast<std::uint16_t>(entry.value.size())).bytes(entry.value);
  }
  return crypto::SecretBytes{std::move(plain)};
}

Result<Secrets::Opened> Secrets::open() {
  const auto sealed = read_file(file_, sealed_file_bytes_max);
  if (!sealed && sealed.error().code == Errc::not_found) return Opened{};
  if (!sealed) return sealed.error();
  auto plain = element_.unseal(secrets_purpose, sealed.value());
  if (!plain && plain.error().code == Errc::corrupt) {
    return Error{Errc::corrupt,
                 "the stored secrets are not this element's, or of an earlier owner: forget them with "
                 "'signet secret rm --all', then set them anew"};
  }
  if (!plain) return plain.error();
  Opened out{crypto::SecretBytes{std::move(plain).value()}, {}};
  out.entries = TRY(parse_secrets(out.plain.reveal()));
  return out;
}

Status Secrets::store(const std::vector<SecretEntry>& entries) {
  if (entries.empty()) return remove_file(file_);
  const crypto::SecretBytes kept = write_secrets(entries);
  return write_file_atomic(file_, TRY(element_.seal(secrets_purpose, kept.reveal())), 0600);
}

Result<std::vector<std::string>> Secrets::names() {
  const Opened opened = TRY(open());
  std::vector<std::string> out;
  for (const SecretEntry& entry : opened.entries) out.push_back(entry.name);
  return out;
}

Result<crypto::SecretBytes> Secrets::get(std::string_view name) {
  const Opened opened = TRY(open());
  const auto found = find(opened.entries, name);
  if (found == opened.entries.end()) {
    return Error{Errc::not_found, "no secret " + quoted(name) + ": set it with 'signet secret set'"};
  }
  return crypto::SecretBytes{copy_of(found->value)};
}

Status Secrets::set(std::string_view name, Bytes value) {
  TRY(check(name, value));
  Opened opened = TRY(open());
  auto& entries = opened.entries;
  if (const auto found = find(entries, name); found != entries.end()) entries.erase(found);
  std::size_t bytes = value.size();
  for (const SecretEntry& entry : entries) bytes += entry.value.size();
  if (entries.size() >= secrets_max) return Error{Errc::exhausted, "32 secrets are kept already: remove one"};
  if (bytes > secrets_bytes_max) return Error{Errc::exhausted, "all secrets together have at most 2048 bytes"};
  const auto place = std::ranges::find_if(entries, [&](const SecretEntry& entry) { return entry.name > name; });
  entries.insert(place, {std::string{name}, value});
  return store(entries);
}

Status Secrets::remove(std::string_view name) {
  Opened opened = TRY(open());
  const auto found = find(opened.entries, name);
  if (found == opened.entries.end()) return Error{Errc::not_found, "no secret " + quoted(name)};
  opened.entries.erase(found);
  return store(opened.entries);
}

// The key whether there is a file or not: an owner may have kept a copy and removed the file. The key first: were the
// file removed first and the power cut, a copy of it would still open.
Status Secrets::forget() {
  Status forgotten = element_.forget_sealed();
  // conflict: this element cannot seal. Without a file there is then nothing to forget.
  const bool had_none = !forgotten && forgotten.error().code == Errc::conflict && !file_exists(file_);
  if (!forgotten && !had_none) return forgotten;
  return remove_file(file_);
}

}  // namespace signet::board
