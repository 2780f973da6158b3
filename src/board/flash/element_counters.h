// element_counters.h -- boot's security counters in the board's element: counter 0 is the OS's, 1 the application's.
// They are as good as the element is: those of software:FILE go back with the file.
#pragma once

#include "boot/ports.h"
#include "element/element.h"

namespace signet::board {

class ElementCounters final : public boot::Counters {
 public:
  explicit ElementCounters(element::Element& element) : element_(element) {}
  bool read(boot::Part part, std::uint32_t& out) override { return take(element_.counter(id_of(part)), &out); }
  bool increment(boot::Part part) override { return take(element_.increment(id_of(part)), nullptr); }
  const std::optional<Error>& failure() const { return failure_; }  // of the last call that failed, since clear()
  void clear() { failure_.reset(); }

 private:
  static unsigned id_of(boot::Part part) { return static_cast<unsigned>(part); }
  bool take(const Result<std::uint32_t>& answer, std::uint32_t* out) {
    if (!answer) failure_ = answer.error();
    if (answer && out) *out = answer.value();
    return static_cast<bool>(answer);
  }

  element::Element& element_;
  std::optional<Error> failure_;
};

}  // namespace signet::board
