#include "image/image.h"

#include "image/adapters.h"
#include "image/check.h"
#include "image/signed_for_test.h"

#include <gtest/gtest.h>

namespace signet::image {
namespace {

const Facts full_facts{.version = {1, 2, 3, 4},
                       .board = "devkit",
                       .kind = Kind::python,
                       .os_version = Version{2, 0, 0, 0},
                       .security_counter = 5,
                       .dependencies = {{Part::os, {2, 1, 0, 0}}}};

// Written down by hand from the format's tables.
constexpr std::string_view golden_digested =
    "3db8f396"
    "00000000"
    "2000"
    "3700"
    "02000000"
    "00000000"
    "01020300"
    "04000000"
    "00000000"  // header
    "6869"      // payload
    "0869"
    "3700"  // protected
    "50000400"
    "05000000"  // counter
    "40000c00"
    "00000000"
    "0201000000000000"  // wants OS 2.1.0
    "a0000600"
    "6465766b6974"  // board "devkit"
    "a1000800"
    "0200000000000000"  // made for OS 2.0.0
    "a2000100"
    "02";  // Python

// What MCUboot's own tool, version 2.4.0, put behind those bytes when it signed them with a key made for it, and that
// key.
constexpr std::string_view foreign_plain =
    "0769970010002000c6c600d428e378f8f28473cdbe763331df9264f131758e55c845bbb5b217fc34010020007df4a72360cf"
    "40335a9fcc943ad585584952dd3ad39c6947574267d14ad5472c220047003045022100fcf77f69b8f185954f0fc217ddbe20"
    "26792b0bbad3bcb299a7e959a0d4a5565602206252748ab9a261de517f95ad082637fdf7fe851be0d71044bbfc53b7538a54"
    "05";
constexpr std::string_view foreign_key =
    "3059301306072a8648ce3d020106082a8648ce3d030107034200049c7a9da336b016aa20d9884011a2b3f9d22198bc28ae18"
    "ba50948d355afae7d3b2713fa71619e23e9d10c107408feb6af5f0cb95cea3d24501225ff496bd7cbb";

Buffer with_digest(std::string_view digested) {
  Buffer out = decode_hex(digested).value();
  const crypto::Digest digest = crypto::sha256(out);
  Writer{out}.u16_le(plain_magic).u16_le(40).u16_le(0x10).u16_le(32).bytes(digest);
  return out;
}

class ImageFormat : public testing::Test {
 protected:
  Buffer signed_image(const Facts& facts = full_facts, Bytes payload = bytes_of("hi")) {
    return signer.image(facts, payload);
  }
  Errc refusal(Bytes image) {
    const Status status = verify(image, {&signer.public_key, 1});
    EXPECT_FALSE(status);
    return status ? Errc{} : status.error().code;
  }
  Signer_for_test signer{1}, stranger{2};
};

TEST_F(ImageFormat, IsTheGoldenBytes) {
  const Buffer image = encode(full_facts, bytes_of("hi")).value();
  EXPECT_EQ(hex(image), hex(with_digest(golden_digested)));
  const Image read = decode(image).value();
  EXPECT_EQ(read.facts, full_facts);
  EXPECT_EQ(signet::text_of(read.payload), "hi");
  EXPECT_EQ(read.header_bytes, header_bytes_min);
  EXPECT_FALSE(read.key_hash);
}

TEST_F(ImageFormat, IsWhatTheToolOfMcubootWrites) {
  const crypto::PublicKey key = decode_spki(decode_hex(foreign_key).value()).value();
  const Buffer image = decode_hex(std::string{golden_digested} + std::string{foreign_plain}).value();
  EXPECT_TRUE(verify(image, {&key, 1}));
  EXPECT_EQ(decode(image).value().facts, full_facts);
  EXPECT_EQ(refusal(image), Errc::unauthenticated);
}

TEST_F(ImageFormat, WithoutFactsHasNoProtectedArea) {
  const std::string_view digested = "3db8f39600000000200000000100000000000000010000000000000000000000aa";
  const Buffer image = encode({.version = {1, 0, 0, 0}}, Block<1>{0xaa}).value();
  EXPECT_EQ(hex(image), hex(with_digest(digested)));
}

TEST_F(ImageFormat, KeepsTheKeysThatItIntroducesAndRetires) {
  Facts facts = full_facts;
  facts.introduces = stranger.public_key;
  facts.retires = key_hash_of(signer.public_key);
  EXPECT_EQ(decode(signed_image(facts)).value().facts, facts);
}

TEST_F(ImageFormat, SignedVerifiesByItsKeyAmongSeveral) {
  const Buffer image = signed_image();
  EXPECT_TRUE(verify(image, {&signer.public_key, 1}));
  const std::array both{stranger.public_key, signer.public_key};
  EXPECT_TRUE(verify(image, both));
  EXPECT_EQ(decode(image).value().key_hash, key_hash_of(signer.public_key));
}

TEST_F(ImageFormat, IsRefusedWhenNobodyAcceptedSignedIt) {
  const Buffer image = signed_image();
  EXPECT_EQ(verify(image, {&stranger.public_key, 1}).error().code, Errc::unauthenticated);
  EXPECT_EQ(verify(image, {}).error().code, Errc::unauthenticated);
  EXPECT_EQ(refusal(encode(full_facts, bytes_of("hi")).value()), Errc::corrupt);
}

TEST_F(ImageFormat, EveryBitCounts) {
  const Buffer image = signed_image();
  for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
    Buffer harmed = image;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    ASSERT_FALSE(verify(harmed, {&signer.public_key, 1})) << "bit " << bit;
  }
}

TEST_F(ImageFormat, EveryByteCounts) {
  const Buffer image = signed_image();
  for (std::size_t size = 0; size < image.size(); ++size) {
    ASSERT_FALSE(decode(Bytes{image}.first(size))) << size;
  }
  Buffer longer = image;
  longer.push_back(0xff);
  EXPECT_EQ(decode(longer).error().code, Errc::malformed);
}

TEST_F(ImageFormat, SignedAgainHasTheNewSignatureAlone) {
  const Buffer once = signed_image();
  const Buffer again = sign(once, stranger.public_key, stranger.sign()).value();
  EXPECT_TRUE(verify(again, {&stranger.public_key, 1}));
  EXPECT_EQ(refusal(again), Errc::unauthenticated);
}

TEST_F(ImageFormat, IsNotSignedWhenItIsDamagedOrTheSignerHasAnotherKey) {
  Buffer image = encode(full_facts, bytes_of("hi")).value();
  EXPECT_EQ(sign(image, signer.public_key, stranger.sign()).error().code, Errc::conflict);
  image[header_bytes_min] ^= 1;
  EXPECT_EQ(sign(image, signer.public_key, signer.sign()).error().code, Errc::corrupt);
}

TEST_F(ImageFormat, HeaderPaddingIsSkippedUpToItsLimit) {
  for (const std::uint32_t header : {header_bytes_max, header_bytes_max + 1, header_bytes_min - 1}) {
    Buffer bytes = decode_hex(golden_digested.substr(0, 64)).value();
    bytes[8] = static_cast<std::uint8_t>(header);
    bytes[9] = static_cast<std::uint8_t>(header >> 8);
    bytes[10] = 0;
    bytes.resize(header);
    Writer{bytes}.text("hi");
    const Buffer image = with_digest(hex(bytes));
    EXPECT_EQ(bool{decode(image)}, header == header_bytes_max) << header;
  }
}

// The same, with one field changed.
struct Harm {
  const char* what;
  std::size_t at;
  std::uint8_t value;
};

TEST_F(ImageFormat, EachFieldOfTheHeaderIsHeldToTheFormat) {
  const Harm harms[] = {{"magic", 0, 0},           {"load address", 4, 1},  {"header size", 8, 31},
                        {"protected size", 10, 3}, {"payload size", 12, 0}, {"payload size", 15, 1},
                        {"flags", 16, 0x10},       {"zero", 28, 1}};
  for (const Harm& harm : harms) {
    Buffer bytes = decode_hex(golden_digested).value();
    bytes[harm.at] = harm.value;
    EXPECT_FALSE(decode(with_digest(hex(bytes)))) << harm.what;
  }
}

// An image whose protected TLVs are given as hex.
Buffer with_tlvs(const std::string& tlvs, std::string_view plain_before = "") {
  Buffer area = decode_hex(tlvs).value();
  Buffer out = decode_hex(golden_digested.substr(0, 64)).value();
  const auto size = static_cast<std::uint16_t>(area.size() + 4);
  out[10] = static_cast<std::uint8_t>(size);
  out[11] = static_cast<std::uint8_t>(size >> 8);
  Writer{out}.text("hi").u16_le(protected_magic).u16_le(size).bytes(area);
  const crypto::Digest digest = crypto::sha256(out);
  const Buffer before = decode_hex(plain_before).value();
  Writer{out}.u16_le(plain_magic).u16_le(static_cast<std::uint16_t>(40 + before.size())).bytes(before);
  Writer{out}.u16_le(0x10).u16_le(32).bytes(digest);
  return out;
}

TEST_F(ImageFormat, EachTlvIsHeldToTheFormat) {
  EXPECT_TRUE(decode(with_tlvs("5000040005000000")));
  const std::pair<const char*, const char*> harms[] = {
      {"twice", "50000400050000005000040005000000"},
      {"too short", "5000030005000000"},
      {"no size", "500004"},
      {"past the end", "5000050005000000"},
      {"unknown", "5100040005000000"},
      {"a digest among the protected",
       "10002000"
       "0000000000000000000000000000000000000000000000000000000000000000"},
      {"an empty board", "a0000000"},
      {"a board with a space",
       "a0000100"
       "20"},
      {"no such kind",
       "a2000100"
       "04"},
      {"kind zero",
       "a2000100"
       "00"},
      {"a dependency on a third part",
       "40000c00"
       "02000000"
       "0201000000000000"},
      {"a dependency with more in it",
       "40000c00"
       "00000100"
       "0201000000000000"},
      {"a short key",
       "a3000100"
       "20"},
  };
  for (const auto& [what, tlvs] : harms) EXPECT_FALSE(decode(with_tlvs(tlvs))) << what;
}

TEST_F(ImageFormat, WhatDecidesIsNotBelievedOutsideTheProtectedArea) {
  EXPECT_FALSE(decode(with_tlvs("5000040005000000", "5000040006000000")));
  EXPECT_FALSE(decode(with_tlvs("5000040005000000",
                                "a2000100"
                                "01")));
}

TEST_F(ImageFormat, ASignatureMayBeFilledUpWithZerosAlone) {
  const Buffer unsigned_image = encode(full_facts, bytes_of("hi")).value();
  const Bytes digested = Bytes{unsigned_image}.first(unsigned_image.size() - 40);
  const crypto::Digest digest = crypto::sha256(digested);
  const auto filled_up = [&](std::size_t size, std::uint8_t with) {
    Buffer der = crypto::encode_der(crypto::sign(signer.key, digest));
    der.resize(size, with);
    Buffer out = copy_of(digested);
    Writer{out}.u16_le(plain_magic).u16_le(static_cast<std::uint16_t>(4 + 36 + 36 + 4 + size));
    Writer{out}.u16_le(0x10).u16_le(32).bytes(digest);
    Writer{out}.u16_le(0x01).u16_le(32).bytes(key_hash_of(signer.public_key));
    Writer{out}.u16_le(0x22).u16_le(static_cast<std::uint16_t>(size)).bytes(der);
    return out;
  };
  EXPECT_TRUE(verify(filled_up(signature_der_bytes_max, 0), {&signer.public_key, 1}));
  EXPECT_FALSE(verify(filled_up(signature_der_bytes_max + 1, 0), {&signer.public_key, 1}));
}

TEST_F(ImageFormat, LimitsAreMetAndNotPassed) {
  Facts facts = full_facts;
  facts.board = std::string(board_name_bytes_max, 'b');
  EXPECT_TRUE(encode(facts, bytes_of("hi")));
  facts.board += 'b';
  EXPECT_FALSE(encode(facts, bytes_of("hi")));

  facts = full_facts;
  facts.security_counter = security_counter_max;
  EXPECT_TRUE(encode(facts, bytes_of("hi")));
  facts.security_counter = security_counter_max + 1;
  EXPECT_FALSE(encode(facts, bytes_of("hi")));

  facts = full_facts;
  facts.dependencies.assign(dependencies_max, {Part::os, {1, 0, 0, 0}});
  EXPECT_TRUE(encode(facts, bytes_of("hi")));
  facts.dependencies.emplace_back();
  EXPECT_FALSE(encode(facts, bytes_of("hi")));
  facts.dependencies.assign(tlv_area_bytes_max / 16, {});
  EXPECT_EQ(encode(facts, bytes_of("hi")).error().code, Errc::too_large);

  EXPECT_FALSE(encode(full_facts, {}));
  EXPECT_TRUE(encode(full_facts, Buffer(payload_bytes_max)));
  EXPECT_EQ(encode(full_facts, Buffer(payload_bytes_max + 1)).error().code, Errc::too_large);
  EXPECT_EQ(decode(Buffer(image_bytes_max + 1)).error().code, Errc::too_large);
}

TEST_F(ImageFormat, KeysAreReadAsTheyAreWritten) {
  const Buffer der = encode_spki(signer.public_key);
  EXPECT_EQ(decode_spki(der).value(), signer.public_key);
  EXPECT_EQ(crypto::sha256(der), key_hash_of(signer.public_key));
  for (std::size_t at = 0; at < der.size(); ++at) {
    Buffer harmed = der;
    harmed[at] ^= 1;
    EXPECT_FALSE(decode_spki(harmed)) << at;
    EXPECT_FALSE(decode_spki(Bytes{der}.first(at))) << at;
  }
}

TEST(ImageText, VersionsAreReadAsTheyAreWritten) {
  EXPECT_EQ(text_of(parse_version("1.2.3").value()), "1.2.3");
  EXPECT_EQ(text_of(parse_version("255.255.65535+4294967295").value()), "255.255.65535+4294967295");
  for (const char* wrong : {"", "1", "1.2", "1.2.3.4", "1.2.3+", "1.2.3+0", "01.2.3", "256.0.0", "0.0.65536", "1.2.x",
                            "v1.2.3", "1..3", "-1.2.3"}) {
    EXPECT_FALSE(parse_version(wrong)) << wrong;
  }
  for (const char* kind : {"os", "python", "native"}) EXPECT_EQ(name_of(parse_kind(kind).value()), kind);
  EXPECT_FALSE(parse_kind("lua"));
}

}  // namespace
}  // namespace signet::image
