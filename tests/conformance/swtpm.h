// swtpm.h -- a TPM 2.0 in software (Debian's package swtpm), ours for one test.
#pragma once

#include <sys/types.h>
#include <string>

namespace signet::element::kit {

class Swtpm {
 public:
  explicit Swtpm(std::string folder);  // its state; made when missing
  ~Swtpm() { stop(); }
  Swtpm(const Swtpm&) = delete;
  Swtpm& operator=(const Swtpm&) = delete;

  void start();  // ends the one that runs: a power cycle
  void stop();
  std::string tcti() const { return "swtpm:path=" + socket_; }

 private:
  std::string folder_;
  std::string socket_;
  pid_t process_ = 0;
};

}  // namespace signet::element::kit
