// result.h -- a value, or the reason there is none.
//
// Every function that can fail for a reason outside the program returns Result. A bug in the program is not an
// Error: it is a failed ENSURE and ends the process.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace signet {

// The whole error vocabulary of the project. HTTP status, MQTT reason code, exit code and log level are each one
// table over this enum; adding a name here makes those tables fail to compile until they answer for it.
enum class Errc : std::uint8_t {
  malformed,        // the peer's bytes do not follow the format
  too_large,        // they do, but pass a limit we set
  unauthenticated,  // we do not know who is asking
  forbidden,        // we know, and they may not
  not_found,
  conflict,     // not legal in the present state
  exhausted,    // a quota or a pool is used up; try later
  unavailable,  // a dependency is down; try later
  corrupt,      // our own stored bytes do not check
};

struct [[nodiscard]] Error {
  Errc code;
  std::string what;  // for the operator's log; never sent to a peer

  // Says where it happened, outermost place first: "load config: line 3: not a number".
  Error within(std::string_view place) && {
    what.insert(0, ": ").insert(0, place);
    return std::move(*this);
  }
};

[[noreturn]] inline void broken(const char* claim, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken: %s\n", file, line, claim);
  std::abort();
}
#define ENSURE(claim) ((claim) ? void(0) : ::signet::broken(#claim, __FILE__, __LINE__))

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  const T& value() const& {
    ENSURE(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  // By value: in `for (x : f().value())` a reference would point into a Result that is gone.
  T value() && {
    ENSURE(state_.index() == 0);
    return std::move(*std::get_if<0>(&state_));
  }
  const Error& error() const& {
    ENSURE(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }
  Error error() && {
    ENSURE(state_.index() == 1);
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_; }
  void value() const { ENSURE(!error_); }
  const Error& error() const& {
    ENSURE(error_);
    return *error_;
  }
  Error error() && {
    ENSURE(error_);
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};
using Status = Result<void>;

// Unwraps a Result, or returns its Error from the enclosing function. May be nested.
#define TRY_JOIN_(a, b) a##b
#define TRY_NAMED_(expression, name)  \
  __extension__({                     \
    auto name = (expression);         \
    if (!name) [[unlikely]]           \
      return std::move(name).error(); \
    std::move(name).value();          \
  })
#define TRY_COUNTED_(expression, count) TRY_NAMED_(expression, TRY_JOIN_(try_result_, count))
#define TRY(expression) TRY_COUNTED_(expression, __COUNTER__)

}  // namespace signet
