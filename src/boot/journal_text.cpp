#include "boot/journal_text.h"

namespace signet::boot {
namespace {

class Print {
 public:
  explicit Print(Line& line) : line_(line) { line_[0] = 0; }
  Print& text(const char* text) {
    for (; *text != 0 && at_ + 1 < line_.size(); ++text) line_[at_++] = *text;
    line_[at_] = 0;
    return *this;
  }
  Print& hex(std::uint32_t value) {
    char digits[9] = {};
    for (int i = 7; i >= 0; --i, value >>= 4) digits[i] = "0123456789ABCDEF"[value & 15];
    return text(digits);
  }
  Print& two_digits(std::uint32_t value) {
    const char digits[] = {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10), 0};
    return text(digits);
  }

 private:
  Line& line_;
  std::size_t at_ = 0;
};

const char* name_of(Status status) {
  switch (status) {
    case Status::permanent: return "PERMANENT";
    case Status::pending: return "PENDING";
    case Status::testing: return "TESTING";
  }
  return "?";
}

const char* name_of(Step step) {
  switch (step) {
    case Step::none: return "";
    case Step::work_to_scratch: return "WORK => SCRATCH";
    case Step::park_to_work: return "PARK => WORK";
    case Step::scratch_to_park: return "SCRATCH => PARK";
    case Step::done: return "DONE";
    case Step::restore: return "RESTORE";
  }
  return "?";
}

}  // namespace

const char* text_of(std::uint32_t slot, const Entry* entry, Line& line) {
  Print out{line};
  out.two_digits(slot);
  if (entry == nullptr) {
    out.text(". invalid entry");
    return line.data();
  }
  out.text(". counter = ").hex(entry->counter).text(" | status = ").text(name_of(entry->status));
  if (entry->step != Step::none) out.text(" | step = ").text(name_of(entry->step));
  out.text(" | park = ").hex(entry->park).text(" | work = ").hex(entry->work);
  const bool is_move = entry->step != Step::none && entry->step < Step::done;
  if (is_move) out.text(entry->part == Part::os ? " | OS" : " | application");
  if (is_move && entry->cause == Cause::revert) out.text(", back");
  return line.data();
}

}  // namespace signet::boot
