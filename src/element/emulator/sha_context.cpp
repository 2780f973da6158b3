#include "element/emulator/sha_context.h"

#include "crypto/secret.h"

#include <bit>

namespace signet::element::emulator {
namespace {

constexpr std::size_t sha_block_bytes = 64;

// FIPS 180-4 section 4.2.2
constexpr std::uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::array<std::uint32_t, 64> schedule(Bytes block) {
  std::array<std::uint32_t, 64> w;
  Reader in{block};
  for (std::size_t t = 0; t < 16; ++t) w[t] = in.u32_be().value();
  for (std::size_t t = 16; t < 64; ++t) {
    const std::uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
    const std::uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  return w;
}

}  // namespace

// FIPS 180-4 section 6.2.2
void ShaContext::compress(Bytes block) {
  const auto w = schedule(block);
  auto [a, b, c, d, e, f, g, h] = state_;
  for (std::size_t t = 0; t < 64; ++t) {
    const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + k[t] + w[t];
    const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const std::uint32_t add[8] = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state_[i] += add[i];
}

ShaContext::~ShaContext() {
  crypto::wipe(rest_);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(state_.data()), sizeof state_});
}

void ShaContext::update(Bytes data) {
  while (!data.empty()) {
    const std::size_t held = length_ % sha_block_bytes;
    const std::size_t taken = std::min(data.size(), sha_block_bytes - held);
    std::copy_n(data.begin(), taken, rest_.begin() + static_cast<std::ptrdiff_t>(held));
    length_ += static_cast<std::uint32_t>(taken);
    data = data.subspan(taken);
    if (held + taken == sha_block_bytes) compress(rest_);
  }
}

crypto::Digest ShaContext::finish() const {
  ShaContext last = *this;
  Buffer padding{0x80};
  padding.resize(1 + (sha_block_bytes + 55 - length_ % sha_block_bytes) % sha_block_bytes);
  Writer{padding}.u64_be(std::uint64_t{length_} * 8);
  last.update(padding);
  Buffer out;
  for (const std::uint32_t word : last.state_) Writer{out}.u32_be(word);
  crypto::Digest digest;
  std::ranges::copy(out, digest.begin());
  return digest;
}

Buffer ShaContext::encode() const {
  Buffer out;
  Writer w{out};
  w.u32_le(length_);
  for (const std::uint32_t word : state_) w.u32_le(word);
  w.bytes(Bytes{rest_}.first(length_ % sha_block_bytes));
  return out;
}

Result<ShaContext> ShaContext::decode(Bytes context) {
  Reader in{context};
  ShaContext out;
  out.length_ = TRY(in.u32_le());
  for (std::uint32_t& word : out.state_) word = TRY(in.u32_le());
  const Bytes rest = TRY(in.take(out.length_ % sha_block_bytes));
  std::ranges::copy(rest, out.rest_.begin());
  TRY(in.end());
  return out;
}

}  // namespace signet::element::emulator
