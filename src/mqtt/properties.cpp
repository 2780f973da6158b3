#include "mqtt/properties.h"

#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

enum class Form : std::uint8_t { byte, two_bytes, four_bytes, varint, text, binary, pair };

constexpr unsigned in(Carrier carrier) { return 1u << static_cast<unsigned>(carrier); }
constexpr unsigned anywhere = (1u << (static_cast<unsigned>(Carrier::disconnect) + 1)) - 1;
constexpr unsigned messages = in(Carrier::publish) | in(Carrier::will);
constexpr unsigned hello = in(Carrier::connect) | in(Carrier::connack);
constexpr unsigned answers = in(Carrier::connack) | in(Carrier::puback) | in(Carrier::pubrec) | in(Carrier::pubrel) |
                             in(Carrier::pubcomp) | in(Carrier::suback) | in(Carrier::unsuback) |
                             in(Carrier::disconnect);
constexpr std::uint32_t any = 0xffff'ffff;

struct Rule {
  PropertyId id;
  Form form;
  unsigned carriers;
  std::uint32_t least = 0;
  std::uint32_t most = any;
};

// 5.0, table 2-4, with the ranges that sections 3.1.2.11 to 3.14.2.2 give.
using enum PropertyId;
constexpr Rule rules[] = {
    {payload_format, Form::byte, messages, 0, 1},
    {message_expiry, Form::four_bytes, messages},
    {content_type, Form::text, messages},
    {response_topic, Form::text, messages},
    {correlation_data, Form::binary, messages},
    {subscription_id, Form::varint, in(Carrier::publish) | in(Carrier::subscribe), 1},
    {session_expiry, Form::four_bytes, hello | in(Carrier::disconnect)},
    {assigned_client_id, Form::text, in(Carrier::connack)},
    {server_keepalive, Form::two_bytes, in(Carrier::connack)},
    {authentication_method, Form::text, hello},
    {authentication_data, Form::binary, hello},
    {request_problem_information, Form::byte, in(Carrier::connect), 0, 1},
    {will_delay, Form::four_bytes, in(Carrier::will)},
    {request_response_information, Form::byte, in(Carrier::connect), 0, 1},
    {response_information, Form::text, in(Carrier::connack)},
    {server_reference, Form::text, in(Carrier::connack) | in(Carrier::disconnect)},
    {reason_string, Form::text, answers},
    {receive_maximum, Form::two_bytes, hello, 1},
    {topic_alias_maximum, Form::two_bytes, hello},
    {topic_alias, Form::two_bytes, in(Carrier::publish)},
    {maximum_qos, Form::byte, in(Carrier::connack), 0, 1},
    {retain_available, Form::byte, in(Carrier::connack), 0, 1},
    {user_property, Form::pair, anywhere},
    {maximum_packet_size, Form::four_bytes, hello, 1},
    {wildcard_subscription_available, Form::byte, in(Carrier::connack), 0, 1},
    {subscription_ids_available, Form::byte, in(Carrier::connack), 0, 1},
    {shared_subscription_available, Form::byte, in(Carrier::connack), 0, 1},
};

const Rule* rule_of(std::uint32_t id) {
  for (const Rule& rule : rules) {
    if (static_cast<std::uint32_t>(rule.id) == id) return &rule;
  }
  return nullptr;
}

bool is_number(Form form) { return form <= Form::varint; }

Result<std::uint32_t> read_number(Reader& in, Form form) {
  if (form == Form::byte) return std::uint32_t{TRY(in.u8())};
  if (form == Form::two_bytes) return std::uint32_t{TRY(in.u16_be())};
  if (form == Form::four_bytes) return in.u32_be();
  return read_varint(in);
}

Result<Properties::Property> read_value(Reader& in, const Rule& rule) {
  Properties::Property property{.id = rule.id};
  if (is_number(rule.form)) {
    property.number = TRY(read_number(in, rule.form));
    if (property.number < rule.least || property.number > rule.most) {
      return Error{Errc::conflict, "property value is out of its range"};
    }
    return property;
  }
  if (rule.form == Form::pair) property.name = TRY(read_string(in));
  property.text = rule.form == Form::binary ? text_of(TRY(read_binary(in))) : TRY(read_string(in));
  return property;
}

