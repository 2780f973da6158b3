// objects.h -- what a PKCS#11 program finds in the token: certificates, the identity key's two halves.
//
// PKCS#11 2.40 sections 4.4 to 4.9. An object is a fixed list of attributes, made once from what the element gives.
#pragma once

#include "identity/certificate.h"

#include <p11-kit/pkcs11.h>
#include <map>

namespace signet::token {

inline constexpr std::uint8_t device_id = 1;  // CKA_ID of the device's key and certificate: one id joins the three
inline constexpr std::uint8_t issuer_id = 2;  // and following, up the chain

struct Object {
  std::map<CK_ATTRIBUTE_TYPE, Buffer> attributes;
  bool is_private_key() const;
};

// Handles are the places in this list, from 1. `chain` is device first, and may be empty: an element without
// certificates still has its key.
std::vector<Object> objects_of(const crypto::PublicKey& key, const std::vector<identity::Certificate>& chain);

// True when the object has each attribute of the template, byte for byte (section 5.7 C_FindObjectsInit).
bool matches(const Object& object, std::span<const CK_ATTRIBUTE> wanted);

// Section 5.7 C_GetAttributeValue: sizes first when there is no buffer, and an answer for each attribute by itself.
CK_RV read_attributes(const Object& object, std::span<CK_ATTRIBUTE> asked);

}  // namespace signet::token
