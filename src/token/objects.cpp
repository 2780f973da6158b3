#include "token/objects.h"

#include "identity/der.h"

#include <cstring>

namespace signet::token {
namespace {

constexpr std::uint8_t p256_oid[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};  // RFC 5480 2.1.1.1
constexpr std::uint8_t uncompressed_point = 0x04;                                                  // SEC 1 2.3.3
constexpr CK_ATTRIBUTE_TYPE secret_attributes[] = {CKA_VALUE};  // of a private key: they exist, and stay inside

template <class Number>
Buffer raw(Number value) {  // PKCS#11 passes numbers as the machine has them
  Buffer out(sizeof value);
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}
Buffer yes() { return raw<CK_BBOOL>(CK_TRUE); }
Buffer no() { return raw<CK_BBOOL>(CK_FALSE); }
Buffer text(std::string_view value) { return copy_of(bytes_of(value)); }

// A short DER element: nothing here is longer than 127 bytes.
Buffer der(std::uint8_t tag, Bytes content) {
  ENSURE(content.size() < 0x80);
  Buffer out;
  Writer{out}.u8(tag).u8(static_cast<std::uint8_t>(content.size())).bytes(content);
  return out;
}

Buffer point_of(const crypto::PublicKey& key) {
  Buffer point{uncompressed_point};
  Writer{point}.bytes(key);
  return der(identity::der::octet_string, point);
}

Buffer serial_of(const identity::Certificate& certificate) {
  Buffer number = certificate.serial;
  if (number.empty() || (number.front() & 0x80) != 0) number.insert(number.begin(), 0);
  return der(identity::der::integer, number);
}

Object stored(CK_OBJECT_CLASS kind, std::string_view label, std::uint8_t id) {
  return {{{CKA_CLASS, raw(kind)},
           {CKA_TOKEN, yes()},
           {CKA_PRIVATE, no()},  // visible without a login: the token has no PIN
           {CKA_MODIFIABLE, no()},
           {CKA_DESTROYABLE, no()},
           {CKA_COPYABLE, no()},
           {CKA_LABEL, text(label)},
           {CKA_ID, Buffer{id}}}};
}

Object certificate_object(const identity::Certificate& certificate, std::string_view label, std::uint8_t id) {
  Object out = stored(CKO_CERTIFICATE, label, id);
  out.attributes[CKA_CERTIFICATE_TYPE] = raw<CK_CERTIFICATE_TYPE>(CKC_X_509);
  out.attributes[CKA_TRUSTED] = no();
  out.attributes[CKA_CERTIFICATE_CATEGORY] = raw<CK_ULONG>(certificate.is_ca ? 2 : 1);  // 4.6.2: authority, or user
  out.attributes[CKA_SUBJECT] = certificate.subject_name;
  out.attributes[CKA_ISSUER] = certificate.issuer_name;
  out.attributes[CKA_SERIAL_NUMBER] = serial_of(certificate);
  out.attributes[CKA_VALUE] = certificate.der;
  return out;
}

Object key_object(CK_OBJECT_CLASS kind, const Buffer& subject) {
  Object out = stored(kind, "device", device_id);
  out.attributes[CKA_KEY_TYPE] = raw<CK_KEY_TYPE>(CKK_EC);
  out.attributes[CKA_EC_PARAMS] = copy_of(p256_oid);
  out.attributes[CKA_LOCAL] = yes();
  out.attributes[CKA_DERIVE] = no();
  out.attributes[CKA_START_DATE] = {};
  out.attributes[CKA_END_DATE] = {};
  out.attributes[CKA_SUBJECT] = subject;
  out.attributes[CKA_KEY_GEN_MECHANISM] = raw<CK_MECHANISM_TYPE>(CKM_EC_KEY_PAIR_GEN);
  return out;
}

Object private_key(const Buffer& subject) {
  Object out = key_object(CKO_PRIVATE_KEY, subject);
  for (const CK_ATTRIBUTE_TYPE is : {CKA_SIGN, CKA_SENSITIVE, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE}) {
    out.attributes[is] = yes();
  }
  for (const CK_ATTRIBUTE_TYPE is_not :
       {CKA_EXTRACTABLE, CKA_DECRYPT, CKA_UNWRAP, CKA_SIGN_RECOVER, CKA_ALWAYS_AUTHENTICATE, CKA_WRAP_WITH_TRUSTED}) {
    out.attributes[is_not] = no();
  }
  return out;
}

Object public_key(const crypto::PublicKey& key, const Buffer& subject) {
  Object out = key_object(CKO_PUBLIC_KEY, subject);
  out.attributes[CKA_EC_POINT] = point_of(key);
  out.attributes[CKA_VERIFY] = yes();
  for (const CK_ATTRIBUTE_TYPE is_not : {CKA_ENCRYPT, CKA_WRAP, CKA_VERIFY_RECOVER, CKA_TRUSTED}) {
    out.attributes[is_not] = no();
  }
  return out;
}

// One attribute. What cannot be told is marked in its length.
CK_RV read_attribute(const Object& object, CK_ATTRIBUTE& asked) {
  const auto refuse = [&](CK_RV why) {
    asked.ulValueLen = CK_UNAVAILABLE_INFORMATION;
    return why;
  };
  if (object.is_private_key() && std::ranges::count(secret_attributes, asked.type) != 0) {
    return refuse(CKR_ATTRIBUTE_SENSITIVE);
  }
  const auto found = object.attributes.find(asked.type);
  if (found == object.attributes.end()) return refuse(CKR_ATTRIBUTE_TYPE_INVALID);
  const Buffer& value = found->second;
  if (asked.pValue && asked.ulValueLen < value.size()) return refuse(CKR_BUFFER_TOO_SMALL);
  if (asked.pValue && !value.empty()) std::memcpy(asked.pValue, value.data(), value.size());
  asked.ulValueLen = value.size();
  return CKR_OK;
}

}  // namespace

bool Object::is_private_key() const {
  const auto kind = attributes.find(CKA_CLASS);
  return kind != attributes.end() && kind->second == raw<CK_OBJECT_CLASS>(CKO_PRIVATE_KEY);
}

std::vector<Object> objects_of(const crypto::PublicKey& key, const std::vector<identity::Certificate>& chain) {
  const Buffer subject = chain.empty() ? Buffer{} : chain.front().subject_name;
  std::vector<Object> out{private_key(subject), public_key(key, subject)};
  for (std::size_t i = 0; i < chain.size(); ++i) {
    out.push_back(certificate_object(chain[i], i == 0 ? "device" : "signer", static_cast<std::uint8_t>(device_id + i)));
  }
  return out;
}

bool matches(const Object& object, std::span<const CK_ATTRIBUTE> wanted) {
  return std::ranges::all_of(wanted, [&](const CK_ATTRIBUTE& attribute) {
    const auto found = object.attributes.find(attribute.type);
    const Bytes value{static_cast<const std::uint8_t*>(attribute.pValue), attribute.pValue ? attribute.ulValueLen : 0};
    return found != object.attributes.end() && std::ranges::equal(found->second, value);
  });
}

CK_RV read_attributes(const Object& object, std::span<CK_ATTRIBUTE> asked) {
  CK_RV result = CKR_OK;
  for (CK_ATTRIBUTE& attribute : asked) {
    const CK_RV one = read_attribute(object, attribute);
    if (result == CKR_OK) result = one;
  }
  return result;
}

}  // namespace signet::token
