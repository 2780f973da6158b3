// What the manager says of an update.
#include "board/flash/file_flash.h"
#include "board/fota_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text = text_of(Bytes{data, size});
  (void)board::read_fota_offer(text);
  const auto info = board::read_fota_info(text);
  if (!info) return 0;
  ENSURE(!info.value().images.empty() && info.value().images.size() <= boot::part_count);
  for (const auto& image : info.value().images) {
    ENSURE(image.size > 0 && image.size <= board::flash_application_bytes_max);
    ENSURE(image.chunks.size() * board::fota_chunk_bytes >= image.size);
  }
  return 0;
}
