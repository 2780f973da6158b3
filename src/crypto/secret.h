// secret.h -- bytes that wipe themselves. No copy, no print, no ==; compare with constant_time_equal.
#pragma once

#include "base/bytes.h"

namespace signet::crypto {

// Overwrites in a way the compiler may not remove.
void wipe(std::span<std::uint8_t> bytes);

// True when equal; takes the same time wherever they differ. Different sizes are unequal (sizes are not secret).
bool constant_time_equal(Bytes a, Bytes b);

template <std::size_t N>
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::uint8_t, N> from) { std::copy(from.begin(), from.end(), bytes_.begin()); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  // The one way in. The name is long so that a reader sees it.
  std::span<const std::uint8_t, N> reveal() const { return bytes_; }
  std::span<std::uint8_t, N> reveal_to_fill() { return bytes_; }

 private:
  Block<N> bytes_{};
};

// A secret whose size is not known beforehand: a PIN, a password. Same rules.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Buffer bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~SecretBytes() { wipe(bytes_); }
  Bytes reveal() const { return bytes_; }

 private:
  Buffer bytes_;
};

}  // namespace signet::crypto
