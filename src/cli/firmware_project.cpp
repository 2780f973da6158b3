// A Python project's folder as a payload.
#include "base/port/file.h"
#include "cli/firmware.h"
#include "image/archive.h"

#include <filesystem>

namespace signet::cli {
namespace {

namespace fs = std::filesystem;

struct Found {
  std::vector<std::string> inside, left_out;
};

// Links are not followed: an image holds what is in the folder, and nothing of elsewhere.
Result<Found> look_into(const std::string& folder) {
  Found out;
  std::error_code error;
  fs::recursive_directory_iterator at{folder, error};
  if (error) return Error{Errc::not_found, "open " + folder + ": " + error.message()};
  for (; at != fs::recursive_directory_iterator{}; at.increment(error)) {
    if (error) return Error{Errc::unavailable, "read " + folder + ": " + error.message()};
    const std::string name = at->path().lexically_relative(folder).generic_string();
    const fs::file_status status = at->symlink_status(error);
    if (fs::is_directory(status)) {
      const std::string last = at->path().filename().string();
      if (last.starts_with('.') || last == "__pycache__") at.disable_recursion_pending();
      continue;
    }
    if (!image::is_of_project(name)) {
      out.left_out.push_back(printable(name));
    } else if (!fs::is_regular_file(status)) {
      return Error{Errc::forbidden, printable(name) + " is a link or no plain file: put the file itself there"};
    } else {
      out.inside.push_back(name);
    }
    if (out.inside.size() > image::archive_files_max)
      return Error{Errc::too_large, "there are more than 1024 files: an image takes no more"};
  }
  if (error) return Error{Errc::unavailable, "read " + folder + ": " + error.message()};
  std::sort(out.left_out.begin(), out.left_out.end());
  return out;
}

}  // namespace

Result<Project> read_project(const std::string& folder) {
  Found found = TRY(look_into(folder));
  std::vector<Buffer> contents;
  std::vector<image::File> files;
  std::size_t total = 0;
  for (const std::string& name : found.inside) {
    std::string path = folder;
    path.append("/").append(name);
    contents.push_back(TRY(read_plain_file(path, image::payload_bytes_max)));
    total += contents.back().size();
    if (total > image::payload_bytes_max) return Error{Errc::too_large, "the project is too large for an image"};
  }
  for (std::size_t i = 0; i < contents.size(); ++i) files.push_back({found.inside[i], contents[i]});
  Buffer payload = TRY(image::encode_project(std::move(files)));
  return Project{std::move(payload), contents.size(), std::move(found.left_out)};
}

}  // namespace signet::cli
