#include "image/check.h"

namespace signet::image {
namespace {

constexpr std::uint32_t chunk_bytes = 512;

Fault digest_of(Source& source, std::uint32_t bytes, Crypto& crypto, Hash& out) {
  std::array<std::uint8_t, chunk_bytes> chunk;
  crypto.sha256_start();
  for (std::uint32_t at = 0; at < bytes;) {
    const std::uint32_t size = bytes - at < chunk_bytes ? bytes - at : chunk_bytes;
    const std::span<std::uint8_t> part{chunk.data(), size};
    if (!source.read(at, part)) return Fault::unreadable;
    crypto.sha256_add(part);
    at += size;
  }
  out = crypto.sha256_end();
  return Fault::none;
}

Fault check_dependencies(const Layout& of, const Layout& os, const Layout& application) {
  for (std::size_t i = 0; i < of.dependency_count; ++i) {
    const Dependency& wanted = of.dependencies[i];
    const Layout& there = wanted.part == Part::os ? os : application;
    if (!at_least(there.version, wanted.version)) return Fault::missing_dependency;
  }
  return Fault::none;
}

}  // namespace

Hash hash_of_key(const Key& key, Crypto& crypto) {
  crypto.sha256_start();
  crypto.sha256_add(spki_head);
  crypto.sha256_add(key);
  return crypto.sha256_end();
}

Fault check_signed(Source& source, const Layout& layout, Crypto& crypto, std::span<const Key> accepted) {
  if (layout.signature_size == 0) return Fault::not_signed;
  Hash digest{};
  if (const Fault fault = digest_of(source, layout.digested_bytes, crypto, digest); fault != Fault::none) return fault;
  if (digest != layout.digest) return Fault::wrong_digest;
  for (const Key& key : accepted) {
    if (hash_of_key(key, crypto) != layout.key_hash) continue;
    const std::span<const std::uint8_t> der{layout.signature.data(), layout.signature_size};
    return crypto.verify(key, digest, der) ? Fault::none : Fault::wrong_signature;
  }
  return Fault::unknown_key;
}

Fault check_board(const Layout& layout, Part part, const BoardFacts& board) {
  if (!layout.has_board || layout.board_size != board.name.size()) return Fault::wrong_board;
  for (std::size_t i = 0; i < board.name.size(); ++i) {
    if (layout.board[i] != board.name[i]) return Fault::wrong_board;
  }
  if (!layout.has_kind || part_of(layout.kind) != part) return Fault::wrong_kind;
  // Without one it would be as if it were zero, for ever: whoever signs it is to say it.
  if (!layout.has_security_counter || layout.security_counter < board.security_counter) return Fault::rolled_back;
  return Fault::none;
}

Fault check_together(const Layout& os, const Layout& application) {
  const Version& made_for = application.os_version;
  if (!application.has_os_version || made_for.major != os.version.major || !at_least(os.version, made_for))
    return Fault::wrong_os;
  const Fault fault = check_dependencies(os, os, application);
  return fault == Fault::none ? check_dependencies(application, os, application) : fault;
}

}  // namespace signet::image
