#include "base/fields.h"

namespace {

struct Config {
  std::string name;
  std::uint16_t port = 1;
  std::chrono::seconds timeout{10};
  bool loud = false;
  bool operator==(const Config&) const = default;
};
constexpr std::tuple fields{
    signet::Field{"name", &Config::name, "a text"}, signet::Field{"port", &Config::port, "a number"},
    signet::Field{"timeout", &Config::timeout, "seconds"}, signet::Field{"loud", &Config::loud, "a choice"}};

}  // namespace

// A file without mistakes, printed and read again, says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto loaded = load<Config>(text_of({data, size}), fields);
  if (!loaded.problems.empty()) return 0;
  const auto again = load<Config>(print_config(loaded.config, fields), fields);
  ENSURE(again.problems.empty() && again.config == loaded.config);
  return 0;
}
