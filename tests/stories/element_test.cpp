// The driver against the chip in software: an element is born, locked and used.
#include "element/atecc/atecc.h"
#include "element/emulator/emulator.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

using emulator::Emulator;

void put(ConfigZone& config, std::size_t offset, std::uint16_t bits) {
  config[offset] = static_cast<std::uint8_t>(bits);
  config[offset + 1] = static_cast<std::uint8_t>(bits >> 8);
}

// Slots as in Microchip's Trust Platform.
ConfigZone profile_on(ConfigZone config) {
  constexpr std::uint16_t slots[16][2] = {{0x0081, 0x0013}, {0x0082, 0x0013}, {0x2085, 0x0033}, {0x2085, 0x0033},
                                          {0x2085, 0x0033}, {0x8080, 0x001c}, {0x0090, 0x003c}, {0x8080, 0x001c},
                                          {0x0000, 0x003c}, {0x0080, 0x0038}, {0x0000, 0x003c}, {0x0000, 0x0030},
                                          {0x0000, 0x003c}, {0x8000, 0x0010}, {0x100d, 0x0032}, {0x0000, 0x0030}};
  for (unsigned slot = 0; slot < slot_count; ++slot) {
    put(config, at::slot_config + 2 * slot, slots[slot][0]);
    put(config, at::key_config + 2 * slot, slots[slot][1]);
  }
  return config;
}

