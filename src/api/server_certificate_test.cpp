#include "api/server_certificate.h"

#include "api/scene_for_test.h"

#include <gmock/gmock.h>
#include <fstream>

namespace signet::api {
namespace {

using testing::HasSubstr;

struct ServerCertificateTest : testing::Test {
  struct Pair {
    std::string certificate, key;
  };
  Pair pair() {
    const net::ServerIdentity issued = manager.issue_server({"localhost"}, clock, random).value();
    return {issued.certificate_chain_pem, issued.private_key_pem};
  }
  static void write(const std::string& path, const std::string& text) { std::ofstream{path} << text; }
  void write(const Pair& pair) {
    write(files.certificate, pair.certificate);
    write(files.key, pair.key);
  }
  Result<std::unique_ptr<ServerCertificate>> create(const ServerCertificateFiles& which) {
    return ServerCertificate::create(which, manager, {"localhost"}, clock, random, [&](const std::string& name) {
      opened = name;
      return Result<net::SignDigest>{
          [this](const crypto::Digest& digest) { return Result{crypto::sign(token_key, digest)}; }};
    });
  }
  static std::string shown(const ServerCertificate& certificate) {
    return certificate.identity().certificate_chain_pem;
  }

  TemporaryFolder_for_test folder;
  ManualClock clock{parse_rfc3339("2026-03-26T09:46:00Z").value()};
  crypto::SeededRandom_for_test random{5};
  ManagerIdentity manager = ManagerIdentity::open(folder.path(), clock, random).value();
  ServerCertificateFiles files{folder.path() + "/server.pem", folder.path() + "/server.key"};
  crypto::PrivateKey token_key = crypto::generate_private_key(random);
  std::string opened;
};

TEST_F(ServerCertificateTest, SelfMadeItIsRenewedBeforeAThirdOfItsTimeIsLeft) {
  const auto certificate = create({}).value();
  const auto server = net::TlsServer::create(certificate->identity(), {}, nullptr).value();
  const std::string first = shown(*certificate);
  constexpr Seconds day{24 * 3600};
  clock.advance(day * (825 * 2 / 3 - 2));
  certificate->look(false);
  EXPECT_EQ(shown(*certificate), first);
  clock.advance(day * 4);
  certificate->look(false);
  EXPECT_NE(shown(*certificate), first);
}

TEST_F(ServerCertificateTest, FilesAreTakenUpWhenTheyChange) {
  const Pair first = pair(), second = pair();
  write(first);
  const auto certificate = create(files).value();
  const auto server = net::TlsServer::create(certificate->identity(), {}, nullptr).value();
  EXPECT_EQ(shown(*certificate), first.certificate);
  certificate->look(false);
  EXPECT_EQ(shown(*certificate), first.certificate);
  write(second);
  certificate->look(false);
  EXPECT_EQ(shown(*certificate), second.certificate);
}

TEST_F(ServerCertificateTest, APairThatDoesNotFitChangesNothingUntilItFits) {
  const Pair first = pair(), second = pair();
  write(first);
  const auto certificate = create(files).value();
  const auto server = net::TlsServer::create(certificate->identity(), {}, nullptr).value();
  for (const std::string& broken : {second.certificate, std::string{"not a certificate"}, std::string{}}) {
    write(files.certificate, broken);
    certificate->look(true);
    EXPECT_EQ(shown(*certificate), first.certificate);
  }
  std::filesystem::remove(files.certificate);
  certificate->look(true);
  EXPECT_EQ(shown(*certificate), first.certificate);
  write(second);
  certificate->look(false);
  EXPECT_EQ(shown(*certificate), second.certificate);
}

TEST_F(ServerCertificateTest, AnEndedOneDoesNotReplaceOneThatHolds) {
  const Pair old = pair();
  clock.advance(Seconds{800 * 24 * 3600});
  const Pair good = pair();
  write(good);
  const auto certificate = create(files).value();
  clock.advance(Seconds{100 * 24 * 3600});
  write(old);
  certificate->look(true);
  EXPECT_EQ(shown(*certificate), good.certificate);
}

TEST_F(ServerCertificateTest, AKeyWithinAnElementIsOpenedByItsNameAndNotRead) {
  const net::ServerIdentity issued = manager.issue_server({"localhost"}, clock, random).value();
  write(files.certificate, issued.certificate_chain_pem);
  files.key = "pkcs11:token=gate?pin-source=file:/run/pin";
  const auto certificate = create(files).value();
  EXPECT_EQ(opened, files.key);
  EXPECT_TRUE(certificate->identity().private_key_pem.empty());
  ASSERT_TRUE(certificate->identity().sign);
  const auto refused = net::TlsServer::create(certificate->identity(), {}, nullptr);
  ASSERT_FALSE(refused) << "this certificate is for another key";
  EXPECT_EQ(refused.error().code, Errc::conflict);
}

TEST_F(ServerCertificateTest, WhatIsMissingOrTooLargeIsNamed) {
  const auto words = [&](const ServerCertificateFiles& which) {
    const auto made = create(which);
    return made ? std::string{"accepted"} : made.error().what;
  };
  EXPECT_THAT(words({files.certificate, ""}), HasSubstr("set both, or neither"));
  EXPECT_THAT(words(files), HasSubstr(files.certificate));
  write({pair().certificate + std::string(server_file_bytes_max, '\n'), ""});
  EXPECT_THAT(words(files), HasSubstr(files.certificate));
}

}  // namespace
}  // namespace signet::api
