// folder_for_test.h -- an empty folder of its own for one test, gone when the test is.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>

namespace signet {

class Folder_for_test {
 public:
  Folder_for_test() {
    std::string name = (std::filesystem::temp_directory_path() / "signet-test-XXXXXX").string();
    ENSURE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder_for_test(const Folder_for_test&) = delete;
  Folder_for_test& operator=(const Folder_for_test&) = delete;
  ~Folder_for_test() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace signet
