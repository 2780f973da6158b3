#include "identity/profile.h"

#include "element/element.h"
#include "identity/samples_for_test.h"

namespace signet::identity {
namespace {

using samples::at;
using samples::Foundry;
using samples::Key;
using samples::today;

// Our signatures are random, and the fingerprint covers the signature: golden texts stop before it.
std::string golden(const Certificate& certificate) {
  const std::string text = describe(certificate);
  return text.substr(0, text.rfind("SHA-256"));
}

TEST(Profile, OursReadAsTheyShould) {
  const Foundry f;
  EXPECT_EQ(golden(f.root), samples::file("root.txt"));
  EXPECT_EQ(golden(f.signer), samples::file("signer.txt"));
  EXPECT_EQ(golden(f.device), samples::file("device.txt"));
  EXPECT_EQ(golden(f.log_signer), samples::file("log-signer.txt"));
}

// Everything after the public key is extensions: with the key identifiers of a genuine part put in, ours are its bytes.
Buffer extensions_of(const Certificate& certificate) {
  const auto key = std::search(certificate.tbs.begin(), certificate.tbs.end(), certificate.public_key.begin(),
                               certificate.public_key.end());
  Buffer out{key + 64, certificate.tbs.end()};
  for (const auto& id : {certificate.subject_key_id, certificate.authority_key_id}) {
    for (auto place = out.begin(); (place = std::search(place, out.end(), id->begin(), id->end())) != out.end();) {
      std::fill_n(place, id->size(), std::uint8_t{0});
    }
  }
  return out;
}

TEST(Profile, ExtensionsStandAsInMicrochipsOwn) {
  const Foundry f;
  EXPECT_EQ(hex(extensions_of(f.device)), hex(extensions_of(samples::genuine_device())));
  EXPECT_EQ(hex(extensions_of(f.signer)), hex(extensions_of(samples::genuine_signer())));
  EXPECT_EQ(hex(extensions_of(f.root)), hex(extensions_of(samples::genuine_root())));
}

TEST(Profile, ADeviceIsNamedByItsElement) {
  const element::Uid uid = Reader{decode_hex("0123a1b2c3d4e5f601").value()}.block<9>().value();
  EXPECT_EQ(Foundry{}.device.subject_common_name, element::dcn_of(uid));
}

TEST(Profile, ABadNameIsRefused) {
  const Foundry f;
  const Key& k = f.device_key;
  ASSERT_TRUE(issue_device(k.public_key, f.dcn, f.signer, today, f.signer_key.signs()));
  for (const char* dcn : {"", "sn", "sn0123a1b2c3d4e5f601", "sn0123A1B2C3D4E5F6010", "xx0123A1B2C3D4E5F601"}) {
    EXPECT_FALSE(issue_device(k.public_key, dcn, f.signer, today, f.signer_key.signs())) << dcn;
  }
  ASSERT_TRUE(issue_root(k.public_key, {std::string(organization_bytes_max, 'x')}, today, k.signs()));
  for (const std::string& name :
       {std::string{}, std::string(organization_bytes_max + 1, 'x'), std::string{"a\nb"}, std::string{"\xff"}}) {
    EXPECT_FALSE(issue_root(k.public_key, {name}, today, k.signs()));
  }
}

TEST(Profile, AHolderWithAnotherKeyIsFoundOut) {
  const Foundry f;
  const auto refused = issue_device(f.device_key.public_key, f.dcn, f.signer, today, f.log_key.signs());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
}

TEST(Profile, AClockThatWasNeverSetIsFoundOut) {
  const Foundry f;
  const auto refused =
      issue_device(f.device_key.public_key, f.dcn, f.signer, at("1970-01-01T00:05:00Z"), f.signer_key.signs());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "the validity begins outside 2000 to 2127: is the clock right?");
}

struct Manager {
  Key ca_key{31}, key{32};
  Certificate ca = issue_manager_ca(ca_key.public_key, "Signet manager CA", today, ca_key.signs()).value();
};

TEST(Profile, TheManagersOwnReadAsTheyShould) {
  const Manager m;
  const Certificate server =
      issue_server(m.key.public_key, {"localhost", "127.0.0.1", "::1"}, m.ca, today, m.ca_key.signs()).value();
  const Certificate enrolled = issue_enrolled(m.key.public_key, "bench sensor", m.ca, today, m.ca_key.signs()).value();
  EXPECT_EQ(golden(m.ca), samples::file("manager-ca.txt"));
  EXPECT_EQ(golden(server), samples::file("server.txt"));
  EXPECT_EQ(golden(enrolled), samples::file("enrolled.txt"));
  EXPECT_TRUE(check_issued(server, m.ca, today));
  EXPECT_TRUE(check_issued(enrolled, m.ca, today));
  EXPECT_FALSE(check_issued(enrolled, Foundry{}.root, today));
}

TEST(Profile, SerialNumbersDifferWhereTheContentDoes) {
  const Manager m;
  const auto named = [&](const char* name) {
    return issue_server(m.key.public_key, {name}, m.ca, today, m.ca_key.signs()).value().serial;
  };
  EXPECT_NE(named("a.example"), named("b.example"));
}

TEST(Profile, AServerHasOneToEightNames) {
  const Manager m;
  ASSERT_TRUE(issue_server(m.key.public_key, std::vector<std::string>(server_names_max, "host"), m.ca, today,
                           m.ca_key.signs()));
  EXPECT_FALSE(issue_server(m.key.public_key, {}, m.ca, today, m.ca_key.signs()));
  EXPECT_FALSE(issue_server(m.key.public_key, std::vector<std::string>(server_names_max + 1, "host"), m.ca, today,
                            m.ca_key.signs()));
}

TEST(Profile, NamesOfTheManagersOwnAreLimited) {
  const Manager m;
  const auto made = [&](const std::string& name) -> std::vector<bool> {
    const auto signs = m.ca_key.signs();
    return {static_cast<bool>(issue_manager_ca(m.ca_key.public_key, name, today, signs)),
            static_cast<bool>(issue_server(m.key.public_key, {name}, m.ca, today, signs)),
            static_cast<bool>(issue_enrolled(m.key.public_key, name, m.ca, today, signs)),
            static_cast<bool>(make_request(m.key.public_key, name, m.key.signs()))};
  };
  EXPECT_EQ(made(std::string(common_name_bytes_max, 'x')), std::vector<bool>(4, true));
  EXPECT_EQ(made(std::string(common_name_bytes_max + 1, 'x')), std::vector<bool>(4, false));
}

TEST(Request, ProvesThatItsMakerHoldsTheKey) {
  const Key key{40};
  const Buffer request = make_request(key.public_key, "bench sensor", key.signs()).value();
  const auto read = parse_request(request);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read.value().common_name, "bench sensor");
  EXPECT_EQ(read.value().public_key, key.public_key);
  EXPECT_TRUE(parse_request(bytes_of(pem("CERTIFICATE REQUEST", request))));

  const Buffer stolen = make_request(key.public_key, "bench sensor", Key{41}.signs()).value();
  EXPECT_EQ(parse_request(stolen).error().what,
            "certificate request: its signature does not verify: whoever made it does not hold the key");
}

TEST(Request, EveryBitCountsAndEveryCutIsRefused) {
  const Key key{40};
  const Buffer request = make_request(key.public_key, "bench sensor", key.signs()).value();
  ASSERT_TRUE(parse_request(request));
  for (std::size_t bit = 0; bit < request.size() * 8; ++bit) {
    Buffer harmed = request;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(parse_request(harmed)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < request.size(); ++size) EXPECT_FALSE(parse_request(Bytes{request}.first(size)));
  EXPECT_EQ(parse_request(Buffer(request_bytes_max, 0x30)).error().code, Errc::malformed) << "read, and nonsense";
  EXPECT_EQ(parse_request(Buffer(request_bytes_max + 1, 0x30)).error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet::identity
