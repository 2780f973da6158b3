#include "image/image.h"

#include "image/adapters.h"
#include "image/check.h"

#include <charconv>

namespace signet::image {
namespace {

void put_version(Writer& out, const Version& version) {
  out.u8(version.major).u8(version.minor).u16_le(version.revision).u32_le(version.build);
}

void put(Writer& out, Tlv type, Bytes value) {
  out.u16_le(static_cast<std::uint16_t>(type)).u16_le(static_cast<std::uint16_t>(value.size())).bytes(value);
}

// The order of MCUboot's tool: counter, dependencies, then what is our own, by number.
Buffer protected_tlvs(const Facts& facts) {
  Buffer tlvs, value;
  Writer out{tlvs}, field{value};
  const auto put_value = [&](Tlv type) { put(out, type, std::exchange(value, {})); };
  if (facts.security_counter) {
    field.u32_le(*facts.security_counter);
    put_value(Tlv::security_counter);
  }
  for (const Dependency& dependency : facts.dependencies) {
    put_version(field.u8(static_cast<std::uint8_t>(dependency.part)).u8(0).u16_le(0), dependency.version);
    put_value(Tlv::dependency);
  }
  if (!facts.board.empty()) put(out, Tlv::board, bytes_of(facts.board));
  if (facts.os_version) {
    put_version(field, *facts.os_version);
    put_value(Tlv::os_version);
  }
  if (facts.kind) {
    field.u8(static_cast<std::uint8_t>(*facts.kind));
    put_value(Tlv::kind);
  }
  if (facts.introduces) put(out, Tlv::introduces, *facts.introduces);
  if (facts.retires) put(out, Tlv::retires, *facts.retires);
  return tlvs;
}

Buffer area(std::uint16_t magic, Bytes tlvs) {
  Buffer bytes;
  Writer{bytes}.u16_le(magic).u16_le(static_cast<std::uint16_t>(tlvs.size() + 4)).bytes(tlvs);
  return bytes;
}

struct Read {
  Layout layout;
  Bytes digested;
};
Result<Read> read_whole(Bytes image) {
  if (image.size() > image_bytes_max) return Error{Errc::too_large, "the file is too large for an image"};
  if (image.size() < header_bytes_min) return error_of(Fault::no_image);
  MemorySource source{image};
  Read out;
  const Fault fault = read_layout(source, static_cast<std::uint32_t>(image.size()), out.layout);
  if (fault == Fault::too_large) return Error{Errc::malformed, "the image is cut short, or larger than a limit"};
  if (fault != Fault::none) return error_of(fault);
  if (out.layout.image_bytes != image.size()) return Error{Errc::malformed, "there is more than the image"};
  out.digested = image.first(out.layout.digested_bytes);
  return out;
}

Facts facts_of(const Layout& layout) {
  Facts out{.version = layout.version};
  if (layout.has_board) out.board.assign(layout.board.data(), layout.board_size);
  if (layout.has_kind) out.kind = layout.kind;
  if (layout.has_os_version) out.os_version = layout.os_version;
  if (layout.has_security_counter) out.security_counter = layout.security_counter;
  const auto first = layout.dependencies.begin();
  out.dependencies.assign(first, first + static_cast<std::ptrdiff_t>(layout.dependency_count));
  if (layout.has_introduced) out.introduces = layout.introduced;
  if (layout.has_retired) out.retires = layout.retired;
  return out;
}

template <class T>
Result<T> number(std::string_view& text, char end) {
  const std::string_view digits = text.substr(0, text.find(end));
  T out{};
  const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc{} || last != digits.data() + digits.size() || (digits.size() > 1 && digits[0] == '0'))
    return Error{Errc::malformed, "a version is written 1.2.3 or 1.2.3+4"};
  text.remove_prefix(std::min(text.size(), digits.size() + 1));
  return out;
}

}  // namespace

Result<Buffer> encode(const Facts& facts, Bytes payload) {
  if (payload.size() > payload_bytes_max) return Error{Errc::too_large, "the payload is too large for an image"};
  const Buffer tlvs = protected_tlvs(facts);
  const std::size_t protected_bytes = tlvs.empty() ? 0 : tlvs.size() + 4;
  if (protected_bytes > tlv_area_bytes_max) return Error{Errc::too_large, "the facts are too large for an image"};
  Buffer image;
  Writer out{image};
  out.u32_le(image_magic).u32_le(0).u16_le(header_bytes_min).u16_le(static_cast<std::uint16_t>(protected_bytes));
  out.u32_le(static_cast<std::uint32_t>(payload.size())).u32_le(0);
  put_version(out, facts.version);
  out.u32_le(0).bytes(payload);
  if (!tlvs.empty()) out.bytes(area(protected_magic, tlvs));
  Buffer plain;
  Writer plain_out{plain};
  put(plain_out, Tlv::sha256, crypto::sha256(image));
  out.bytes(area(plain_magic, plain));
  TRY(read_whole(image));  // what the format refuses is refused here, not on the board
  return image;
}

