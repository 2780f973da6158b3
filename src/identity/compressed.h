// compressed.h -- the 72 bytes that an element keeps of a certificate, and the certificate made from them again.
//
//   compressed := signature:64 dates:3 signer_id:2 template_chain:1 source_version:1 zero:1
//
// Nothing X.509 is stored in an element: profile.h is the template, byte for byte what the CA signed.
#pragma once

#include "identity/profile.h"

namespace signet::identity {

using Compressed = Block<72>;

// malformed when the certificate is not of our device or signer profile (dates off the hour, other serial source).
Result<Compressed> compress(const Certificate& certificate);

// The two chains an element can hold. `issuer` checks the result: a rebuilt certificate whose signature fails is
// refused.
Result<Certificate> rebuild_signer(const Compressed& compressed, const crypto::PublicKey& signer_key,
                                   const Certificate& root);
Result<Certificate> rebuild_device(const Compressed& compressed, const crypto::PublicKey& device_key,
                                   std::string_view dcn, const Certificate& signer);

}  // namespace signet::identity
