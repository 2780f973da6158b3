// refused.h -- what the functions of signet/agent.h and signet/board.h throw.
#pragma once

#include <stdexcept>
#include <string>

namespace signet {

// The board said no, or has gone. A value that can be no request (a name that is none, a payload that is too large) is
// std::invalid_argument instead.
class Refused : public std::runtime_error {
 public:
  Refused(std::string code, const std::string& why) : std::runtime_error(why), code_(std::move(code)) {}
  // "unauthenticated", "forbidden", "not_found", "conflict", "exhausted", "unavailable" or "corrupt".
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

// The board cannot keep this reading: earlier ones are safe.
struct OutboxFull : Refused {
  using Refused::Refused;
};
// The manager did not acknowledge in time; the reading is kept and will be sent.
struct MQTTPublishTimeout : Refused {
  using Refused::Refused;
};

struct WifiException : Refused {
  using Refused::Refused;
};
struct WifiBadSSID : WifiException {  // not in reach
  using WifiException::WifiException;
};
struct WifiBadPassword : WifiException {
  using WifiException::WifiException;
};

}  // namespace signet
