// successor.h -- how a manager's CA names the one that will follow it, so that who trusts the first can trust the next.
//
//   successor := {"ca": PEM, "signature": hex R || S}
//   signature over SHA-256("signet.successor.v1" 00 sha256(DER of the present CA) sha256(DER of the next))
//
// docs/formats/certificates.md. No cross-certificate: the present CA's path length of 0 allows none.
#pragma once

#include "base/json.h"
#include "identity/certificate.h"

namespace signet::identity {

struct Successor {
  Certificate ca;
  crypto::Signature signature{};  // of the present CA's key
};

Result<Successor> name_successor(const Certificate& present, Certificate next, const SignDigest& sign);
// forbidden: `present` did not sign it. malformed: the next is no CA, or the present one itself.
Status check_successor(const Certificate& present, const Successor& successor);

json::object write_successor(const Successor& successor);
// Its form alone: check_successor judges it.
Result<Successor> read_successor(const json::object& object);

}  // namespace signet::identity
