// What an operation of the chip in software costs beside the same operation of OpenSSL alone, with keys, peer and
// context loaded beforehand. Both run in turns, so that a machine that slows down slows both.
#include "element/emulator/emulator.h"
#include "figures.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <functional>
#include <memory>

namespace {

using namespace signet;
using namespace signet::element;
using emulator::Emulator;

constexpr int rounds = 41;
constexpr int operations_a_round = 100;
constexpr double ratio_max = 1.3;
constexpr std::uint16_t key_slot = 2;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

Key new_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }
Context context_of(const Key& key) { return {EVP_PKEY_CTX_new(key.get(), nullptr), &EVP_PKEY_CTX_free}; }

Buffer point_of(const Key& key) {
  Block<65> octets{};
  std::size_t size = 0;
  ENSURE(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, octets.data(), octets.size(), &size) == 1);
  return copy_of(Bytes{octets}.subspan(1));
}

// OpenSSL alone.
class Raw {
 public:
  Raw() {
    ENSURE(EVP_PKEY_sign_init(signer_.get()) == 1 && EVP_PKEY_verify_init(verifier_.get()) == 1);
    ENSURE(EVP_PKEY_derive_init(deriver_.get()) == 1 && EVP_PKEY_derive_set_peer(deriver_.get(), peer_.get()) == 1);
    sign();
  }
  void sign() {
    size_ = sizeof signature_;
    ENSURE(EVP_PKEY_sign(signer_.get(), signature_, &size_, digest_, sizeof digest_) == 1);
  }
  void verify() { ENSURE(EVP_PKEY_verify(verifier_.get(), signature_, size_, digest_, sizeof digest_) == 1); }
  void ecdh() {
    std::uint8_t shared[32];
    std::size_t size = sizeof shared;
    ENSURE(EVP_PKEY_derive(deriver_.get(), shared, &size) == 1);
  }
  Buffer peer() const { return point_of(peer_); }

 private:
  Key key_ = new_key(), peer_ = new_key();
  Context signer_ = context_of(key_), verifier_ = context_of(key_), deriver_ = context_of(key_);
  std::uint8_t digest_[32] = {1, 2, 3};
  std::uint8_t signature_[80];
  std::size_t size_ = 0;
};

// A chip in memory, both zones locked, with a key that signs and agrees. It is asked as a driver asks it: by packets.
class Chip {
 public:
  explicit Chip(const Buffer& peer) {
    ENSURE(chip_->wake());
    set_word(6, {0x85, 0x20, 0x85, 0x20});   // SlotConfig 2 and 3
    set_word(22, {0xff, 0xff, 0x00, 0x00});  // ChipOptions: what ECDH yields may come out in clear
    set_word(25, {0x33, 0x00, 0x33, 0x00});  // KeyConfig 2 and 3
    expect_status(ask(Opcode::lock, mode::lock_config | mode::lock_without_crc, 0));
    key_ = ask(Opcode::gen_key, mode::gen_key_private, key_slot);
    expect_status(ask(Opcode::lock, mode::lock_data | mode::lock_without_crc, 0));
    expect_status(ask(Opcode::nonce, mode::nonce_pass_through | mode::nonce_to_digest_buffer, 0, Buffer(32, 7)));
    sign_ = packet(Opcode::sign, mode::sign_external | mode::sign_digest_buffer, key_slot, {});
    Buffer proof = ask(Opcode::sign, mode::sign_external | mode::sign_digest_buffer, key_slot);
    Writer{proof}.bytes(key_);
    verify_ = packet(Opcode::verify, mode::verify_external | mode::verify_digest_buffer, verify_key_p256, proof);
    ecdh_ = packet(Opcode::ecdh, mode::ecdh_to_output, key_slot, peer);
  }
  void sign() { expect(sign_, 67); }
  void verify() { expect(verify_, 4); }
  void ecdh() { expect(ecdh_, 35); }
  // Idle keeps the digest: a new turn, so that the watchdog never bites.
  void rest() { ENSURE(chip_->idle() && chip_->wake()); }

 private:
  static Buffer packet(Opcode opcode, std::uint8_t param1, std::uint16_t param2, Bytes data) {
    return encode({static_cast<std::uint8_t>(opcode), param1, param2, data});
  }
  Buffer ask(Opcode opcode, std::uint8_t param1, std::uint16_t param2, Bytes data = {}) {
    rest();
    return copy_of(decode_response(chip_->exchange(packet(opcode, param1, param2, data), Millis{0}).value()).value());
  }
  void set_word(std::uint16_t word, Buffer bytes) { expect_status(ask(Opcode::write, 0, word, bytes)); }
  static void expect_status(const Buffer& answer) { ENSURE(answer == Buffer{0}); }
  void expect(const Buffer& request, std::size_t size) {
    const auto answer = chip_->exchange(request, Millis{0});
    ENSURE(answer && answer.value().size() == size && (size != 4 || answer.value()[1] == 0));
  }

  SystemClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<Emulator> chip_ = Emulator::in_memory(clock_, random_);
  Buffer key_, sign_, verify_, ecdh_;
};

struct Cost {
  double cpu;
  double wall;
};

Cost cost_of(const std::function<void()>& operation) {
  const double cpu = bench::cpu_micros(), wall = bench::wall_micros();
  for (int i = 0; i < operations_a_round; ++i) operation();
  return {(bench::cpu_micros() - cpu) / operations_a_round, (bench::wall_micros() - wall) / operations_a_round};
}

void compare(bench::Figures& figures, Chip& chip, const std::string& name, const std::function<void()>& ours,
             const std::function<void()>& raw, double limit) {
  std::vector<double> cpu, wall, raw_cpu, ratio;
  for (int i = 0; i < rounds; ++i) {
    const Cost theirs = cost_of(raw);
    chip.rest();
    const Cost own = cost_of(ours);
    cpu.push_back(own.cpu), wall.push_back(own.wall), raw_cpu.push_back(theirs.cpu);
    ratio.push_back(own.cpu / theirs.cpu);
  }
  using bench::Bound;
  const std::string prefix = "element." + name;
  // The loose limits are for a build that went wrong; the ratio is the promise.
  figures.add(prefix + ".rate", 1e6 / bench::median(wall), "/s", Bound::at_least, 500);
  figures.add(prefix + ".cpu", bench::median(cpu), "us", Bound::at_most, 1000);
  figures.add(prefix + ".raw_cpu", bench::median(raw_cpu), "us", Bound::at_most, 1000);
  figures.add(prefix + ".ratio", bench::median(ratio), "x raw", Bound::at_most, limit);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Figures figures{argc, argv};
  Raw raw;
  Chip chip{raw.peer()};
  compare(
      figures, chip, "sign", [&] { chip.sign(); }, [&] { raw.sign(); }, ratio_max);
  compare(
      figures, chip, "verify", [&] { chip.verify(); }, [&] { raw.verify(); }, ratio_max);
  compare(
      figures, chip, "ecdh", [&] { chip.ecdh(); }, [&] { raw.ecdh(); }, ratio_max);
  return figures.exit_code();
}
