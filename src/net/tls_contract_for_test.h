// tls_contract_for_test.h -- what every TLS library behind net/tls_backend.h is held to: each test runs with each.
#pragma once

#include "net/test_support.h"
#include "net/tls_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::net::test {

inline constexpr int tls11 = 0x0302, tls12 = 0x0303, tls13 = 0x0304;

struct TlsContract : testing::TestWithParam<TlsOptions>, World {
  TlsContract() : World(GetParam()) {}

  // The server's side of what just happened.
  Recorder& served() { return *admitted.back(); }
  void close_when_open() {
    prepare = [](Recorder& end) { end.opening = [](Connection& c) { c.close_after_send(); }; };
  }
  void use_client(TlsVersion newest) {
    trust.newest = newest;
    tls_client = TlsClient::create(trust, {device.certificate_der}, element).value();
  }
};

inline std::string backend_name(const testing::TestParamInfo<TlsOptions>& info) {
  if (info.param.backend == TlsBackend::gnutls) return "gnutls";
  return info.param.legacy_ec ? "openssl_legacy_ec" : "openssl";
}

inline auto each_backend() {
  return testing::Values(TlsOptions{TlsBackend::openssl, false}, TlsOptions{TlsBackend::openssl, true},
                         TlsOptions{TlsBackend::gnutls, false});
}

}  // namespace signet::net::test
