// http_poster.h -- HTTP POSTs to programs of others, many at a time, on a thread of its own; libcurl does the work.
//
// Every address that a name leads to is judged at the moment when a socket is made for it, so what is judged is what is
// connected to, whatever a name server says before and after. No redirect is followed, no proxy is used, nothing of the
// answer is kept but its status.
#pragma once

#include "base/clock.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace signet::net {

inline constexpr std::size_t post_answer_bytes_max = 64 * 1024;  // read of an answer's body, and of its header
inline constexpr std::size_t posts_at_once_max = 16;

struct HttpPost {
  std::string url;
  std::map<std::string, std::string> headers{};
  std::string body{};
};
struct HttpPosted {
  int status = 0;         // 0: no answer
  std::string trouble{};  // why
  bool refused = false;   // by may_reach
};

struct PosterConfig {
  // Asked with each address, "203.0.113.7" or "2001:db8::1", before it is connected to.
  std::function<Status(const std::string& address, bool over_tls)> may_reach;
  std::string ca_file{};  // PEM; empty: the authorities that this system believes
  Millis timeout{20'000};
};

class HttpPoster {
 public:
  static Result<std::unique_ptr<HttpPoster>> create(PosterConfig config);
  ~HttpPoster();  // what is on its way is dropped without a word
  // `done` is called once, on the poster's thread. More than posts_at_once_max wait for their turn.
  void post(HttpPost what, std::function<void(HttpPosted)> done);

 private:
  struct State;
  explicit HttpPoster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What matters of a URL before it is asked for: malformed when it is none, or names a user or a fragment.
struct UrlParts {
  std::string scheme;
  std::string host;  // an address in its usual form, whichever way it was written; of IPv6 without brackets
};
Result<UrlParts> parse_url(const std::string& url);

}  // namespace signet::net