class ElementStory : public testing::Test {
 protected:
  ManualClock clock{Timestamp{Seconds{1'600'000'000}}};
  crypto::SystemRandom random;
  std::unique_ptr<Emulator> chip = Emulator::in_memory(clock, random);
  Atecc atecc{*chip};
  DataImage image;

  void personalise() {
    const ConfigZone wanted = profile_on(atecc.read_config().value());
    ASSERT_TRUE(atecc.write_config(wanted));
    ASSERT_TRUE(atecc.lock_config(wanted));
    ASSERT_TRUE(atecc.gen_key(0));
    for (std::size_t i = 0; i < 72; ++i) {
      image.slot(10)[i] = static_cast<std::uint8_t>(i);
      image.slot(12)[i] = static_cast<std::uint8_t>(0x80 + i);
    }
    image.set(11, public_key_slot(signer_key));
    ASSERT_TRUE(atecc.write_data(image));
    const Status locked = atecc.lock_data(image);
    ASSERT_TRUE(locked) << locked.error().what;
  }

  crypto::PrivateKey signer = crypto::generate_private_key(random);
  crypto::PublicKey signer_key = crypto::public_key_of(signer);
};

TEST_F(ElementStory, IsBornLockedAndUsed) {
  ASSERT_NO_FATAL_FAILURE(personalise());
  EXPECT_EQ(hex(atecc.revision().value()), "00006003");
  EXPECT_TRUE(atecc.is_config_locked().value() && atecc.is_data_locked().value());
  const Uid uid = atecc.uid().value();
  EXPECT_EQ(hex(Bytes{uid}.first(2)) + hex(Bytes{uid}.last(1)), "012301");

  const crypto::PublicKey key = atecc.public_key().value();
  const crypto::Digest digest = crypto::sha256(bytes_of("claim"));
  const crypto::Signature signature = atecc.sign(digest).value();
  EXPECT_TRUE(crypto::verify(key, digest, signature));
  EXPECT_TRUE(atecc.verify_external(key, digest, signature).value());
  EXPECT_FALSE(atecc.verify_external(signer_key, digest, signature).value());

  const auto stored = atecc.stored_certificates();
  ASSERT_TRUE(stored) << stored.error().what;
  EXPECT_TRUE(std::ranges::equal(stored.value().device, image.slot(10)));
  EXPECT_TRUE(std::ranges::equal(stored.value().signer, image.slot(12)));
  EXPECT_EQ(stored.value().signer_key, signer_key);
  EXPECT_EQ(hex(atecc.read_slot(10, 3, 5).value()), "0304050607");
}

TEST_F(ElementStory, CountsHashesAgreesAndGivesRandomBytes) {
  ASSERT_NO_FATAL_FAILURE(personalise());
  EXPECT_EQ(atecc.counter(1).value(), 0u);
  EXPECT_EQ(atecc.increment(1).value(), 1u);
  EXPECT_EQ(atecc.increment(1).value(), 2u);
  EXPECT_EQ(atecc.counter(0).value(), 0u);

  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 63, 64, 65, 200, 512, sha256_bytes_max}) {
    const Buffer data(size, 0x61);
    EXPECT_EQ(atecc.sha256(data).value(), crypto::sha256(data)) << size;
  }
  EXPECT_EQ(atecc.sha256(Buffer(sha256_bytes_max + 1)).error().code, Errc::too_large);

  const crypto::PublicKey inside = atecc.gen_key(2).value();
  const auto ours = crypto::ecdh(signer, inside);
  const auto theirs = atecc.ecdh(2, signer_key);
  ASSERT_TRUE(theirs) << theirs.error().what;
  EXPECT_TRUE(crypto::constant_time_equal(ours.value().reveal(), theirs.value().reveal()));

  const Buffer a = atecc.random(70).value();
  EXPECT_EQ(a.size(), 70u);
  EXPECT_NE(a, atecc.random(70).value());
}

TEST_F(ElementStory, SaysWhatIsMissing) {
  const auto what = [](const auto& result) { return result ? "no error" : result.error().what; };
  EXPECT_EQ(what(atecc.gen_key(0)), "GenKey slot 0: execution error: the configuration zone is not locked yet");
  EXPECT_EQ(what(atecc.random(8)), "Random: a fixed pattern: the configuration zone is not locked yet");
  EXPECT_EQ(what(atecc.certificates()), "the element is not personalised: its zones are not locked");
  EXPECT_EQ(what(atecc.lock_data(image)), "Lock data: execution error: the configuration zone is not locked yet");

  const ConfigZone wanted = profile_on(atecc.read_config().value());
  EXPECT_EQ(what(atecc.lock_config(wanted)),
            "Lock configuration: configuration byte 20 is not as wanted: nothing was locked");
  ASSERT_NO_FATAL_FAILURE(personalise());
  EXPECT_EQ(what(atecc.gen_key(0)),
            "GenKey slot 0: execution error: the data zone is locked and slot 0 is configured never to change its key");
  EXPECT_EQ(what(atecc.sign(5, {})), "Sign slot 5: execution error: slot 5 is not configured for a P-256 private key");
  EXPECT_EQ(what(atecc.public_key(3)), "GenKey slot 3: execution error: slot 3 holds no key yet: GenKey makes one");
  EXPECT_EQ(what(atecc.read_slot(0, 0, 32)),
            "Read slot 0 offset 0: execution error: slot 0 holds a private key, which never comes out");
  EXPECT_EQ(what(atecc.read_slot(5, 0, 32)),
            "Read slot 5 offset 0: execution error: slot 5 is secret: it is configured never to be read");
  EXPECT_EQ(
      what(atecc.write_slot(13, 0, Buffer(32))),
      "Write slot 13 offset 0: execution error: the data zone is locked and slot 13 is configured never to change");
  EXPECT_EQ(what(atecc.write_otp({})), "Write OTP offset 0: execution error: the data zone is locked for ever");
  EXPECT_EQ(what(atecc.write_slot(8, 400, Buffer(32))), "bytes 400 to 432 do not fit slot 8");
  EXPECT_EQ(what(atecc.counter(2)), "Counter 2: parse error");
}

TEST_F(ElementStory, RefusesToLockDataThatIsNotAsWritten) {
  const ConfigZone wanted = profile_on(atecc.read_config().value());
  ASSERT_TRUE(atecc.write_config(wanted));
  ASSERT_TRUE(atecc.lock_config(wanted));
  ASSERT_TRUE(atecc.write_data(image));
  DataImage other = image;
  other.slot(12)[71] ^= 1;
  EXPECT_EQ(atecc.lock_data(other).error().what,
            "Lock data: execution error: the chip's contents are not what the checksum says: nothing was locked");
  EXPECT_FALSE(atecc.is_data_locked().value());
  EXPECT_TRUE(atecc.lock_data(image));
}

TEST_F(ElementStory, LocksOneSlotForEver) {
  ASSERT_NO_FATAL_FAILURE(personalise());
  ASSERT_TRUE(atecc.write_slot(8, 0, Buffer(32, 1)));
  ASSERT_TRUE(atecc.write_slot(8, 36, Buffer(4, 2)));
  ASSERT_TRUE(atecc.lock_slot(8));
  EXPECT_EQ(atecc.write_slot(8, 0, Buffer(32, 3)).error().code, Errc::conflict);
  EXPECT_EQ(atecc.read_slot(8, 0, 40).value(), [] {
    Buffer expected(32, 1);
    expected.resize(36, 0xff);
    expected.resize(40, 2);
    return expected;
  }());
  EXPECT_EQ(atecc.lock_slot(8).error().what, "Lock slot 8: execution error: slot 8 is locked already");
}

}  // namespace
}  // namespace signet::element
