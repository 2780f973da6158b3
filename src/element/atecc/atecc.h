// atecc.h -- the driver: what a host asks of an ATECC608, over any Link.
//
// One call is one turn at the bus: wake, the commands it takes, idle. A turn that fails for the bus's sake (no answer,
// a bad checksum, the watchdog) is played again, at most attempts_max times; increment() makes sure first that the lost
// turn did not count, a lock is looked at before it is asked for again, and a lost gen_key() says that the slot may
// hold a new key. A turn longer than the watchdog is renewed on its way. An Error names the command, the slot, the
// status in words and the precondition that is missing: "GenKey slot 0: execution error: the configuration zone is not
// locked yet".
//
//   malformed    the chip calls the command illegal in any state (parse error), or an argument is
//   conflict     not legal in the chip's present state: locks, policy, key type
//   unavailable  no chip, no answer, or none that checks
//
// Personalisation, in this order: write_config, lock_config, gen_key, write_data, lock_data. Locks never open again.
#pragma once

#include "element/atecc/bond.h"
#include "element/wire/config.h"
#include "element/wire/link.h"

namespace signet::element {

inline constexpr unsigned identity_slot = 0;  // slots as in Microchip's Trust Platform
inline constexpr unsigned agreement_slot = 2;
inline constexpr unsigned device_certificate_slot = 10;
inline constexpr unsigned signer_key_slot = 11;
inline constexpr unsigned signer_certificate_slot = 12;
inline constexpr std::size_t sha256_bytes_max = 64 * 1024;  // a thousand commands in one turn, renewed as it goes
inline constexpr int attempts_max = 4;

class Atecc final : public Element {
 public:
  // The link, and the source of the host's nonces, must outlive the driver.
  explicit Atecc(Link& link, Assurance assurance = Assurance::hardware)
      : link_(link), assurance_(assurance), random_(system_random_) {}
  Atecc(Link& link, Assurance assurance, crypto::Random& random)
      : link_(link), assurance_(assurance), random_(random) {}
  Atecc(const Atecc&) = delete;
  Atecc& operator=(const Atecc&) = delete;

  Assurance assurance() const override { return assurance_; }
  Result<Uid> uid() override;
  Result<crypto::PublicKey> public_key() override { return public_key(identity_slot); }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override { return sign(identity_slot, digest); }
  Result<Buffer> random(std::size_t size) override;
  Result<Certificates> certificates() override;
  Result<StoredCertificates> stored_certificates();
  Result<std::uint32_t> counter(unsigned id) override;
  Result<std::uint32_t> increment(unsigned id) override;

  // Key agreement in slot 2, whose key is made when it is missing. Protected on the bus as ChipOptions demand.
  Result<crypto::PublicKey> agreement_key() override;
  Result<crypto::Secret<32>> ecdh(const crypto::PublicKey& peer) override { return ecdh(agreement_slot, peer); }

  // The bond. Keys that ask for an authorisation get it in the same turn, and the chip then sleeps: it forgets whom it
  // trusted. An open element is used with the transport keys, a bound one only after present().
  Result<Binding> binding() override;
  Status bind(const BoardSecret& secret) override;  // may be called again after a power cut, with the same secret
  Status present(const BoardSecret& secret) override;

  // docs/formats/sealed.md. conflict: the board's secret was not presented, or the part has no slot for it.
  Result<Buffer> seal(std::string_view purpose, Bytes plain) override;
  Result<Buffer> unseal(std::string_view purpose, Bytes sealed) override;
  Status forget_sealed() override;

  // State
  Result<Block<4>> revision();  // 00 00 60 02 is a 608A, 00 00 60 03 a 608B
  Result<ConfigZone> read_config();
  // The chip tests itself: a bitmap of what failed, 0 when all is well (mode::self_test_rng, _ecdsa, ...).
  Result<std::uint8_t> self_test();
  Result<bool> is_config_locked();
  Result<bool> is_data_locked();

  // Configuration. Bytes that no Write may change (0-15, 84-87) are skipped.
  Status write_config(const ConfigZone& wanted);
  // Reads the zone back and locks it only when every writable byte is as `wanted`; the chip checks the CRC once more.
  Status lock_config(const ConfigZone& wanted);

  // Keys
  Result<crypto::PublicKey> gen_key(unsigned slot);     // makes a new private key inside
  Result<crypto::PublicKey> public_key(unsigned slot);  // of the private key in the slot
  Result<crypto::Signature> sign(unsigned slot, const crypto::Digest& digest);
  Result<bool> verify_external(const crypto::PublicKey& key, const crypto::Digest& digest,
                               const crypto::Signature& signature);
  // Crosses the bus in clear only where ChipOptions allow it and no secret was presented.
  Result<crypto::Secret<32>> ecdh(unsigned slot, const crypto::PublicKey& peer);
  Result<crypto::Digest> sha256(Bytes data);  // too_large past sha256_bytes_max

  // Data. Before the data lock: whole 32-byte blocks, or up to the slot's end, and nothing can be read.
  Status write_slot(unsigned slot, std::size_t offset, Bytes data);
  Result<Buffer> read_slot(unsigned slot, std::size_t offset, std::size_t size);
  Status write_public_key(unsigned slot, const crypto::PublicKey& key);
  Result<crypto::PublicKey> read_public_key(unsigned slot);
  Status write_otp(const OtpZone& otp);
  // Writes every slot that holds no private key, and OTP: then all that the lock's CRC covers is known to the host.
  Status write_data(const DataImage& image);
  // After write_data. Locks data and OTP; the chip refuses unless they are as `written`.
  Status lock_data(const DataImage& written);
  Status lock_slot(unsigned slot);

 private:
  class Turn;
  struct Pass;
  Status write(const Place& place, Bytes data);
  template <class Play>
  auto play(Play&& turn) -> decltype(turn(std::declval<Turn&>()));

  // bond: authorised turns (authorise.cpp)
  template <class Play>
  auto play_with_key(unsigned slot, Play&& turn) -> decltype(turn(std::declval<Turn&>()));
  Status learn(Turn& turn);
  bool asks_for_authorisation(unsigned slot) const;
  Status authorise_for(Turn& turn, unsigned slot);
  Error not_authorised() const;
  Status prove(const ConfigZone& config, const BondSlots& slots, const BondKeys& keys);
  Status prove_to_host(Turn& turn, const BondKey& io_key);
  Result<crypto::Secret<32>> agree(Turn& turn, unsigned slot, const crypto::PublicKey& peer);
  Status require_sealing(Turn& turn);
  Result<crypto::Secret<32>> sealing_key(const crypto::Digest& label);

  Link& link_;
  Assurance assurance_;
  std::optional<std::uint8_t> chip_mode_;  // as last read: clock divider and watchdog
  crypto::SystemRandom system_random_;
  crypto::Random& random_;
  std::optional<ConfigZone> locked_config_;  // read once it is locked. Of it only what no command changes: not 52 .. 89
  std::optional<BondKeys> bond_;             // of the secret that was presented
};

}  // namespace signet::element
