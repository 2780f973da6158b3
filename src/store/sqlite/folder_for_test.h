// folder_for_test.h -- a folder that is gone when the test is.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>

namespace signet::store {

class Folder_for_test {
 public:
  Folder_for_test() {
    std::string name = (std::filesystem::temp_directory_path() / "signet-store-XXXXXX").string();
    if (!::mkdtemp(name.data())) std::abort();
    path_ = name;
  }
  Folder_for_test(const Folder_for_test&) = delete;
  Folder_for_test& operator=(const Folder_for_test&) = delete;
  ~Folder_for_test() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline unsigned mode_of_for_test(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777u : 0;
}

}  // namespace signet::store
