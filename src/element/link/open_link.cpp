#include "element/link/open_link.h"

#include "element/link/bus_link.h"
#include "element/link/i2c_dev.h"
#include "element/link/serial_port.h"
#include "element/link/socket_bus.h"
#include "element/link/trace_file.h"

#include <charconv>
#include <filesystem>

namespace signet::element {
namespace {

constexpr int nesting_max = 2;  // record:FILE:LINK, and no record of a record

// What follows "scheme:", when the name has that scheme.
std::optional<std::string_view> after(std::string_view name, std::string_view scheme) {
  if (!name.starts_with(scheme) || name.size() <= scheme.size() || name[scheme.size()] != ':') return std::nullopt;
  return name.substr(scheme.size() + 1);
}

Error no_such_scheme(std::string_view name) {
  return Error{Errc::malformed, "element link \"" + std::string{name} +
                                    "\": no such scheme; there is i2c:/dev/i2c-1, serial:/dev/ttyUSB0, unix:PATH, "
                                    "tcp:HOST:PORT, record:FILE:LINK and replay:FILE, for example "
                                    "unix:/run/signet/element.sock"};
}

Result<BusPlace> open_i2c(std::string_view rest) {
  const std::size_t colon = rest.find(':');
  std::optional<std::uint8_t> address;
  if (colon != rest.npos) address = TRY(parse_bus_address(rest.substr(colon + 1)));
  return BusPlace{TRY(I2cDev::open(std::string{rest.substr(0, colon)})), address};
}

Result<std::unique_ptr<Link>> open_at(std::string_view name, int depth);

Result<std::unique_ptr<Link>> open_recorded(std::string_view rest, int depth) {
  const std::size_t colon = rest.find(':');
  if (colon == rest.npos || colon == 0 || depth + 1 >= nesting_max) {
    return Error{Errc::malformed,
                 "record:" + std::string{rest} +
                     ": expected record:FILE:LINK, as record:trace.txt:i2c:/dev/i2c-1 (no ':' in FILE)"};
  }
  auto inner = TRY(open_at(rest.substr(colon + 1), depth + 1));
  return record_to_file(std::string{rest.substr(0, colon)}, std::move(inner));
}

Result<std::unique_ptr<Link>> open_at(std::string_view name, int depth) {
  if (const auto rest = after(name, "record")) return open_recorded(*rest, depth);
  if (const auto file = after(name, "replay")) return replay_file(std::string{*file});
  if (const auto path = after(name, "serial")) {
    auto port = TRY(open_serial_port(std::string{*path}));  // not within new: returning from there frees nothing
    return std::unique_ptr<Link>{new SwiLink{std::move(port)}};
  }
  BusPlace place = TRY(open_bus(name));
  return std::unique_ptr<Link>{new BusLink{std::move(place.bus), place.address}};
}

}  // namespace

Result<std::uint8_t> parse_bus_address(std::string_view text) {
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = is_hex ? text.substr(2) : text;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || value > 0xff) {
    return Error{Errc::malformed, "\"" + std::string{text} + "\" is no bus address: write it as 0x60"};
  }
  if (value > 0x77) {
    return Error{Errc::malformed,
                 address_text(static_cast<std::uint8_t>(value)) +
                     " is not a 7-bit address. The chip's configuration and its vendor's tools write the address with "
                     "the read/write bit, shifted left by one: 0xC0 there is 0x60 on the bus. Did you mean " +
                     address_text(static_cast<std::uint8_t>(value >> 1)) + "?"};
  }
  if (value < 0x08)
    return Error{Errc::malformed, address_text(static_cast<std::uint8_t>(value)) + " is reserved by I2C"};
  return static_cast<std::uint8_t>(value);
}

Result<BusPlace> open_bus(std::string_view name) {
  if (const auto rest = after(name, "i2c")) return open_i2c(*rest);
  if (const auto rest = after(name, "tcp")) return BusPlace{TRY(SocketBus::open_tcp(TRY(parse_tcp_place(*rest)))), {}};
  if (name.starts_with("unix:")) return BusPlace{TRY(SocketBus::open_unix(std::string{name.substr(5)})), {}};
  return no_such_scheme(name);
}

Result<std::unique_ptr<Link>> open_link(std::string_view name) { return open_at(name, 0); }

bool is_emulated_link(std::string_view name) {
  if (const auto rest = after(name, "record")) {
    const std::size_t colon = rest->find(':');
    return colon != rest->npos && is_emulated_link(rest->substr(colon + 1));
  }
  if (const auto path = after(name, "serial")) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(*path, ignored).string().starts_with("/dev/pts/");
  }
  return name.starts_with("unix:") || name.starts_with("tcp:") || name.starts_with("replay:");
}

}  // namespace signet::element
