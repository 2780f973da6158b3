#include "image/layout.h"

namespace signet::image {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::uint32_t area_header_bytes = 4;
constexpr std::uint32_t tlv_header_bytes = 4;

// REQUIRES: the bytes are there.
std::uint16_t u16(View at) { return static_cast<std::uint16_t>(at[0] | at[1] << 8); }
std::uint32_t u32(View at) { return u16(at) | static_cast<std::uint32_t>(u16(at.subspan(2))) << 16; }
Version version(View at) { return {at[0], at[1], u16(at.subspan(2)), u32(at.subspan(4))}; }

struct Header {
  std::uint32_t protected_bytes = 0;
};

Fault read_header(Source& source, std::uint32_t place_bytes, Layout& out, Header& header) {
  std::array<std::uint8_t, header_bytes_min> bytes{};
  if (place_bytes < bytes.size()) return Fault::too_large;
  if (!source.read(0, bytes)) return Fault::unreadable;
  const View all{bytes};
  if (u32(all) != image_magic) return Fault::no_image;
  const std::uint32_t load_address = u32(all.subspan(4)), flags = u32(all.subspan(16)), zero = u32(all.subspan(28));
  if (load_address != 0 || flags != 0) return Fault::unknown_field;
  if (zero != 0) return Fault::malformed;
  out.payload_at = u16(all.subspan(8));
  header.protected_bytes = u16(all.subspan(10));
  out.payload_bytes = u32(all.subspan(12));
  out.version = version(all.subspan(20));
  if (out.payload_at < header_bytes_min || out.payload_bytes == 0) return Fault::malformed;
  if (out.payload_at > header_bytes_max || out.payload_bytes > payload_bytes_max) return Fault::too_large;
  if (header.protected_bytes > tlv_area_bytes_max) return Fault::too_large;
  out.digested_bytes = out.payload_at + out.payload_bytes + header.protected_bytes;
  return out.digested_bytes > place_bytes ? Fault::too_large : Fault::none;
}

bool is_name(View text) {
  for (const std::uint8_t c : text) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && c != '-' && c != '_' && c != '.') return false;
  }
  return !text.empty();
}

// Each of these takes one value. A type that stands twice is malformed: which of them would count?
Fault take_board(View value, Layout& out) {
  if (value.size() > board_name_bytes_max) return Fault::too_large;
  if (out.has_board || !is_name(value)) return Fault::malformed;
  for (std::size_t i = 0; i < value.size(); ++i) out.board[i] = static_cast<char>(value[i]);
  out.board_size = value.size();
  out.has_board = true;
  return Fault::none;
}

Fault take_kind(View value, Layout& out) {
  if (out.has_kind || value.size() != 1 || value[0] < 1 || value[0] > 3) return Fault::malformed;
  out.kind = static_cast<Kind>(value[0]);
  out.has_kind = true;
  return Fault::none;
}

Fault take_os_version(View value, Layout& out) {
  if (out.has_os_version || value.size() != 8) return Fault::malformed;
  out.os_version = version(value);
  out.has_os_version = true;
  return Fault::none;
}

Fault take_security_counter(View value, Layout& out) {
  if (out.has_security_counter || value.size() != 4) return Fault::malformed;
  out.security_counter = u32(value);
  out.has_security_counter = true;
  return out.security_counter > security_counter_max ? Fault::too_large : Fault::none;
}

Fault take_dependency(View value, Layout& out) {
  if (value.size() != 12 || value[0] >= part_count || value[1] != 0 || u16(value.subspan(2)) != 0)
    return Fault::malformed;
  if (out.dependency_count == dependencies_max) return Fault::too_large;
  out.dependencies[out.dependency_count++] = {static_cast<Part>(value[0]), version(value.subspan(4))};
  return Fault::none;
}

template <std::size_t N>
Fault take_block(View value, bool& has, std::array<std::uint8_t, N>& out) {
  if (has || value.size() != N) return Fault::malformed;
  for (std::size_t i = 0; i < N; ++i) out[i] = value[i];
  has = true;
  return Fault::none;
}

// The tool of MCUboot may fill it up to 72 bytes with zeros.
Fault take_signature(View value, Layout& out) {
  if (value.size() > signature_der_bytes_max) return Fault::too_large;
  if (out.signature_size != 0 || value.size() < 2 || value[0] != 0x30) return Fault::malformed;
  const std::size_t size = 2u + value[1];
  if (size > value.size()) return Fault::malformed;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i >= size && value[i] != 0) return Fault::malformed;
    out.signature[i] = value[i];
  }
  out.signature_size = size;
  return Fault::none;
}

