// What the manager reads in an image before it keeps it.
#include "crypto/md5.h"
#include "fleet/firmware.h"
#include "image/image.h"

#include <algorithm>

namespace signet::fleet {
namespace {

Buffer chunk_hashes(Bytes image) {
  Buffer out;
  for (std::size_t at = 0; at < image.size(); at += fota_chunk_bytes) {
    const crypto::Digest hash = crypto::sha256(image.subspan(at, std::min(fota_chunk_bytes, image.size() - at)));
    out.insert(out.end(), hash.begin(), hash.begin() + fota_chunk_hash_bytes);
  }
  return out;
}

Error no_board_takes(std::string_view what) {
  return Error{Errc::malformed, "no board would take this image: " + std::string{what}};
}

// Whole, and signed by somebody. Nobody is accepted here, so that the answer of
// a good one is "by a key that is not".
Status check_whole(Bytes bytes) {
  const Status verified = image::verify(bytes, {});
  if (verified || verified.error().code == Errc::unauthenticated) return {};
  const Error& why = verified.error();
  if (why.code == Errc::too_large) return Error{Errc::too_large, why.what};
  const bool unsigned_one = why.what == image::error_of(image::Fault::not_signed).what;
  return no_board_takes(why.what + (unsigned_one ? "; 'signet firmware sign' signs it" : ""));
}

}  // namespace

Status check_version_text(std::string_view version) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_' || c == '+';
  };
  const bool plain = std::all_of(version.begin(), version.end(), fits);
  if (plain && !version.empty() && version.size() <= firmware_version_bytes_max && version.front() != '.') return {};
  return Error{Errc::malformed, "a version is 1 to " + std::to_string(firmware_version_bytes_max) +
                                    " letters, digits, '.', '-', '_' or '+', as 1.2.0"};
}

Result<FirmwareImage> judge_image(Bytes bytes) {
  if (bytes.empty()) return Error{Errc::malformed, "the body is empty: it is the image file, as it is"};
  TRY(check_whole(bytes));
  const image::Image read = TRY(image::decode(bytes));
  const image::Facts& facts = read.facts;
  if (!facts.kind) return no_board_takes("it does not say its kind (os, python or native)");
  if (facts.board.empty()) return no_board_takes("it does not say which board it is for");
  if (!facts.security_counter) return no_board_takes("it has no security counter");
  if (*facts.kind != image::Kind::os && !facts.os_version) {
    return no_board_takes("an application says which OS it was made for");
  }
  if (!is_utf8(facts.board)) return no_board_takes("its board's name is no text");
  FirmwareImage out;
  out.part = static_cast<unsigned>(image::part_of(*facts.kind));
  out.size = bytes.size();
  out.sha256 = crypto::sha256(bytes), out.md5 = crypto::md5(bytes), out.chunks = chunk_hashes(bytes);
  out.kind = image::name_of(*facts.kind), out.version = image::text_of(facts.version), out.board = facts.board;
  if (facts.os_version) out.os_version = image::text_of(*facts.os_version);
  out.security_counter = *facts.security_counter;
  if (read.key_hash) out.key_hash = *read.key_hash;
  return out;
}

Result<FirmwareImage> keep_image(ImageFiles& in, Bytes bytes) {
  FirmwareImage image = TRY(judge_image(bytes));
  TRY(in.keep(image.sha256, bytes));
  return image;
}

}  // namespace signet::fleet
