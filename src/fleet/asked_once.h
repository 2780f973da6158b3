// asked_once.h -- a request that has a name of its own (Idempotency-Key) is done once, however often it is sent.
//
//   AskedOnce once{fleet, actor, token, "order 17", hash_of_the_request};
//   switch (TRY(once.find()).known) { ... }       // it was answered before: the same answer again
//   once.begin();                                 // the next commit of the fleet says that it was begun
//   ... the act ...
//   TRY(once.keep(answer));
//
// That it was begun is durable in the very commit of what it does; its answer follows. So a manager that dies in
// between knows afterwards that it may have been done, and does it no second time.
//
// Answers may hold what is shown once (a new key, an invitation). They are sealed with a key that is derived from the
// bearer token, of which the manager keeps a hash alone: nobody reads them who could not ask for them.
#pragma once

#include "crypto/aead.h"
#include "fleet/fleet.h"

namespace signet::fleet {

inline constexpr Seconds kept_answer_lifetime{24 * 3600};
inline constexpr std::size_t kept_answers_max = 1000;            // of one token: the oldest are forgotten
inline constexpr std::size_t kept_answer_bytes_max = 64 * 1024;  // of a longer one it is known that it was given

class AskedOnce {
 public:
  enum class Known : std::uint8_t {
    no,
    answered,
    other_request,  // that name was given to another one
    unanswered,     // it was begun, and nobody knows how it ended
  };
  struct Found {
    Known known = Known::no;
    std::string answer{};
  };

  AskedOnce(Fleet& fleet, const Actor& actor, std::string_view token, std::string_view name,
            const crypto::Digest& request);
  ~AskedOnce();
  AskedOnce(const AskedOnce&) = delete;
  AskedOnce& operator=(const AskedOnce&) = delete;

  Result<Found> find();
  void begin();
  bool is_begun() const;  // something was committed since
  Status keep(std::string_view answer);

 private:
  Fleet::State& state_;
  crypto::AeadKey key_;
  KeptAnswer record_;
};

}  // namespace signet::fleet
