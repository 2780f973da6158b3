#include "element/open/open.h"

#include "base/port/folder_for_test.h"
#include "element/open/enrol.h"
#include "element/open/name.h"
#include "identity/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace signet::element {
namespace {

using testing::HasSubstr;

template <class Name>
Name named(std::string_view text) {
  return std::get<Name>(parse_element_name(text).value());
}
std::string refusal(std::string_view text) {
  const auto parsed = parse_element_name(text);
  return parsed ? "taken" : parsed.error().what;
}

TEST(ElementName, EachBackendHasItsOwn) {
  EXPECT_EQ(named<AteccName>("atecc:unix:/run/e.sock").link, "unix:/run/e.sock");
  EXPECT_EQ(named<AteccName>("unix:/run/e.sock").link, "unix:/run/e.sock");
  EXPECT_EQ(named<AteccName>("i2c:/dev/i2c-1:0x60").link, "i2c:/dev/i2c-1:0x60");
  const auto tpm = named<TpmName>("tpm:swtpm:path=/run/a,b?handle=0x81020200&owner-source=file:/etc/owner");
  EXPECT_EQ(tpm.spec.tcti, "swtpm:path=/run/a,b");
  EXPECT_EQ(tpm.spec.handle, 0x81020200u);
  EXPECT_EQ(tpm.owner.file, "/etc/owner");
  EXPECT_EQ(named<TpmName>("tpm:device:/dev/tpmrm0").spec.handle, 0x81020100u);
  const auto token =
      named<Pkcs11Name>("pkcs11:token=my%20token;object=pump;id=%01%ff?module-path=/m.so&pin-source=fd:5");
  EXPECT_EQ(token.spec.token, "my token");
  EXPECT_EQ(token.spec.label, "pump");
  EXPECT_EQ(token.spec.id, (Buffer{0x01, 0xff}));
  EXPECT_EQ(token.spec.module_file, "/m.so");
  EXPECT_EQ(token.pin.fd, 5);
  EXPECT_EQ(named<SoftwareName>("software:/var/id?passphrase-source=file:/etc/p").passphrase.file, "/etc/p");
}

TEST(ElementName, WhatIsWrongIsNamed) {
  EXPECT_THAT(refusal("usb:1"), HasSubstr("there is atecc:LINK"));
  EXPECT_THAT(refusal("tpm:"), HasSubstr("tpm:device:/dev/tpmrm0"));
  EXPECT_THAT(refusal("tpm:device:/dev/tpm0?handle=81020100"), HasSubstr("0x81020100"));
  EXPECT_THAT(refusal("tpm:device:/dev/tpm0?handle="), HasSubstr("0x81020100"));
  EXPECT_THAT(refusal("tpm:device:/dev/tpm0?handle=0x181020100"), HasSubstr("0x81020100"));
  EXPECT_THAT(refusal("pkcs11:object=a"), HasSubstr("token=LABEL"));
  EXPECT_THAT(refusal("pkcs11:token=a;token=b"), HasSubstr("twice"));
  EXPECT_THAT(refusal("pkcs11:token=%4"), HasSubstr("hex digits"));
  EXPECT_THAT(refusal("pkcs11:token=a?pin-source=1234"), HasSubstr("never in the name"));
  EXPECT_THAT(refusal("pkcs11:token=a?pin-value=1234"),
              testing::AllOf(HasSubstr("not known"), testing::Not(HasSubstr("1234"))));  // it may be a true one
  EXPECT_THAT(refusal("software:?passphrase-source=fd:0"), HasSubstr("software:FILE"));
  EXPECT_THAT(refusal("software:a?passphrase-source=fd:-1"), HasSubstr("fd:NUMBER"));
  EXPECT_THAT(refusal(std::string(1025, 'a')), HasSubstr("1024"));
}

TEST(ReadSecret, ComesFromAFileOrADescriptorOrAPerson) {
  const Folder_for_test folder;
  const std::string file = folder.file("p");
  const auto text = [](const auto& secret) { return std::string{text_of(secret.value().reveal())}; };
  const auto nobody = [](std::string_view) -> Result<crypto::SecretBytes> { return Error{Errc::unauthenticated, ""}; };
  ASSERT_TRUE(write_file_atomic(file, bytes_of("correct horse\r\nnext line"), 0600));
  EXPECT_EQ(text(read_secret({.file = file}, "PIN", nobody)), "correct horse");
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "battery\nrest", 12), 12);
  EXPECT_EQ(text(read_secret({.fd = ends[0]}, "PIN", nobody)), "battery");
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_EQ(read_secret({}, "PIN", nobody).error().code, Errc::unauthenticated);
  EXPECT_EQ(read_secret({.file = folder.file("none")}, "PIN", nobody).error().code, Errc::not_found);
  ASSERT_TRUE(write_file_atomic(file, bytes_of("\n"), 0600));
  EXPECT_EQ(read_secret({.file = file}, "PIN", nobody).error().code, Errc::malformed);
  ASSERT_TRUE(write_file_atomic(file, Buffer(2000, 'x'), 0600));
  EXPECT_EQ(read_secret({.file = file}, "PIN", nobody).error().code, Errc::too_large);
}

struct Enrol : testing::Test {
  Enrol() {
    EXPECT_TRUE(write_file_atomic(folder.file("p"), bytes_of("correct horse battery\n"), 0600));
    EXPECT_TRUE(new_element(name, with));
  }
  Folder_for_test folder;
  std::string name = "software:" + folder.file("id") + "?passphrase-source=file:" + folder.file("p");
  crypto::SystemRandom random;
  OpenWith with{random, ask_at_terminal};
};

TEST_F(Enrol, FromARequestToACertificateThatItKeeps) {
  const auto opened = open_element(name, with).value();
  ASSERT_NE(opened.own, nullptr);
  const auto request = identity::parse_request(bytes_of(request_of(*opened.element).value())).value();
  EXPECT_EQ(request.common_name, dcn_of(opened.element->uid().value()));
  EXPECT_TRUE(request.common_name.starts_with("id53"));  // and never in a chip's name

  const auto ca_key = crypto::generate_private_key(random);
  const auto signs = [&](const crypto::Digest& d) -> Result<crypto::Signature> { return crypto::sign(ca_key, d); };
  const auto now = SystemClock{}.now();
  const auto ca = identity::issue_manager_ca(crypto::public_key_of(ca_key), "manager", now, signs).value();
  const auto own = identity::issue_enrolled(request.public_key, request.common_name, ca, now, signs).value();
  const auto foreign = identity::issue_enrolled(ca.public_key, "thief", ca, now, signs).value();
  const auto text = [](const identity::Certificate& c) { return identity::pem("CERTIFICATE", c.der); };

  EXPECT_EQ(install_certificates(*opened.own, text(foreign)).error().code, Errc::conflict);
  EXPECT_EQ(install_certificates(*opened.own, text(own) + text(foreign)).error().code, Errc::conflict);
  EXPECT_EQ(install_certificates(*opened.own, "nothing").error().code, Errc::malformed);
  EXPECT_EQ(opened.element->certificates().error().code, Errc::not_found);
  ASSERT_TRUE(install_certificates(*opened.own, text(own) + text(ca)));
  EXPECT_EQ(std::get<std::vector<Buffer>>(opened.element->certificates().value()), (std::vector{own.der, ca.der}));
}

TEST_F(Enrol, AnIdentityIsNotMadeTwice) {
  EXPECT_EQ(new_element(name, with).error().code, Errc::conflict);
  EXPECT_THAT(new_element("atecc:unix:/none", with).error().what, HasSubstr("signet-foundry"));
}

}  // namespace
}  // namespace signet::element
