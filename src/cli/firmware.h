// firmware.h -- private to cli/: files that the firmware commands share.
#pragma once

#include "cli/session.h"
#include "image/image.h"

namespace signet::cli {

// too_large past the largest image.
Result<Buffer> read_image(const std::string& path);
// PEM, "PUBLIC KEY".
Result<crypto::PublicKey> read_public_key(const std::string& path);
std::string public_key_pem(const crypto::PublicKey& key);

// What goes into the image of a Python project, from its folder; and what lies there and does not.
struct Project {
  Buffer payload;
  std::size_t files = 0;
  std::vector<std::string> left_out;
};
Result<Project> read_project(const std::string& folder);

}  // namespace signet::cli
