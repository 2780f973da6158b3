#include "element/plan/plan.h"

#include "base/json.h"
#include "element/atecc/describe.h"

#include <charconv>

namespace signet::element {
namespace {

constexpr std::int64_t plan_version = 1;
constexpr std::string_view lock_words[] = {"nothing", "config", "config and data"};
constexpr std::uint8_t none_locked = 0xff;

// A register of the zone by its name in the file. Little-endian when it has two bytes.
struct Register {
  std::string_view name;
  std::size_t offset;
  std::size_t bytes;
};
constexpr Register registers[] = {
    {"count_match", at::count_match, 1}, {"chip_mode", at::chip_mode, 1},
    {"use_lock", at::use_lock, 1},       {"volatile_key_permission", at::volatile_key, 1},
    {"secure_boot", at::secure_boot, 2}, {"kdf_iv_location", at::kdf_iv_location, 1},
    {"kdf_iv", at::kdf_iv_string, 2},    {"chip_options", at::chip_options, 2},
};
constexpr std::string_view other_members[] = {"plan", "lock", "i2c_address", "x509_format", "otp", "slots"};
constexpr std::string_view slot_members[] = {"slot", "use", "slot_config", "key_config", "make_key", "data"};

Error wrong(std::string_view name, std::string_view expected) {
  return Error{Errc::malformed, "\"" + std::string{name} + "\": expected " + std::string{expected}};
}

// "0x0081": 0x and exactly two digits a byte.
Result<unsigned> number(const json::object& object, std::string_view name, std::size_t bytes) {
  const std::string text = TRY(string_member(object, name));
  const std::string expected = bytes == 1 ? "a byte as \"0x1f\"" : "two bytes as \"0x12ab\"";
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  if (!text.starts_with("0x") || text.size() != 2 + 2 * bytes) return wrong(name, expected);
  const auto [stop, error] = std::from_chars(text.data() + 2, end, value, 16);
  if (error != std::errc{} || stop != end) return wrong(name, expected);
  return value;
}

void put(ConfigZone& zone, std::size_t offset, std::size_t bytes, unsigned value) {
  for (std::size_t i = 0; i < bytes; ++i) zone[offset + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

Result<Buffer> bytes_member(const json::object& object, std::string_view name, std::size_t most) {
  if (!object.contains(name)) return Buffer{};
  const auto bytes = decode_hex(TRY(string_member(object, name)));
  if (!bytes || bytes.value().size() > most)
    return wrong(name, "at most " + std::to_string(most) + " bytes as hex digits");
  return bytes;
}

template <class Names>
Status require_known(const json::object& object, const Names& names, bool with_registers) {
  for (const auto& [key, value] : object) {
    const std::string_view name{key.data(), key.size()};
    const bool known =
        std::ranges::find(names, name) != std::end(names) ||
        (with_registers && std::ranges::any_of(registers, [&](const Register& r) { return r.name == name; }));
    if (!known) return Error{Errc::malformed, "\"" + std::string{name.substr(0, 40)} + "\" is no member of a plan"};
  }
  return {};
}

Status parse_slot(const json::value& value, Plan& plan, std::array<bool, slot_count>& seen) {
  if (!value.is_object()) return wrong("slots", "a list of objects");
  const json::object& object = value.as_object();
  TRY(require_known(object, slot_members, false));
  const std::int64_t n = TRY(integer_member(object, "slot"));
  if (n < 0 || n >= static_cast<std::int64_t>(slot_count)) return wrong("slot", "0 to 15");
  const auto index = static_cast<std::size_t>(n);
  if (std::exchange(seen[index], true)) return Error{Errc::malformed, "slot " + std::to_string(n) + " is there twice"};
  PlannedSlot& slot = plan.slots[index];
  slot.use = TRY(optional_string(object, "use"));
  if (slot.use.size() > plan_use_bytes_max) return wrong("use", "at most 200 bytes");
  put(plan.zone, at::slot_config + 2 * index, 2, TRY(number(object, "slot_config", 2)));
  put(plan.zone, at::key_config + 2 * index, 2, TRY(number(object, "key_config", 2)));
  if (const json::value* make = object.if_contains("make_key")) {
    if (!make->is_bool()) return wrong("make_key", "true or false");
    slot.make_key = make->as_bool();
  }
  slot.data = TRY(bytes_member(object, "data", slot_bytes(static_cast<unsigned>(n))));
  return {};
}

Status parse_slots(const json::object& file, Plan& plan) {
  std::array<bool, slot_count> seen{};
  for (const json::value& one : TRY(array_member(file, "slots"))) {
    Status parsed = parse_slot(one, plan, seen);
    if (!parsed) return std::move(parsed).error().within("slots");
  }
  for (std::size_t n = 0; n < slot_count; ++n) {
    if (!seen[n])
      return Error{Errc::malformed, "slot " + std::to_string(n) + " is missing: a plan says what every slot is"};
  }
  return {};
}

Status parse_registers(const json::object& file, Plan& plan) {
  for (const Register& one : registers) {
    if (file.contains(one.name)) put(plan.zone, one.offset, one.bytes, TRY(number(file, one.name, one.bytes)));
  }
  const unsigned address = TRY(number(file, "i2c_address", 1));
  if (address > 0x7f) {
    return Error{Errc::malformed, "\"i2c_address\": a 7-bit address; the 8-bit form 0xC0 is 0x60 here"};
  }
  plan.zone[at::i2c_address] = static_cast<std::uint8_t>(address << 1);
  const Buffer x509 = TRY(bytes_member(file, "x509_format", 4));
  std::ranges::copy(x509, plan.zone.begin() + at::x509_format);
  return {};
}

std::string hex_text(Bytes little_endian) {
  Buffer big{little_endian.rbegin(), little_endian.rend()};
  return "0x" + hex(big);
}

}  // namespace

Result<Plan> parse_plan(std::string_view text) {
  if (text.size() > plan_bytes_max) return Error{Errc::too_large, "a plan has at most 64 KiB"};
  const json::object file = TRY(parse_json_object(text));
  TRY(require_known(file, other_members, true));
  if (TRY(integer_member(file, "plan")) != plan_version) return wrong("plan", "1, the version of the format");
  Plan plan;
  const std::string lock = TRY(string_member(file, "lock"));
  const auto found = std::ranges::find(lock_words, lock);
  if (found == std::end(lock_words)) return wrong("lock", "\"config and data\", \"config\" or \"nothing\"");
  plan.lock = static_cast<PlanLock>(found - std::begin(lock_words));
  TRY(parse_registers(file, plan));
  TRY(parse_slots(file, plan));
  plan.otp = TRY(bytes_member(file, "otp", otp_bytes));
  plan.zone[at::slot_locked] = plan.zone[at::slot_locked + 1] = none_locked;
  return plan;
}

std::string plan_text(const Plan& plan) {
  const Bytes zone{plan.zone};
  std::string out =
      "{\"plan\": 1,\n \"lock\": \"" + std::string{lock_words[static_cast<std::size_t>(plan.lock)]} + "\",\n";
  out += " \"i2c_address\": \"0x" + hex(Block<1>{static_cast<std::uint8_t>(zone[at::i2c_address] >> 1)}) + "\",\n";
  for (const Register& one : registers) {
    out += " \"" + std::string{one.name} + "\": \"" + hex_text(zone.subspan(one.offset, one.bytes)) + "\",\n";
  }
  out += " \"x509_format\": \"" + hex(zone.subspan(at::x509_format, 4)) + "\",\n";
  if (!plan.otp.empty()) out += " \"otp\": \"" + hex(plan.otp) + "\",\n";
  out += " \"slots\": [\n";
  for (unsigned n = 0; n < slot_count; ++n) {
    const PlannedSlot& slot = plan.slots[n];
    out += "  {\"slot\": " + std::to_string(n) + ", \"slot_config\": \"" +
           hex_text(zone.subspan(at::slot_config + 2 * n, 2)) + "\", \"key_config\": \"" +
           hex_text(zone.subspan(at::key_config + 2 * n, 2)) + "\", ";
    if (slot.make_key) out += "\"make_key\": true, ";
    if (!slot.data.empty()) out += "\"data\": \"" + hex(slot.data) + "\", ";
    out += "\"use\": " + json::serialize(json::string{slot.use}) + (n + 1 < slot_count ? "},\n" : "}\n");
  }
  return out + " ]}\n";
}

ConfigZone zone_on(const Plan& plan, const ConfigZone& chip) {
  ConfigZone out = plan.zone;
  for (std::size_t byte = 0; byte < config_bytes; ++byte) {
    const bool counter = byte >= at::counters && byte < at::use_lock;
    if (!is_config_byte_writable(byte) || counter) out[byte] = chip[byte];
  }
  return out;
}

DataImage image_of(const Plan& plan) {
  DataImage out;
  for (unsigned n = 0; n < slot_count; ++n) out.set(n, plan.slots[n].data);
  std::ranges::copy(plan.otp, out.otp.begin());
  return out;
}

}  // namespace signet::element
