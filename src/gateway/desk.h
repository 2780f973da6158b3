// desk.h -- what a hall asks of the fleet's side, and what it is answered.
//
//   hall, on a loop's thread   -- Question -->   registrar, on the fleet's thread
//   hall                      <--  Answer  --    registrar
//
// Plain data both ways: neither side ever touches the other's objects. Questions of one hall are dealt with in their
// order, and their answers come in it; MustGo comes unasked. Whoever is gone when an answer comes is not told.
#pragma once

#include "fleet/fleet.h"
#include "mqtt/types.h"

#include <variant>

namespace signet::gateway {

// Names one session among all halls, and never another: hall:8 generation:24 place:32.
using SessionNumber = std::uint64_t;
inline constexpr std::size_t halls_max = 64;
inline std::size_t hall_of(SessionNumber session) { return session >> 56; }

// A hall with more than this open has no room: it stops reading the sessions that ask.
inline constexpr std::size_t questions_max = 4096;
inline constexpr std::size_t questions_bytes_max = 4u << 20;  // of payloads

struct EnterAsked {
  SessionNumber session;
  fleet::Admission who;
  std::string address;
};  // -> Entered
struct MessageHeard {
  SessionNumber session;
  DeviceId device;
  std::uint16_t packet_id;  // 0: nobody waits for what became of it
  std::string payload;
};  // -> MessageTaken
struct Left {
  SessionNumber session;
  DeviceId device;
  std::string why;
};  // of one that has asked to enter and was not refused; its last word
struct Refused {
  std::string address;
  std::string subject;
  Error why;
  std::size_t more;  // like it, which the hall held back
};
using Question = std::variant<EnterAsked, MessageHeard, Left, Refused>;

enum class Verdict : std::uint8_t {
  welcome,
  withdrawn,  // its identity does not hold any more
  full,       // sessions_max
  failed,     // the store: worth another try
};
struct Entered {
  SessionNumber session;
  Verdict verdict;
  std::optional<Error> why;  // unless welcome
};
struct MessageTaken {
  SessionNumber session;
  std::uint16_t packet_id;
  Result<std::vector<fleet::DownMessage>> outcome;  // to send down; a refusal is in the audit already
};
struct MustGo {
  SessionNumber session;
  mqtt::ReasonCode reason;  // session_taken_over or administrative_action
};
using Answer = std::variant<Entered, MessageTaken, MustGo>;

// A hall's way to the fleet's side.
struct Desk {
  virtual ~Desk() = default;
  virtual void ask(Question question) = 0;  // the answer comes later, or from within when both share a thread
  // False: too many questions are open. It is true again when an answer comes, or a second later.
  virtual bool has_room() const = 0;
};

// The way back.
struct AnswerSink {
  virtual ~AnswerSink() = default;
  virtual void give(Answer answer) = 0;
};

}  // namespace signet::gateway
