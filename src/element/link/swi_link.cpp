#include "element/link/swi_link.h"

#include "element/wire/bus.h"

namespace signet::element {
namespace {

constexpr int wake_attempts = 3;
constexpr std::size_t greeting_bytes = wake_greeting.size();

// True while more of the group must come. A count that no group has ends it: the driver judges.
bool is_unfinished(const Buffer& group) {
  if (group.empty()) return true;
  return group[0] <= packet_bytes_max && group.size() < group[0];
}

}  // namespace

Status SwiLink::say(Bytes bytes) {
  const Buffer characters = encode_swi(bytes);
  if (echo_.size() + characters.size() > 2 * swi_characters_max) echo_.clear();
  echo_.insert(echo_.end(), characters.begin(), characters.end());
  return port_->write(characters);
}

// Adds what came to `raw`. False: nothing did.
Result<bool> SwiLink::hear_characters(Buffer& raw, Millis wait) {
  const Buffer some = TRY(port_->read(swi_characters_max, wait));
  raw.insert(raw.end(), some.begin(), some.end());
  return !some.empty();
}

Result<Buffer> SwiLink::hear() {
  Buffer raw;
  Buffer group;
  SwiDecoder decoder;
  std::size_t judged = 0;
  while (is_unfinished(group) && raw.size() < 4 * swi_characters_max) {
    if (!TRY(hear_characters(raw, swi_answer_wait))) break;
    if (!echo_.empty()) {
      const std::size_t alike = std::min(raw.size(), echo_.size());
      const bool repeats = std::equal(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(alike), echo_.begin());
      if (repeats && alike < echo_.size()) continue;  // not all of it yet
      if (repeats) judged = echo_.size();
      echo_.clear();
    }
    for (; judged < raw.size() && is_unfinished(group); ++judged) {
      auto byte = decoder.on_character(raw[judged]);
      if (!byte) return Error{Errc::unavailable, port_->name() + ": " + byte.error().what};
      if (byte.value()) group.push_back(*byte.value());
    }
  }
  echo_.clear();  // after so long a silence no echo comes any more
  return group;
}

Status SwiLink::wake_chip() {
  Buffer greeting;
  for (int attempt = 0; attempt < wake_attempts; ++attempt) {
    echo_.clear();
    TRY(port_->wake_pulse());
    TRY(say(Block<1>{swi::transmit}));
    greeting = TRY(hear());
    if (std::ranges::equal(greeting, wake_greeting)) return {};
    if (!greeting.empty()) TRY(say(Block<1>{swi::idle}));  // an old answer of a chip that somebody left awake
  }
  if (greeting.empty()) {
    return Error{Errc::unavailable, "no chip answers on the single wire at " + port_->name() +
                                        ": is it a single-wire part (I2C_Enable 0), and the adapter's transmit and "
                                        "receive tied to its pin?"};
  }
  return Error{Errc::unavailable,
               "the secure element woke with " + hex(Bytes{greeting}.first(std::min(greeting.size(), greeting_bytes)))};
}

Status SwiLink::wake() {
  TRY(port_->take());
  Status woke = wake_chip();
  if (!woke) port_->release();
  return woke;
}

Status SwiLink::renew() {
  TRY(say(Block<1>{swi::idle}));
  Status woke = wake_chip();
  if (!woke) port_->release();
  return woke;
}

Result<Buffer> SwiLink::exchange(Bytes command_packet, Millis longest) {
  if (command_packet.size() > packet_bytes_max) return Error{Errc::too_large, "longer than any command"};
  Buffer said{swi::command};
  Writer{said}.bytes(command_packet);
  TRY(say(said));
  for (auto polls = longest / swi_answer_wait + 2; polls > 0; --polls) {
    TRY(say(Block<1>{swi::transmit}));
    Buffer answer = TRY(hear());
    if (!answer.empty()) return answer;
  }
  return Error{Errc::unavailable, "no answer within " + std::to_string(longest.count()) + " ms"};
}

Status SwiLink::end_turn(std::uint8_t flag) {
  Status told = say(Block<1>{flag});
  port_->release();
  return told;
}

}  // namespace signet::element
