// archive.h -- the files of a Python project as one payload: a POSIX ustar archive with nothing in it that varies.
//   archive := (header[512] content zeros to 512)* zeros[1024]
//   header  := name mode 0000644, owner 0, group 0, size, time 0, checksum, type '0', "ustar" "00", no names of owners
// Names rise by their bytes. tar(1) lists and extracts it; no other archive is taken than encode() would have made.
#pragma once

#include "base/bytes.h"

#include <string>

namespace signet::image {

inline constexpr std::size_t archive_files_max = 1024;
inline constexpr std::size_t archive_name_bytes_max = 99;

struct File {
  std::string name;  // "main.py", "resources/icons/on.png"
  Bytes content{};   // borrows
};

// In any order. malformed: a name that is absolute, leaves the folder, hides, is there twice or is not plain.
Result<Buffer> encode_archive(std::vector<File> files);
Result<std::vector<File>> decode_archive(Bytes archive);

// What of a folder belongs to a Python project: config.yml, *.py of any folder, and all below resources/. Hidden files
// and __pycache__ do not.
bool is_of_project(std::string_view name);
// The archive of those; malformed without main.py, and for a file that is_of_project does not name.
Result<Buffer> encode_project(std::vector<File> files);

}  // namespace signet::image
