#include "agent/outbox.h"

#include "crypto/digest.h"

#include <algorithm>

namespace signet::agent {
namespace {

constexpr std::string_view magic = "SGNTBOX1";
constexpr std::size_t check_bytes = 8;
constexpr std::size_t frame_bytes = 4 + check_bytes;
constexpr std::size_t body_bytes_max = 1 + 8 + 1 + tag_bytes_max + payload_bytes_max;
constexpr std::size_t base_bytes = magic.size() + frame_bytes + 1 + 8;  // an outbox with nothing in it
constexpr std::size_t waste_bytes_min = 64 * 1024;                      // below this a rewrite is not worth its wear
enum Kind : std::uint8_t { spent = 'T', reading = 'R', done = 'D' };

crypto::Digest check_of(Bytes body) {
  Buffer covered;
  Writer{covered}.u32_be(static_cast<std::uint32_t>(body.size())).bytes(body);
  return crypto::sha256(covered);
}

Buffer frame(Bytes body) {
  Buffer out;
  const auto check = check_of(body);
  Writer{out}.u32_be(static_cast<std::uint32_t>(body.size())).bytes(Bytes{check}.first(check_bytes)).bytes(body);
  return out;
}

Buffer time_record(Kind kind, Timestamp at) {
  Buffer body;
  Writer{body}.u8(kind).u64_be(static_cast<std::uint64_t>(epoch_micros(at)));
  return frame(body);
}

Buffer reading_record(Timestamp at, std::string_view tag, std::string_view payload) {
  Buffer body;
  Writer out{body};
  out.u8(reading).u64_be(static_cast<std::uint64_t>(epoch_micros(at)));
  out.u8(static_cast<std::uint8_t>(tag.size())).text(tag).text(payload);
  return frame(body);
}

std::size_t record_bytes(std::string_view tag, std::string_view payload) {
  return frame_bytes + 1 + 8 + 1 + tag.size() + payload.size();
}

Result<Bytes> next_body(Reader& in) {
  const std::size_t size = TRY(in.u32_be());
  if (size > body_bytes_max) return Error{Errc::too_large, "a record is larger than any"};
  const Bytes check = TRY(in.take(check_bytes));
  const Bytes body = TRY(in.take(size));
  const auto expected = check_of(body);
  if (!std::equal(check.begin(), check.end(), expected.begin())) return Error{Errc::corrupt, "a record does not check"};
  return body;
}

Result<Reading> reading_of(Reader body) {
  const std::size_t tag_size = TRY(body.u8());
  std::string tag{text_of(TRY(body.take(tag_size)))};
  return Reading{std::move(tag), std::string{text_of(body.rest())}};
}

Error gone(std::size_t offset) {
  return {Errc::corrupt, std::string{outbox_file} + ": the record at byte " + std::to_string(offset) +
                             " is not what was written there"};
}

// The record that was written at `offset`, as it is: whole, and of `size` bytes.
Result<Buffer> record_at(Disk& disk, std::size_t offset, std::size_t size) {
  Buffer out(size);
  const std::size_t got = TRY(disk.read_at(outbox_file, offset, out));
  Reader in{out};
  if (got != size || !next_body(in) || !in.empty()) return gone(offset);
  return out;
}

}  // namespace

Status check_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > tag_bytes_max) return Error{Errc::malformed, "a tag has 1 to 64 bytes"};
  const bool bad = std::any_of(tag.begin(), tag.end(), [](char c) {
    return c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  const auto c1 = [](char a, char b) { return a == '\xc2' && static_cast<unsigned char>(b) < 0xa0; };  // U+0080 to 9F
  if (bad || !is_utf8(tag) || std::adjacent_find(tag.begin(), tag.end(), c1) != tag.end())
    return Error{Errc::malformed, "a tag may not hold '+', '#' or control characters"};
  if (tag.front() == '/' || tag.back() == '/') return Error{Errc::malformed, "a tag may not begin or end with '/'"};
  return {};
}

Result<Outbox> Outbox::load(Disk& disk, std::size_t bytes_max) {
  Outbox box{disk, bytes_max};
  const auto file = disk.read(outbox_file, bytes_max + waste_bytes_min + body_bytes_max);
  if (!file && file.error().code != Errc::not_found) return file.error();
  if (!file) {
    TRY(box.rewrite());
    return box;
  }
  Reader in{file.value()};
  const auto head = in.take(magic.size());
  if (!head || text_of(head.value()) != magic) {
    return Error{Errc::corrupt, std::string{outbox_file} + ": not an outbox; move it away to start with an empty one"};
  }
  box.live_ = base_bytes;
  box.take_all(in);
  box.file_ = file.value().size();
  box.flood_ = box.waiting_.size();
  if (box.cut_ > 0 || box.lost_ > 0) TRY(box.rewrite());
  return box;
}

// A record that does not check is lost alone when whole ones follow it; at the end it is what a power cut tore.
void Outbox::take_all(Reader& in) {
  const std::size_t all = in.size() + magic.size();
  std::size_t torn = 0, passed_over = 0;
  while (!in.empty()) {
    const std::size_t before = in.size();
    const Status taken = take(in, all - before);
    if (taken) {
      lost_ += std::exchange(passed_over, 0), torn = 0;
      continue;
    }
    if (torn == 0) torn = before;
    if (taken.error().code != Errc::corrupt) break;  // it says no place where the next one begins
    ++passed_over;
  }
  cut_ = torn;
}

std::deque<Outbox::Waiting>::const_iterator Outbox::find(Timestamp device_time) const {
  const auto found = std::lower_bound(waiting_.begin(), waiting_.end(), device_time,
                                      [](const Waiting& one, Timestamp at) { return one.at < at; });
  return found != waiting_.end() && found->at == device_time ? found : waiting_.end();
}

bool Outbox::contains(Timestamp device_time) const { return find(device_time) != waiting_.end(); }

void Outbox::forget(const std::deque<Waiting>::const_iterator& which) {
  live_ -= which->size;
  waiting_.erase(which);
}

Status Outbox::take(Reader& in, std::size_t offset) {
  const std::size_t before = in.size();
  Reader body{TRY(next_body(in))};
  const std::size_t size = before - in.size();
  const std::uint8_t kind = TRY(body.u8());
  const Timestamp at = from_epoch_micros(static_cast<std::int64_t>(TRY(body.u64_be())));
  const auto known = find(at);
  if (kind == done) {
    if (known != waiting_.end()) forget(known);
    return {};
  }
  if (kind == reading) {
    TRY(reading_of(body));
    if (known == waiting_.end()) {
      const auto behind = [](Timestamp time, const Waiting& one) { return time < one.at; };
      waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), at, behind),
                      {at, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(size)});
      live_ += size;
    }
  } else if (kind != spent) {
    return Error{Errc::corrupt, "a record of unknown kind"};
  }
  last_ = std::max(last_, at);
  return {};
}

