// gate.h -- what a loop knows of the registry by itself: whose certificate is admitted.
#pragma once

#include "fleet/fleet.h"

namespace signet::gateway {

struct Gate {
  virtual ~Gate() = default;
  // Errors say why not, for the operator. forbidden: it is in the registry; unauthenticated: it is not.
  virtual Status judge(Bytes certificate_der) = 0;
  virtual Result<fleet::Admission> admit(Bytes certificate_der) = 0;
  virtual Status still_admits(const fleet::Admission& who) = 0;
};

// On the fleet's own thread.
class FleetGate final : public Gate {
 public:
  explicit FleetGate(fleet::Fleet& fleet) : fleet_(fleet) {}
  Status judge(Bytes certificate_der) override;
  Result<fleet::Admission> admit(Bytes certificate_der) override;
  Status still_admits(const fleet::Admission& who) override;

 private:
  fleet::Fleet& fleet_;
};

// On any thread: the registry's index, without a lock. A device is called what its certificate calls it.
class IndexGate final : public Gate {
 public:
  IndexGate(fleet::Index::Reader reader, Clock& clock) : reader_(std::move(reader)), clock_(clock) {}
  Status judge(Bytes certificate_der) override;
  Result<fleet::Admission> admit(Bytes certificate_der) override;
  Status still_admits(const fleet::Admission& who) override;

 private:
  fleet::Index::Reader reader_;
  Clock& clock_;
};

}  // namespace signet::gateway
