#include "store/log/folder.h"

namespace signet::store {

Result<std::unique_ptr<LogFolder>> LogFolder::open(const std::string& path) {
  TRY(make_folder(path, 0700));
  Fd lock = TRY(lock_file(path + "/lock"));
  return std::unique_ptr<LogFolder>{new LogFolder{path, std::move(lock)}};
}

}  // namespace signet::store