Result<Properties::Property> read_property(Reader& in, Carrier carrier) {
  const Rule* rule = rule_of(TRY(read_varint(in)));
  if (rule == nullptr) return Error{Errc::malformed, "2.2.2.2: property id is unknown"};
  if ((rule->carriers & 1u << static_cast<unsigned>(carrier)) == 0) {
    return Error{Errc::malformed, "2.2.2.2: property does not belong in this packet"};
  }
  return read_value(in, *rule);
}

void write_number(Buffer& out, Form form, std::uint32_t number) {
  Writer to{out};
  if (form == Form::byte) to.u8(static_cast<std::uint8_t>(number));
  if (form == Form::two_bytes) to.u16_be(static_cast<std::uint16_t>(number));
  if (form == Form::four_bytes) to.u32_be(number);
  if (form == Form::varint) write_varint(out, number);
}

}  // namespace

Properties& Properties::set(PropertyId id, std::uint32_t value) {
  ENSURE(!has(id) && is_number(rule_of(static_cast<std::uint32_t>(id))->form));
  all_.push_back({.id = id, .number = value});
  return *this;
}

Properties& Properties::set(PropertyId id, std::string_view value) {
  ENSURE(!has(id) && !is_number(rule_of(static_cast<std::uint32_t>(id))->form) && value.size() <= string_bytes_max);
  all_.push_back({.id = id, .text = value});
  return *this;
}

Properties& Properties::add_user(std::string_view name, std::string_view value) {
  ENSURE(name.size() <= string_bytes_max && value.size() <= string_bytes_max);
  all_.push_back({.id = PropertyId::user_property, .text = value, .name = name});
  return *this;
}

const Properties::Property* Properties::find(PropertyId id) const {
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const Property& p) { return p.id == id; });
  return at == all_.end() ? nullptr : &*at;
}

std::optional<std::uint32_t> Properties::number(PropertyId id) const {
  const Property* found = find(id);
  return found ? std::optional{found->number} : std::nullopt;
}

std::optional<std::string_view> Properties::text(PropertyId id) const {
  const Property* found = find(id);
  return found ? std::optional{found->text} : std::nullopt;
}

std::optional<std::string_view> Properties::user(std::string_view name) const {
  for (const Property& property : all_) {
    if (property.id == PropertyId::user_property && property.name == name) return property.text;
  }
  return std::nullopt;
}

Result<Properties> read_properties(Reader& in, Carrier carrier) {
  const std::size_t size = TRY(read_varint(in));
  Reader section{TRY(in.take(size))};
  Properties properties;
  std::size_t users = 0;
  while (!section.empty()) {
    const Properties::Property property = TRY(read_property(section, carrier));
    if (property.id != PropertyId::user_property && properties.has(property.id)) {
      return Error{Errc::conflict, "property stands twice"};
    }
    if (property.id == PropertyId::user_property && ++users > user_properties_max) {
      return Error{Errc::too_large, "more user properties than user_properties_max"};
    }
    properties.all_.push_back(property);
  }
  if (properties.has(authentication_data) && !properties.has(authentication_method)) {
    return Error{Errc::conflict, "3.1.2.11.10: authentication data without a method"};
  }
  return properties;
}

void write_properties(Buffer& out, const Properties& properties) {
  Buffer section;
  for (const Properties::Property& property : properties.all()) {
    const Form form = rule_of(static_cast<std::uint32_t>(property.id))->form;
    section.push_back(static_cast<std::uint8_t>(property.id));
    if (is_number(form)) {
      write_number(section, form, property.number);
    } else {
      if (form == Form::pair) write_string(section, property.name);
      write_string(section, property.text);
    }
  }
  write_varint(out, static_cast<std::uint32_t>(section.size()));
  Writer{out}.bytes(section);
}

}  // namespace signet::mqtt
