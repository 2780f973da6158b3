#include "gateway/download_request.h"

// Whatever is asked: an image's name is one path and no way out of it, a range lies within its whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto image = gateway::read_image_path(text)) {
    const gateway::ImageName& name = image.value();
    ENSURE(text == "/fota/" + name.firmware + "/" + name.version + "/" + std::to_string(name.index));
    ENSURE(name.version.find('/') == std::string::npos);
  }
  constexpr std::uint64_t whole = 1000;
  if (const auto range = gateway::read_range(text, whole); range && range.value()) {
    ENSURE(range.value()->size > 0 && range.value()->first < whole);
    ENSURE(range.value()->size <= whole - range.value()->first);
  }
  return 0;
}
