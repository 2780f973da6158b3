#include "boot/journal.h"

namespace signet::boot {
namespace {

constexpr std::array<std::uint8_t, 4> entry_magic{'S', 'G', 'J', '1'};
constexpr std::size_t check_bytes = 8;
constexpr std::size_t checked_bytes = entry_bytes - check_bytes;

class Pen {
 public:
  explicit Pen(std::span<std::uint8_t> out) : out_(out) {}
  void u8(std::uint8_t value) { out_[at_++] = value; }
  void u32(std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) u8(static_cast<std::uint8_t>(value >> shift));
  }
  void bytes(std::span<const std::uint8_t> data) {
    for (const std::uint8_t byte : data) u8(byte);
  }

 private:
  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
};

class Eye {
 public:
  explicit Eye(std::span<const std::uint8_t> in) : in_(in) {}
  std::uint8_t u8() { return in_[at_++]; }
  std::uint32_t u32() {
    std::uint32_t out = 0;
    for (int shift = 0; shift < 32; shift += 8) out |= static_cast<std::uint32_t>(u8()) << shift;
    return out;
  }
  void bytes(std::span<std::uint8_t> out) {
    for (std::uint8_t& byte : out) byte = u8();
  }

 private:
  std::span<const std::uint8_t> in_;
  std::size_t at_ = 0;
};

// What no board ever writes is no entry, whatever its check says.
bool makes_sense(const Entry& entry) {
  if (entry.parts > parts_all) return false;
  switch (entry.status) {
    case Status::permanent: return entry.step == Step::none && entry.attempt == 0;
    case Status::testing: return entry.step == Step::none && entry.attempt != 0 && entry.parts != 0;
    case Status::pending: break;
  }
  if (entry.step == Step::none || entry.attempt != 0 || entry.parts == 0) return false;
  if ((entry.step == Step::restore) != (entry.cause == Cause::restore)) return false;
  return entry.step >= Step::done || (entry.parts & parts_of(entry.part)) != 0;
}

bool is_known(std::uint8_t status, std::uint8_t step, std::uint8_t part, std::uint8_t cause) {
  return status >= 1 && status <= 3 && step <= 5 && part < part_count && cause <= 2;
}

}  // namespace

EntryBytes encode(const Entry& entry, Crypto& crypto) {
  EntryBytes out{};
  Pen pen{out};
  pen.bytes(entry_magic);
  pen.u32(entry.counter);
  pen.u8(static_cast<std::uint8_t>(entry.status));
  pen.u8(static_cast<std::uint8_t>(entry.step));
  pen.u8(static_cast<std::uint8_t>(entry.part));
  pen.u8(entry.parts);
  pen.u8(static_cast<std::uint8_t>(entry.cause));
  pen.u8(entry.attempt);
  pen.u8(0);
  pen.u8(0);
  pen.u32(entry.work);
  pen.u32(entry.park);
  for (const Ids* ids : {&entry.work_ids, &entry.park_ids}) {
    for (const Id& id : *ids) pen.bytes(id);
  }
  crypto.sha256_start();
  crypto.sha256_add(std::span<const std::uint8_t>{out}.first(checked_bytes));
  const image::Hash digest = crypto.sha256_end();
  pen.bytes(std::span<const std::uint8_t>{digest}.first(check_bytes));
  return out;
}

bool decode(std::span<const std::uint8_t, entry_bytes> bytes, Crypto& crypto, Entry& out) {
  for (std::size_t i = 0; i < entry_magic.size(); ++i) {
    if (bytes[i] != entry_magic[i]) return false;
  }
  Eye eye{bytes.subspan(entry_magic.size())};
  out.counter = eye.u32();
  const std::uint8_t status = eye.u8(), step = eye.u8(), part = eye.u8();
  out.parts = eye.u8();
  const std::uint8_t cause = eye.u8();
  out.attempt = eye.u8();
  eye.u8();
  eye.u8();
  out.work = eye.u32();
  out.park = eye.u32();
  for (Ids* ids : {&out.work_ids, &out.park_ids}) {
    for (Id& id : *ids) eye.bytes(id);
  }
  if (!is_known(status, step, part, cause)) return false;
  out.status = static_cast<Status>(status);
  out.step = static_cast<Step>(step);
  out.part = static_cast<Part>(part);
  out.cause = static_cast<Cause>(cause);
  const EntryBytes again = encode(out, crypto);
  for (std::size_t i = 0; i < entry_bytes; ++i) {
    if (again[i] != bytes[i]) return false;
  }
  return makes_sense(out);
}

