// desk.h -- what a hall asks of the fleet's side, and what it is answered.
//
//   hall, on a loop's thread   -- Question -->   registrar, on the fleet's thread
//   hall                      <--  Answer  --    registrar
//
// Plain data both ways: neither side ever touches the other's objects. Questions of one hall are dealt with in their
// order, and their answers come in it; MustGo comes unasked. Whoever is gone when an answer comes is not told.
#pragma once

#include "fleet/fleet.h"
#include "gateway/download_request.h"
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
// Messages to a device that wait for its PUBACKs, and their payloads: a kept session is written anew with each change.
inline constexpr std::size_t down_queue_max = 64;
inline constexpr std::size_t down_queue_bytes_max = 256 * 1024;

struct EnterAsked {
  SessionNumber session;
  fleet::Admission who;
  std::string address;
  bool clean_start = true;
  Seconds lifetime{0};  // of its session after the connection; 0: it is not kept
  std::shared_ptr<const fleet::DeviceSession::Will> will{};
};  // -> Entered
struct MessageHeard {
  SessionNumber session;
  DeviceId device;
  std::uint16_t packet_id;  // 0: nobody waits for what became of it
  std::string payload;
  bool once = false;  // QoS 2 of a kept session: the id is kept with what it caused
};                    // -> MessageTaken
struct TakenReading {
  DeviceId device;
  std::string tag;
  std::optional<Timestamp> device_time;  // absent: the time of arrival, made unique
  std::string payload;
};
struct ReadingHeard {  // QoS 2 of a kept session: the reading and its packet id are one commit
  SessionNumber session;
  std::uint16_t packet_id;
  TakenReading reading;
};  // -> MessageTaken
enum class Noting : std::uint8_t {
  listens,    // the device subscribed to j/dn, or unsubscribed
  released,   // its QoS 2 message is done with: the id may name another
  delivered,  // a message to it is over
};
struct SessionNoted {  // for a kept session
  SessionNumber session;
  DeviceId device;
  Noting what;
  std::uint16_t packet_id;
  std::optional<std::uint8_t> listens{};  // the QoS
};                                        // -> Noted, unless delivered
struct Left {
  SessionNumber session;
  DeviceId device;
  std::string why;
  Seconds lifetime{0};     // as DISCONNECT had it at last
  bool last_words = true;  // its will, if it has one, is to be published
};                         // of one that has asked to enter and was not refused; its last word
struct Refused {
  std::string address;
  std::string subject;
  Error why;
  std::size_t more;  // like it, which the hall held back
};
struct ImageAsked {
  SessionNumber session;
  fleet::Admission who;
  ImageName image;
};  // -> ImageJudged
using Question = std::variant<EnterAsked, MessageHeard, ReadingHeard, SessionNoted, Left, Refused, ImageAsked>;

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
  // When the session is kept: what there was of it, and whether there was any.
  std::shared_ptr<const fleet::DeviceSession> kept{};
  bool present = false;
};
struct MessageTaken {
  SessionNumber session;
  std::uint16_t packet_id;
  Result<std::vector<fleet::DownMessage>> outcome;  // to send down; a refusal is in the audit already
  std::vector<std::uint16_t> ids{};                 // of these, in a session that keeps them; 0: not this one
};
struct Noted {
  SessionNumber session;
  Noting what;
  std::uint16_t packet_id;
};
struct ImageFile {
  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256;  // hex
};
struct ImageJudged {
  SessionNumber session;
  Result<ImageFile> file;
};
struct MustGo {
  SessionNumber session;
  // session_taken_over, administrative_action; quota_exceeded and implementation_error: its session cannot be kept
  mqtt::ReasonCode reason;
};
using Answer = std::variant<Entered, MessageTaken, Noted, ImageJudged, MustGo>;

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