Result<Reading> Outbox::read(Timestamp device_time) const {
  const auto found = find(device_time);
  if (found == waiting_.end()) return Error{Errc::not_found, "no reading of that time waits"};
  if (found->size == 0) return gone(found->offset);
  const Buffer record = TRY(record_at(*disk_, found->offset, found->size));
  return reading_of(Reader{Bytes{record}.subspan(frame_bytes + 1 + 8)});
}

Result<Timestamp> Outbox::add(Timestamp now, std::string_view tag, std::string_view payload) {
  TRY(check_tag(tag));
  if (payload.size() > payload_bytes_max) return Error{Errc::too_large, "a payload has at most 65536 bytes"};
  const std::size_t size = record_bytes(tag, payload);
  if (live_ + size > bytes_max_) {
    return Error{Errc::exhausted, "the outbox is full: " + std::to_string(waiting_.size()) +
                                      " readings wait for the manager; connect the board, then publish again"};
  }
  if (damaged_ || file_ + size > bytes_max_) TRY(rewrite());
  const Timestamp at = std::max(now, last_ + Micros{1});
  last_ = at;  // spent even when what follows fails: the record may be on the disk all the same
  const std::size_t offset = file_;
  TRY(append(reading_record(at, tag, payload), true));
  live_ += size;
  waiting_.push_back({at, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(size)});
  flood_ = std::max(flood_, waiting_.size());
  return at;
}

void Outbox::remove(Timestamp device_time) {
  const auto found = find(device_time);
  if (found == waiting_.end()) return;
  forget(found);
  // Failure to note it costs a resend, never a reading: the next rewrite makes it good.
  const std::size_t waste = file_ > live_ ? file_ - live_ : 0;
  if (damaged_ || waste > std::max(waste_bytes_min, live_) || file_ >= bytes_max_ + waste_bytes_min) {
    (void)rewrite();
  } else {
    (void)append(time_record(done, device_time), false);
  }
}

bool Outbox::has_ebbed() {
  if (!waiting_.empty() || flood_ < flood_min) return false;
  flood_ = 0;
  return true;
}

bool Outbox::has_room(std::string_view tag, std::string_view payload) const {
  return live_ + record_bytes(tag, payload) <= bytes_max_;
}

std::vector<Timestamp> Outbox::forget_oldest() {
  std::vector<Timestamp> out;
  while (!waiting_.empty() && live_ > bytes_max_ - bytes_max_ / 8) {
    out.push_back(waiting_.front().at);
    forget(waiting_.begin());
  }
  return out;
}

Status Outbox::clear() {
  waiting_.clear();
  live_ = base_bytes;
  return rewrite();
}

Status Outbox::append(Bytes record, bool durable) {
  Status written = disk_->append(outbox_file, record);
  if (written && durable) written = disk_->sync(outbox_file);
  if (!written) {
    damaged_ = true;
    return std::move(written).error().within("keep a reading");
  }
  file_ += record.size();
  return {};
}

Status Outbox::rewrite() {
  Buffer whole;
  Writer out{whole};
  out.text(magic).bytes(time_record(spent, last_));
  std::deque<Waiting> moved = waiting_;
  for (Waiting& one : moved) {
    const Result<Buffer> record = record_at(*disk_, one.offset, one.size);
    if (!record && record.error().code != Errc::corrupt) return record.error();
    if (!record) {  // the others are not lost with it: who would send it finds that it is gone
      one.size = 0;
      continue;
    }
    one.offset = static_cast<std::uint32_t>(whole.size());
    out.bytes(record.value());
  }
  const Status replaced = disk_->replace(outbox_file, whole);
  damaged_ = !replaced;
  if (!replaced) return Error{replaced.error()}.within("write the outbox anew");
  waiting_ = std::move(moved);
  live_ = file_ = whole.size();
  return {};
}

}  // namespace signet::agent
