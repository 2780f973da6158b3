#include "store/files/images.h"

#include "base/port/file.h"

#include <algorithm>
#include <filesystem>

namespace signet::store {
namespace {

constexpr std::size_t stored_image_bytes_max = 64u << 20;  // far above what is ever uploaded

std::optional<crypto::Digest> digest_of_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  crypto::Digest out{};
  if (name.size() != 2 * out.size() || !std::all_of(name.begin(), name.end(), fits)) return std::nullopt;
  const Result<Buffer> bytes = decode_hex(name);
  if (!bytes) return std::nullopt;
  std::copy(bytes.value().begin(), bytes.value().end(), out.begin());
  return out;
}

// Well when there is no such folder. What is removed meanwhile may or may not
// be seen.
Status for_each_name(const std::string& folder, const std::function<Status(const std::string&)>& act) {
  std::error_code code;
  std::filesystem::directory_iterator at{folder, code}, end;
  if (code == std::errc::no_such_file_or_directory) return {};
  for (; !code && at != end; at.increment(code)) TRY(act(at->path().filename().string()));
  if (code) return Error{Errc::unavailable, folder + ": " + code.message()};
  return {};
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
  return for_each_name(folder_, [&](const std::string& name) -> Status {
    if (!digest_of_name(name) || file_exists(to + "/" + name)) return {};
    TRY(make_folder(to, 0700));
    return write_file_atomic(to + "/" + name, TRY(read_plain_file(folder_ + "/" + name, stored_image_bytes_max)), 0600);
  });
}

// Files of other names are none of ours, and stay.
Result<std::size_t> ImageFolder::remove_unless(const std::function<Result<bool>(const crypto::Digest&)>& is_used) {
  constexpr std::string_view unfinished = ".new";  // of write_file_atomic
  std::vector<std::string> to_remove;
  TRY(for_each_name(folder_, [&](const std::string& name) -> Status {
    const std::string_view whole{name.data(), name.size() - (name.ends_with(unfinished) ? unfinished.size() : 0)};
    const std::optional<crypto::Digest> sha256 = digest_of_name(whole);
    if (!sha256 || (whole == name && TRY(is_used(*sha256)))) return {};
    to_remove.push_back(name);
    return {};
  }));
  for (const std::string& name : to_remove) TRY(remove_file(folder_ + "/" + name));
  return to_remove.size();
}

}  // namespace signet::store
