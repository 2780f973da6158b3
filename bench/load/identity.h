// identity.h -- who the devices are: keys and certificates, made or read.
//
//   identities file := ( client_id " " key " " certificate "\n" )*       base64 of DER: PKCS#8, X.509
//   requests file   := ( key " " request "\n" )*                         PKCS#10
#pragma once

#include "base/freed.h"

#include <openssl/ssl.h>
#include <string>
#include <vector>

namespace signet::bench {

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

struct Identity {
  std::string client_id;
  Key key;
  Certificate certificate;
};

// The first `count` of the file. Ends the program when there are fewer.
std::vector<Identity> read_identities(const std::string& file, std::size_t count);
// Certificates of one key that look as if the same issuer had made them, and which no registry knows.
std::vector<Identity> make_strangers(std::size_t count);
void write_requests(const std::string& file, std::size_t count);

// Says it and ends the program: a measurement that cannot be made is not made halfway.
[[noreturn]] void give_up(const std::string& why);

}  // namespace signet::bench
