#include "cli/console_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  signet::cli::LineReader reader;
  reader.feed({data, size}, [](std::string_view line) {
    ENSURE(line.size() < signet::cli::console_line_bytes_max);
    const auto answer = signet::cli::decode_answer(line);
    if (answer && !answer.value().outcome) ENSURE(answer.value().outcome.error().what.find('\n') == std::string::npos);
  });
  return 0;
}
