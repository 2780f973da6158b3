#include "board/flash/release_keys.h"

#include "base/log.h"
#include "base/port/file.h"
#include "crypto/digest.h"

#include <algorithm>

namespace signet::board {
namespace {

constexpr std::string_view magic = "SGNTKEYS";
constexpr std::uint32_t version = 1;
constexpr std::size_t file_bytes_max = 8 + 4 + 4 + release_keys_max * sizeof(image::Key) + 32;

}  // namespace

Buffer encode_release_keys(std::span<const image::Key> keys) {
  ENSURE(keys.size() <= release_keys_max);
  Buffer out;
  Writer w{out};
  w.text(magic).u32_be(version).u32_be(static_cast<std::uint32_t>(keys.size()));
  for (const image::Key& key : keys) w.bytes(key);
  w.bytes(crypto::sha256(out));
  return out;
}

Result<std::vector<image::Key>> decode_release_keys(Bytes file) {
  Reader in{file};
  const auto head = in.take(magic.size());
  if (!head || text_of(head.value()) != magic) return Error{Errc::corrupt, "this is no file of release keys"};
  const std::uint32_t written = TRY(in.u32_be());
  if (written > version) return Error{Errc::conflict, "it was written by a newer release"};
  if (written != version) return Error{Errc::corrupt, "no release wrote such a file"};
  const std::uint32_t count = TRY(in.u32_be());
  if (count > release_keys_max) return Error{Errc::corrupt, "it says that it has too many keys"};
  std::vector<image::Key> keys(count);
  for (image::Key& key : keys) {
    const Bytes bytes = TRY(in.take(key.size()));
    std::copy(bytes.begin(), bytes.end(), key.begin());
  }
  const Bytes said = TRY(in.take(sizeof(crypto::Digest)));
  TRY(in.end());
  const crypto::Digest digest = crypto::sha256(file.first(file.size() - said.size()));
  if (!std::equal(digest.begin(), digest.end(), said.begin())) return Error{Errc::corrupt, "its checksum is wrong"};
  return keys;
}

Result<ReleaseKeys> ReleaseKeys::load(const std::string& folder) {
  const std::string path = folder + "/keys";
  auto file = read_file(path, file_bytes_max);
  if (!file && file.error().code == Errc::not_found) return ReleaseKeys{path, {}};
  if (!file) return std::move(file).error();
  auto keys = decode_release_keys(file.value());
  if (!keys) return Error{keys.error().code, path + ": " + keys.error().what + "; remove it and flash the board again"};
  return ReleaseKeys{path, std::move(keys).value()};
}

Status ReleaseKeys::store(std::vector<image::Key> keys) {
  if (keys.size() > release_keys_max) return Error{Errc::exhausted, "a board accepts at most 8 release keys"};
  TRY(write_file_atomic(path_, encode_release_keys(keys), 0600));
  keys_ = std::move(keys);
  return {};
}

bool ReleaseKeys::introduce(const image::Key& key) {
  std::vector<image::Key> keys = keys_;
  keys.push_back(key);
  const Status stored = store(std::move(keys));
  if (!stored) log_error("board.key_not_introduced", {{"error", stored.error().what}});
  return static_cast<bool>(stored);
}

bool ReleaseKeys::retire(const image::Key& key) {
  std::vector<image::Key> keys = keys_;
  std::erase(keys, key);
  const Status stored = store(std::move(keys));
  if (!stored) log_error("board.key_not_retired", {{"error", stored.error().what}});
  return static_cast<bool>(stored);
}

}  // namespace signet::board
