// own.h -- an element that its owner makes and certifies; a chip of the foundry has its certificates from birth.
#pragma once

#include "element/element.h"

namespace signet::element {

inline constexpr unsigned own_counters = 2;  // ids 0 and 1, as the chip has
inline constexpr std::size_t own_certificates_max = 3;
inline constexpr std::size_t own_certificates_bytes_max = 2000;  // of all together; what one NV index of a TPM takes

class OwnElement : public Element {
 public:
  // Keeps the chain, device first, DER, durably in place of the one before. Whether it fits the key is the caller's
  // to check (element/open/enrol.h does). forbidden, conflict: the element keeps what it had.
  virtual Status store_certificates(const std::vector<Buffer>& chain) = 0;
};

// The uid of such an element: what it is made of, and its key. Never a chip's, which begins with 01 23.
enum class OwnKind : std::uint8_t { software = 'S', tpm = 'T', pkcs11 = 'P' };
Uid own_uid(OwnKind kind, const crypto::PublicKey& identity_key);

// The one form in which all of them keep their chain.
//   chain := count:u8 (size:u16be der[size])*        count is at least 1
// too_large past the limits above; decoding is strict.
Result<Buffer> encode_chain(const std::vector<Buffer>& chain);
Result<std::vector<Buffer>> decode_chain(Bytes bytes);

Error no_such_counter();      // not_found
Error no_certificate_yet();   // not_found, with the next step
Error bound_and_not_shown();  // forbidden: bound to a board whose secret was not presented

}  // namespace signet::element
