#include "guard/ban_list.h"
#include "guard/nft.h"

// What is read is written so that it is read the same; and no text of a ban reaches the firewall's script.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto bans = guard::decode_ban_list({reinterpret_cast<const char*>(data), size});
  if (!bans) return 0;
  const auto again = guard::decode_ban_list(guard::encode_ban_list(bans.value()));
  ENSURE(again && again.value() == bans.value());
  const std::string script = guard::nft_script(bans.value(), Timestamp{}, 8883);
  const std::string_view elements = std::string_view{script}.substr(script.find("flush set"));
  ENSURE(elements.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz.:/{}, \n") == elements.npos);
  return 0;
}
