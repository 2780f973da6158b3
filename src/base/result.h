// result.h -- a value, or the reason there is none.
//
// Every function that can fail for a reason outside the program returns Result. A bug in the program is not an
// Error: it is a failed ENSURE and ends the process.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

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

// A union by hand, not std::variant: every file of ours instantiates many of these, and this one compiles in a
// fraction.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)), well_(true) {}
  Result(Error error) : error_(std::move(error)), well_(false) {}
  Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) { take(std::move(other)); }
  Result(const Result& other) requires std::is_copy_constructible_v<T> { take(other); }
  Result& operator=(Result other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    std::destroy_at(this);
    return *std::construct_at(this, std::move(other));
  }
  ~Result() { well_ ? std::destroy_at(&value_) : std::destroy_at(&error_); }

  explicit operator bool() const { return well_; }
  const T& value() const& {
    ENSURE(well_);
    return value_;
  }
  // By value: in `for (x : f().value())` a reference would point into a Result that is gone.
  T value() && {
    ENSURE(well_);
    return std::move(value_);
  }
  const Error& error() const& {
    ENSURE(!well_);
    return error_;
  }
  Error error() && {
    ENSURE(!well_);
    return std::move(error_);
  }

 private:
  template <class Other>
  void take(Other&& other) {
    well_ = other.well_;
    if (well_) {
      std::construct_at(&value_, std::forward<Other>(other).value_);
    } else {
      std::construct_at(&error_, std::forward<Other>(other).error_);
    }
  }

  union {
    T value_;
    Error error_;
  };
  bool well_ = false;
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
