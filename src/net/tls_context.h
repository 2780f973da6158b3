// tls_context.h -- what every TLS end of this project has in common. Only net/tls* may include this.
#pragma once

#include "crypto/openssl/handles.h"
#include "net/tls_backend.h"

#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace signet::net {

using SslCtxPtr = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Freed<SSL_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using LibCtxPtr = std::unique_ptr<OSSL_LIB_CTX, Freed<OSSL_LIB_CTX_free>>;
using ProviderPtr = std::unique_ptr<OSSL_PROVIDER, Freed<OSSL_PROVIDER_unload>>;

// Versions, suites, groups and habits (see the README for each reason). `library` null: OpenSSL's default context.
Result<SslCtxPtr> make_context(OSSL_LIB_CTX* library, const SSL_METHOD* method);

// All certificates of a PEM text, at least one; `what` names the text in errors.
Result<std::vector<X509Ptr>> certificates_of(OSSL_LIB_CTX* library, std::string_view pem, std::string_view what);

// Of every PEM that is read: OpenSSL would ask on the terminal for the pass phrase of an encrypted one.
int no_pass_phrase(char*, int, int, void*);

// The first is the leaf, the rest go along with it.
Status use_chain(SSL_CTX* context, const std::vector<X509Ptr>& chain);

Buffer der_of(X509* certificate);

// RFC 7301: each name with its length before it. Names are ours, so their length is ENSUREd.
Buffer alpn_wire(const std::vector<std::string>& names);

}  // namespace signet::net