bool Journal::read_slot(std::size_t bank, std::uint32_t slot, Entry& out) {
  EntryBytes bytes;
  return flash_.read(map_.journal[bank].at + slot * journal_slot_bytes, bytes) && decode(bytes, crypto_, out);
}

bool Journal::is_blank(std::size_t bank, std::uint32_t slot) {
  std::array<std::uint8_t, journal_slot_bytes> bytes;
  if (!flash_.read(map_.journal[bank].at + slot * journal_slot_bytes, bytes)) return false;
  for (const std::uint8_t byte : bytes) {
    if (byte != 0xff) return false;
  }
  return true;
}

void Journal::take(const Entry& entry, std::size_t bank, std::uint32_t slot) {
  if (has_newest_ && entry.counter < newest_.counter) {
    if (has_before_ && entry.counter < before_.counter) return;
    before_ = entry;
    has_before_ = true;
    return;
  }
  before_ = newest_;
  has_before_ = has_newest_;
  newest_ = entry;
  has_newest_ = true;
  newest_bank_ = bank_ = bank;
  newest_slot_ = slot;
}

void Journal::load() {
  has_newest_ = has_before_ = false;
  newest_bank_ = bank_ = bank_count - 1;
  slot_ = journal_slots;  // none yet: the first entry goes to bank 0
  next_counter_ = 1;
  for (std::size_t bank = 0; bank < bank_count; ++bank) {
    for (std::uint32_t slot = 0; slot < journal_slots; ++slot) {
      Entry entry;
      if (read_slot(bank, slot, entry)) take(entry, bank, slot);
    }
  }
  if (!has_newest_) return;
  while (slot_ > newest_slot_ + 1 && is_blank(bank_, slot_ - 1)) --slot_;
  next_counter_ = newest_.counter + (slot_ - newest_slot_);
}

bool Journal::is_settled() const {
  if (!has_newest_ || !has_before_ || newest_.status != Status::permanent) return false;
  Entry before = before_;
  before.counter = newest_.counter;
  return before == newest_;
}

bool Journal::next_bank() {
  if (bank_ != newest_bank_) return false;  // the other one has no slot that works: what holds stays
  const std::size_t other = 1 - bank_;
  for (std::uint32_t at = 0; at < map_.journal[other].bytes; at += map_.sector_bytes) {
    if (!flash_.erase(map_.journal[other].at + at)) return false;
  }
  bank_ = other;
  slot_ = 0;
  return true;
}

bool Journal::write(Entry& entry) {
  entry.counter = next_counter_++;
  std::array<std::uint8_t, journal_slot_bytes> bytes;
  bytes.fill(0xff);
  const EntryBytes encoded = encode(entry, crypto_);
  for (std::size_t i = 0; i < entry_bytes; ++i) bytes[i] = encoded[i];
  const std::uint32_t slot = slot_++;
  if (!flash_.program(map_.journal[bank_].at + slot * journal_slot_bytes, bytes)) return false;
  Entry back;
  return read_slot(bank_, slot, back) && back == entry;
}

bool Journal::append(Entry entry) {
  while (slot_ < journal_slots || next_bank()) {
    if (next_counter_ == UINT32_MAX) return false;
    if (!write(entry)) continue;
    take(entry, bank_, slot_ - 1);
    return true;
  }
  return false;
}

}  // namespace signet::boot
