#include "element/link/swi_device.h"

namespace signet::element {
namespace {

constexpr std::size_t count_at = 1;  // after the word address

}  // namespace

void SwiDevice::reset() {
  decoder_.reset();
  packet_.clear();
}

Buffer SwiDevice::on_characters(Bytes characters, Instant now) {
  ENSURE(characters.size() <= swi_input_max);
  if (last_ && now - *last_ > swi_silence_max) reset();
  last_ = now;
  Buffer out;
  for (const std::uint8_t character : characters) {
    if (character == swi::wake) {
      reset();
      device_.wake_pulse();
      continue;
    }
    const auto byte = decoder_.on_character(character);
    if (!byte)
      reset();  // noise: what it fell into is lost
    else if (byte.value())
      on_byte(*byte.value(), out);
  }
  return out;
}

// A count that no command has is answered like a wrong checksum, and what follows it is read as flags again.
void SwiDevice::on_byte(std::uint8_t byte, Buffer& out) {
  if (packet_.empty()) return on_flag(byte, out);
  packet_.push_back(byte);
  const std::size_t count = packet_[count_at];
  if (count >= command_overhead && count <= packet_bytes_max && packet_.size() < count_at + count) return;
  write(packet_);
  packet_.clear();
}

void SwiDevice::on_flag(std::uint8_t flag, Buffer& out) {
  switch (flag) {
    case swi::command: packet_ = {word_address::command}; break;
    case swi::transmit: transmit(out); break;
    case swi::idle: write(Block<1>{word_address::idle}); break;
    case swi::sleep: write(Block<1>{word_address::sleep}); break;
    default: break;
  }
}

// The whole group, each time it is asked for. Silence: asleep or at work.
void SwiDevice::transmit(Buffer& out) {
  if (!device_.awake_until() || !write(Block<1>{word_address::reset})) return;
  const auto count = device_.read(device_.own_address(), 1);
  if (!count) return;
  Buffer group = *count;
  ENSURE(group[0] > response_overhead && group[0] <= packet_bytes_max);
  const auto rest = device_.read(device_.own_address(), group[0] - std::size_t{1});
  if (!rest) return;  // the watchdog bit in between
  Writer{group}.bytes(*rest);
  Writer{out}.bytes(encode_swi(group));
}

}  // namespace signet::element
