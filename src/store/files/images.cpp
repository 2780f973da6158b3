#include "store/files/images.h"

#include "base/port/file.h"

#include <algorithm>
#include <filesystem>

namespace signet::store {
namespace {

constexpr std::size_t stored_image_bytes_max = 64u << 20;  // far above what is ever uploaded

bool is_image_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() == 2 * crypto::Digest{}.size() && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

std::string ImageFolder::path(const crypto::Digest& sha256) const { return folder_ + "/" + hex(sha256); }

bool ImageFolder::has(const crypto::Digest& sha256) const { return file_exists(path(sha256)); }

// What is there already is written again: so a damaged one is mended.
Status ImageFolder::keep(const crypto::Digest& sha256, Bytes image) {
  TRY(make_folder(folder_, 0700));
  return write_file_atomic(path(sha256), image, 0600);
}

Status ImageFolder::remove(const crypto::Digest& sha256) { return remove_file(path(sha256)); }

Status ImageFolder::check(const crypto::Digest& sha256, std::uint64_t size) const {
  const Buffer bytes = TRY(read_plain_file(path(sha256), stored_image_bytes_max));
  if (bytes.size() == size && crypto::sha256(bytes) == sha256) return {};
  return Error{Errc::corrupt, path(sha256) + " is not what its name says"};
}

Status ImageFolder::copy_to(const std::string& to) const {
  std::error_code code;
  std::filesystem::directory_iterator at{folder_, code}, end;
  if (code == std::errc::no_such_file_or_directory) return {};
  for (; !code && at != end; at.increment(code)) {
    const std::string name = at->path().filename().string();
    if (!is_image_name(name) || file_exists(to + "/" + name)) continue;
    TRY(make_folder(to, 0700));
    TRY(write_file_atomic(to + "/" + name, TRY(read_plain_file(folder_ + "/" + name, stored_image_bytes_max)), 0600));
  }
  if (code) return Error{Errc::unavailable, folder_ + ": " + code.message()};
  return {};
}

}  // namespace signet::store
