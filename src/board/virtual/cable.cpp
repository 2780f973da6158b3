#include "board/virtual/cable.h"

#include "base/port/file.h"
#include "crypto/digest.h"

namespace signet::board {

constexpr std::size_t cable_bytes = 16;  // more is no "in"

Result<VirtualCable> VirtualCable::create(const std::string& folder, Bytes mac_seed) {
  const std::string file = folder + "/cable";
  if (!file_exists(file)) TRY(write_file_atomic(file, bytes_of("in\n"), 0600));
  const auto digest = crypto::sha256(mac_seed);
  std::string mac = "06";  // locally administered, and another than the radio's
  for (std::size_t i = 0; i < 5; ++i) mac += ":" + hex(Bytes{digest}.subspan(i, 1));
  return VirtualCable{file, mac};
}

bool VirtualCable::is_in() const {
  const auto text = read_file(file_, cable_bytes);
  return text && text_of(text.value()).starts_with("in");
}

Status VirtualCable::start() {
  started_ = is_in();
  if (started_) return {};
  return Error{Errc::not_found, "no cable is plugged in: " + file_ + " says \"in\" when one is"};
}

bool VirtualCable::connected() { return started_ && is_in(); }

Result<WifiInfo> VirtualCable::info() {
  if (!connected()) return Error{Errc::unavailable, "Ethernet is not connected"};
  return WifiInfo{true, "192.168.5.2", "255.255.255.0", "192.168.5.1", "192.168.5.1", mac_};
}

}  // namespace signet::board
