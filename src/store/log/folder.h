// folder.h -- the folder of one ingest log on a real disk: made when missing, and held against a second writer.
#pragma once

#include "base/port/file_disk.h"

#include <memory>

namespace signet::store {

class LogFolder {
 public:
  // conflict: another process writes there.
  static Result<std::unique_ptr<LogFolder>> open(const std::string& path);

  FolderDisk& for_writer() { return for_writer_; }
  FolderDisk& for_reader() { return for_reader_; }  // which is on another thread

 private:
  LogFolder(const std::string& path, Fd lock) : lock_(std::move(lock)), for_writer_(path), for_reader_(path) {}

  Fd lock_;
  FileDisk for_writer_;
  FileDisk for_reader_;
};

}  // namespace signet::store
