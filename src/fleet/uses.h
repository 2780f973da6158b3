// uses.h -- when tokens were used last, without a commit for each request: held here, written together once a minute
// beside what is written anyway. A kill forgets a minute of it at most.
#pragma once

#include "fleet/people_ports.h"

#include <map>

namespace signet::fleet {

class Uses {
 public:
  static constexpr Seconds written_every{60};

  void used(const Token& token, Timestamp at) { unwritten_[token.hash] = at; }
  std::optional<Timestamp> last(const Token& token) const {
    const auto found = unwritten_.find(token.hash);
    return found == unwritten_.end() ? token.last_used : std::optional{found->second};
  }
  bool is_due(Instant now) const { return !unwritten_.empty() && (!written_ || now - *written_ >= written_every); }
  Status write(PeopleChanges& to) const {
    std::vector<TokenUse> all;
    for (const auto& [hash, at] : unwritten_) all.push_back({hash, at});
    return to.set_last_used(all);
  }
  void written(Instant now) {  // the commit was made
    unwritten_.clear();
    written_ = now;
  }

 private:
  std::map<crypto::Digest, Timestamp> unwritten_;  // of tokens that were there: no more than the store has
  std::optional<Instant> written_;
};

}  // namespace signet::fleet
