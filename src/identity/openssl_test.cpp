// What we make, OpenSSL's command line takes, and the other way round: two independent readings of the same standards.
#include "base/port/file.h"
#include "identity/samples_for_test.h"

#include <cstdlib>
#include <filesystem>

namespace signet::identity {
namespace {

using samples::Foundry;
using samples::Key;
using samples::today;

class OpenSsl : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "signet-identity-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    if (run("version") != 0) GTEST_SKIP() << "openssl is not installed";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Runs in the folder; nothing of a test's arguments needs quoting.
  int run(const std::string& arguments) {
    return std::system(("cd '" + folder_.string() + "' && openssl " + arguments + " > out 2>&1").c_str());
  }
  void put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_file_atomic((folder_ / name).string(), bytes_of(text), 0600));
  }
  void put(const std::string& name, const Certificate& certificate) { put(name, pem("CERTIFICATE", certificate.der)); }
  std::string get(const std::string& name) {
    const auto data = read_file((folder_ / name).string(), 1 << 20);
    return data ? std::string{text_of(data.value())} : "";
  }

  std::filesystem::path folder_;
};

TEST_F(OpenSsl, VerifiesOurChain) {
  const Foundry f;
  put("root", f.root);
  put("signer", f.signer);
  put("device", f.device);
  // Not -x509_strict: roots of this profile, Microchip's and ours, have no key usage.
  EXPECT_EQ(run("verify -attime 1800000000 -CAfile root -untrusted signer device"), 0) << get("out");
  EXPECT_NE(run("verify -attime 1800000000 -CAfile root device"), 0) << "without the signer there is no chain";
}

TEST_F(OpenSsl, VerifiesTheManagersServerForItsNames) {
  const Key ca_key{31}, key{32};
  const Certificate ca = issue_manager_ca(ca_key.public_key, "Signet manager CA", today, ca_key.signs()).value();
  put("ca", ca);
  put("server", issue_server(key.public_key, {"localhost", "127.0.0.1"}, ca, today, ca_key.signs()).value());
  const std::string verify = "verify -x509_strict -attime 1800000000 -CAfile ca -purpose sslserver ";
  EXPECT_EQ(run(verify + "-verify_hostname localhost server"), 0) << get("out");
  EXPECT_EQ(run(verify + "-verify_ip 127.0.0.1 server"), 0) << get("out");
  EXPECT_NE(run(verify + "-verify_hostname elsewhere server"), 0);
}

TEST_F(OpenSsl, VerifiesAnEnrolledClient) {
  const Key ca_key{31}, key{32};
  const Certificate ca = issue_manager_ca(ca_key.public_key, "Signet manager CA", today, ca_key.signs()).value();
  put("ca", ca);
  put("client", issue_enrolled(key.public_key, "bench sensor", ca, today, ca_key.signs()).value());
  EXPECT_EQ(run("verify -x509_strict -attime 1800000000 -CAfile ca -purpose sslclient client"), 0) << get("out");
  EXPECT_NE(run("verify -x509_strict -attime 1800000000 -CAfile ca -purpose sslserver client"), 0);
}

TEST_F(OpenSsl, VerifiesOurRequest) {
  const Key key{40};
  put("request", pem("CERTIFICATE REQUEST", make_request(key.public_key, "bench sensor", key.signs()).value()));
  EXPECT_EQ(run("req -verify -noout -in request"), 0) << get("out");
}

TEST_F(OpenSsl, MakesARequestThatWeRead) {
  ASSERT_EQ(run("ecparam -name prime256v1 -genkey -noout -out key"), 0) << get("out");
  ASSERT_EQ(run("req -new -key key -subj /O=Bench/CN=sensor-7 -addext subjectAltName=DNS:sensor -out request"), 0)
      << get("out");
  const auto request = parse_request(bytes_of(get("request")));
  ASSERT_TRUE(request) << request.error().what;
  EXPECT_EQ(request.value().common_name, "sensor-7");
}

TEST_F(OpenSsl, MakesASelfSignedCertificateThatWeReadAndOthersThatWeRefuse) {
  ASSERT_EQ(run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -subj /CN=own -out own"),
            0)
      << get("out");
  const auto own = read_certificate(bytes_of(get("own")));
  ASSERT_TRUE(own) << own.error().what;
  EXPECT_EQ(own.value().subject_common_name, "own");
  ASSERT_EQ(run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:secp384r1 -nodes -keyout key -subj /CN=own -out p384"),
            0);
  EXPECT_EQ(read_certificate(bytes_of(get("p384"))).error().what, "certificate: key: not on P-256");
  ASSERT_EQ(run("req -x509 -newkey rsa:2048 -nodes -keyout key -subj /CN=own -out rsa"), 0);
  EXPECT_EQ(read_certificate(bytes_of(get("rsa"))).error().what, "certificate: signature: not ecdsa-with-SHA256");
}

}  // namespace
}  // namespace signet::identity
