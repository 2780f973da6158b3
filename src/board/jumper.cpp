#include "board/jumper.h"

#include "base/port/file.h"

#include <fcntl.h>
#include <linux/gpio.h>
#include <sys/ioctl.h>
#include <charconv>
#include <cstring>

namespace signet::board {
namespace {

class FileJumper final : public Jumper {
 public:
  explicit FileJumper(std::string file) : file_(std::move(file)) {}
  bool is_set() override { return file_exists(file_); }
  std::string how() const override { return "make the file " + file_; }

 private:
  std::string file_;
};

class SetJumper final : public Jumper {
 public:
  bool is_set() override { return true; }
  std::string how() const override { return "it is always set"; }
};

class GpioJumper final : public Jumper {
 public:
  GpioJumper(Fd line, std::string name) : line_(std::move(line)), name_(std::move(name)) {}
  // A line that cannot be read is not set.
  bool is_set() override {
    gpio_v2_line_values values{};
    values.mask = 1;
    return ::ioctl(line_.get(), GPIO_V2_LINE_GET_VALUES_IOCTL, &values) == 0 && (values.bits & 1) != 0;
  }
  std::string how() const override { return "draw " + name_ + " to ground"; }

 private:
  Fd line_;
  std::string name_;
};

// CHIP:LINE; Linux' documentation: userspace-api/gpio, version 2.
Result<std::unique_ptr<Jumper>> open_gpio(const std::string& name) {
  const auto colon = name.rfind(':');
  std::uint32_t number = 0;
  const char* const end = name.data() + name.size();
  const char* const digits = colon == name.npos ? end : name.data() + colon + 1;
  const auto [stop, wrong] = std::from_chars(digits, end, number);
  if (colon == 0 || wrong != std::errc{} || stop != end || number > gpio_line_max) {
    return Error{Errc::malformed, "a jumper at a GPIO line is named so: gpio:/dev/gpiochip0:17"};
  }
  const std::string path = name.substr(0, colon);
  const Fd chip{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!chip) return os_error("open", path);
  gpio_v2_line_request request{};
  request.offsets[0] = number;
  request.num_lines = 1;
  request.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_ACTIVE_LOW | GPIO_V2_LINE_FLAG_BIAS_PULL_UP;
  std::memcpy(request.consumer, "signet-jumper", sizeof "signet-jumper");
  if (::ioctl(chip.get(), GPIO_V2_GET_LINE_IOCTL, &request) != 0) return os_error("use the line", name);
  return std::unique_ptr<Jumper>{std::make_unique<GpioJumper>(Fd{request.fd}, name)};
}

}  // namespace

Result<std::unique_ptr<Jumper>> open_jumper(const std::string& name, const std::string& folder) {
  constexpr std::string_view gpio = "gpio:";
  if (name == "file") return std::unique_ptr<Jumper>{std::make_unique<FileJumper>(folder + "/jumper")};
  if (name == "on") return std::unique_ptr<Jumper>{std::make_unique<SetJumper>()};
  if (name.starts_with(gpio)) return open_gpio(name.substr(gpio.size()));
  return Error{Errc::malformed, "no such jumper: \"" + name + "\": file, on, or gpio:CHIP:LINE"};
}

}  // namespace signet::board