Result<Buffer> sign(Bytes image, const crypto::PublicKey& key, const SignDigest& sign) {
  const Read read = TRY(read_whole(image));
  const crypto::Digest digest = crypto::sha256(read.digested);
  if (digest != read.layout.digest) return error_of(Fault::wrong_digest);
  const crypto::Signature signature = TRY(sign(digest));
  if (!crypto::verify(key, digest, signature)) return Error{Errc::conflict, "the signature is not by the key it names"};
  Buffer plain;
  Writer tlvs{plain};
  put(tlvs, Tlv::sha256, digest);
  put(tlvs, Tlv::key_hash, key_hash_of(key));
  put(tlvs, Tlv::ecdsa, crypto::encode_der(signature));
  Buffer out = copy_of(read.digested);
  Writer{out}.bytes(area(plain_magic, plain));
  return out;
}

Result<Image> decode(Bytes image) {
  const Layout layout = TRY(read_whole(image)).layout;
  Image out{.facts = facts_of(layout),
            .payload = image.subspan(layout.payload_at, layout.payload_bytes),
            .header_bytes = layout.payload_at,
            .digest = layout.digest};
  if (layout.has_key_hash) out.key_hash = layout.key_hash;
  return out;
}

Status verify(Bytes image, std::span<const crypto::PublicKey> accepted) {
  const Layout layout = TRY(read_whole(image)).layout;
  MemorySource source{image};
  HostCrypto crypto;
  const Fault fault = check_signed(source, layout, crypto, accepted);
  if (fault != Fault::none) return error_of(fault);
  return {};
}

Buffer encode_spki(const crypto::PublicKey& key) {
  Buffer out = copy_of(spki_head);
  Writer{out}.bytes(key);
  return out;
}

Result<crypto::PublicKey> decode_spki(Bytes der) {
  Reader in{der};
  const Bytes head = TRY(in.take(spki_head.size()));
  const crypto::PublicKey key = TRY(in.block<64>());
  TRY(in.end());
  if (!std::equal(head.begin(), head.end(), spki_head.begin()) || !crypto::is_public_key(key))
    return Error{Errc::malformed, "this is no public key on P-256"};
  return key;
}

crypto::Digest key_hash_of(const crypto::PublicKey& key) {
  HostCrypto crypto;
  return hash_of_key(key, crypto);
}

Error error_of(Fault fault) {
  ENSURE(fault != Fault::none);
  const auto code = [fault] {
    switch (fault) {
      case Fault::unreadable: return Errc::unavailable;
      case Fault::too_large: return Errc::too_large;
      case Fault::not_signed:
      case Fault::wrong_digest: return Errc::corrupt;
      case Fault::unknown_key:
      case Fault::wrong_signature: return Errc::unauthenticated;
      case Fault::wrong_board:
      case Fault::wrong_kind:
      case Fault::rolled_back: return Errc::forbidden;
      case Fault::wrong_os:
      case Fault::missing_dependency: return Errc::conflict;
      case Fault::none:
      case Fault::no_image:
      case Fault::malformed:
      case Fault::unknown_field: break;
    }
    return Errc::malformed;
  };
  return {code(), fault == Fault::no_image ? "there is no image: not its magic number"
                                           : std::string{"the image "} + words_of(fault)};
}

std::string text_of(const Version& version) {
  std::string out =
      std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.revision);
  if (version.build != 0) out += "+" + std::to_string(version.build);
  return out;
}

Result<Version> parse_version(std::string_view text) {
  Version out;
  const std::size_t plus = text.find('+');
  std::string_view front = text.substr(0, plus);
  if (std::count(front.begin(), front.end(), '.') != 2)
    return Error{Errc::malformed, "a version is written 1.2.3 or 1.2.3+4"};
  out.major = TRY(number<std::uint8_t>(front, '.'));
  out.minor = TRY(number<std::uint8_t>(front, '.'));
  out.revision = TRY(number<std::uint16_t>(front, '.'));
  if (plus == std::string_view::npos) return out;
  std::string_view build = text.substr(plus + 1);
  out.build = TRY(number<std::uint32_t>(build, '\0'));
  if (out.build == 0) return Error{Errc::malformed, "a build number is not 0: leave it out"};
  return out;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::os: return "os";
    case Kind::python: return "python";
    case Kind::native: return "native";
  }
  return "unknown";
}

Result<Kind> parse_kind(std::string_view text) {
  for (const Kind kind : {Kind::os, Kind::python, Kind::native}) {
    if (text == name_of(kind)) return kind;
  }
  return Error{Errc::malformed, "a payload is os, python or native"};
}

}  // namespace signet::image
