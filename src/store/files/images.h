// images.h -- firmware images as files: FOLDER/<SHA-256, 64 hex digits>, whole and durable, or not there.
//
//   ImageFolder images{data + "/firmware"};
//   TRY(images.keep(sha256, bytes));
//
// A file's name says what is in it, so that whoever reads it may check it, and a copy of the folder is never stale.
#pragma once

#include "fleet/firmware.h"

namespace signet::store {

class ImageFolder final : public fleet::ImageFiles {
 public:
  explicit ImageFolder(std::string folder) : folder_(std::move(folder)) {}
  Status keep(const crypto::Digest& sha256, Bytes image) override;
  Status remove(const crypto::Digest& sha256) override;
  std::string path(const crypto::Digest& sha256) const override;
  bool has(const crypto::Digest& sha256) const override;
  Result<std::size_t> remove_unless(const std::function<Result<bool>(const crypto::Digest&)>& is_used) override;
  // corrupt: it is there, and is not what its name says. not_found: it is not there.
  Status check(const crypto::Digest& sha256, std::uint64_t size) const;
  // What `to` does not have of it. Well when there is no such folder.
  Status copy_to(const std::string& to) const;

 private:
  std::string folder_;
};

}  // namespace signet::store