// What decides whether an image may run is believed from the protected area alone.
Fault take_protected(std::uint16_t type, View value, Layout& out) {
  switch (static_cast<Tlv>(type)) {
    case Tlv::board: return take_board(value, out);
    case Tlv::kind: return take_kind(value, out);
    case Tlv::os_version: return take_os_version(value, out);
    case Tlv::security_counter: return take_security_counter(value, out);
    case Tlv::dependency: return take_dependency(value, out);
    case Tlv::introduces: return take_block(value, out.has_introduced, out.introduced);
    case Tlv::retires: return take_block(value, out.has_retired, out.retired);
    default: return Fault::unknown_field;
  }
}

Fault take_plain(std::uint16_t type, View value, Layout& out, bool& has_digest) {
  switch (static_cast<Tlv>(type)) {
    case Tlv::sha256: return take_block(value, has_digest, out.digest);
    case Tlv::key_hash: return take_block(value, out.has_key_hash, out.key_hash);
    case Tlv::ecdsa: return take_signature(value, out);
    default: return Fault::unknown_field;
  }
}

// One area, from its magic to its end; `take` gets each of its TLVs.
template <class Take>
Fault read_area(Source& source, std::uint32_t at, std::uint32_t bytes, std::uint16_t magic, const Take& take) {
  std::array<std::uint8_t, tlv_area_bytes_max> buffer;
  const std::span<std::uint8_t> area{buffer.data(), bytes};
  if (!source.read(at, area)) return Fault::unreadable;
  if (u16(area) != magic || u16(area.subspan(2)) != bytes) return Fault::malformed;
  for (View rest = area.subspan(area_header_bytes); !rest.empty();) {
    if (rest.size() < tlv_header_bytes) return Fault::malformed;
    const std::uint16_t type = u16(rest), size = u16(rest.subspan(2));
    rest = rest.subspan(tlv_header_bytes);
    if (size > rest.size()) return Fault::malformed;
    if (const Fault fault = take(type, rest.first(size)); fault != Fault::none) return fault;
    rest = rest.subspan(size);
  }
  return Fault::none;
}

Fault read_plain(Source& source, std::uint32_t place_bytes, Layout& out) {
  std::array<std::uint8_t, area_header_bytes> head{};
  if (place_bytes - out.digested_bytes < area_header_bytes) return Fault::too_large;
  if (!source.read(out.digested_bytes, head)) return Fault::unreadable;
  const std::uint32_t bytes = u16(View{head}.subspan(2));
  if (bytes < area_header_bytes) return Fault::malformed;
  if (bytes > tlv_area_bytes_max || bytes > place_bytes - out.digested_bytes) return Fault::too_large;
  out.image_bytes = out.digested_bytes + bytes;
  bool has_digest = false;
  const auto take = [&](std::uint16_t type, View value) { return take_plain(type, value, out, has_digest); };
  if (const Fault fault = read_area(source, out.digested_bytes, bytes, plain_magic, take); fault != Fault::none)
    return fault;
  return has_digest && out.has_key_hash == (out.signature_size != 0) ? Fault::none : Fault::malformed;
}

}  // namespace

Fault read_layout(Source& source, std::uint32_t place_bytes, Layout& out) {
  out = {};
  Header header;
  if (const Fault fault = read_header(source, place_bytes, out, header); fault != Fault::none) return fault;
  if (header.protected_bytes != 0) {
    if (header.protected_bytes < area_header_bytes) return Fault::malformed;
    const std::uint32_t at = out.payload_at + out.payload_bytes;
    const auto take = [&](std::uint16_t type, View value) { return take_protected(type, value, out); };
    const Fault fault = read_area(source, at, header.protected_bytes, protected_magic, take);
    if (fault != Fault::none) return fault;
  }
  return read_plain(source, place_bytes, out);
}

const char* words_of(Fault fault) {
  switch (fault) {
    case Fault::none: return "good";
    case Fault::unreadable: return "the flash cannot be read there";
    case Fault::no_image: return "there is no image";
    case Fault::malformed: return "not the format of an image";
    case Fault::too_large: return "larger than its place or than a limit";
    case Fault::unknown_field: return "has a flag or field that this version does not know";
    case Fault::not_signed: return "is not signed";
    case Fault::wrong_digest: return "is damaged: its digest does not match";
    case Fault::unknown_key: return "is signed by a key that is not accepted";
    case Fault::wrong_signature: return "its signature does not match";
    case Fault::wrong_board: return "is for another board";
    case Fault::wrong_kind: return "is of the other kind: OS and application are mixed up";
    case Fault::rolled_back: return "is older than this board allows: its security counter is too low";
    case Fault::wrong_os: return "is made for another version of the OS";
    case Fault::missing_dependency: return "wants a newer version of the other part";
  }
  return "unknown";
}

}  // namespace signet::image
