// ingest.h -- the ingest logs of a data folder: one for each loop, and those that loops of former lives have left.
//
//   DATA/ingest/0/  DATA/ingest/1/ ...
#pragma once

#include "gateway/drainer.h"
#include "store/log/folder.h"

namespace signet::gateway {

class Ingest {
 public:
  // Makes what is missing, recovers what is there. conflict: another process has one of them open.
  static Result<std::unique_ptr<Ingest>> open(const std::string& folder, std::size_t loops, fleet::Fleet& fleet,
                                              Clock& clock, bool skip_damaged);

  store::LogWriter& writer(std::size_t loop) { return *logs_.at(loop)->writer; }
  Drainer& drainer() { return drainer_; }

 private:
  struct Log {
    std::unique_ptr<store::LogFolder> folder;
    std::unique_ptr<store::LogWriter> writer;
  };
  Ingest(fleet::Fleet& fleet, Clock& clock, bool skip_damaged) : drainer_(fleet, clock, skip_damaged) {}
  Status add(const std::string& folder, const std::string& name, bool is_abandoned, fleet::Fleet& fleet);

  crypto::SystemRandom random_;
  std::vector<std::unique_ptr<Log>> logs_;
  Drainer drainer_;
};

}  // namespace signet::gateway
