#include "fleet/index.h"

#include <cstring>
#include <thread>

namespace signet::fleet {
namespace {

using Word = std::uint64_t;

constexpr unsigned seconds_bits = 38;  // to the year 10680
constexpr Word seconds_mask = (Word{1} << seconds_bits) - 1;
constexpr Word versions = Word{1} << (64 - seconds_bits);
constexpr Word top_bit = Word{1} << 63;
constexpr std::size_t slots_of_first_table = 8;
constexpr unsigned spins_before_yield = 64;

Word clamp_seconds(std::int64_t seconds) {
  return seconds < 0 ? 0 : std::min(static_cast<Word>(seconds), seconds_mask);
}
// Rounded to the narrower side: a fraction of a second is never more than what the certificate says.
Word first_second(Timestamp at) { return clamp_seconds(std::chrono::ceil<Seconds>(at).time_since_epoch().count()); }
Word last_second(Timestamp at) { return clamp_seconds(std::chrono::floor<Seconds>(at).time_since_epoch().count()); }
Timestamp from_seconds(Word seconds) { return Timestamp{Seconds{static_cast<std::int64_t>(seconds)}}; }

std::array<Word, 4> words_of(const crypto::Digest& fingerprint) {
  std::array<Word, 4> out;
  static_assert(sizeof out == sizeof(crypto::Digest));
  std::memcpy(out.data(), fingerprint.data(), sizeof out);
  return out;
}

Word mixed(Word word, Word key) {  // murmur3's finalizer over a keyed word
  word ^= key;
  word = (word ^ (word >> 33)) * 0xff51afd7ed558ccd;
  word = (word ^ (word >> 33)) * 0xc4ceb9fe1a85ec53;
  return word ^ (word >> 33);
}

// The state's low bit stands above the device, its high bit above the workspace.
static_assert(static_cast<int>(IdentityState::quarantined) == 3 && packed_id_max < top_bit);
Word pack_device(const Index::Row& row) { return row.device.number() | (static_cast<Word>(row.state) & 1) << 63; }
Word pack_workspace(const Index::Row& row) {
  return row.workspace.number() | (static_cast<Word>(row.state) >> 1) << 63;
}

struct alignas(64) Slot {
  // Written before `head` and never again.
  std::array<std::atomic<Word>, 4> fingerprint{};
  // Changed while the version is odd.
  std::atomic<Word> device{0}, workspace{0};
  std::atomic<Word> head{0};
  std::atomic<Word> not_after{0};

  bool is_of(const std::array<Word, 4>& words) const {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (fingerprint[i].load(std::memory_order_relaxed) != words[i]) return false;
    }
    return true;
  }

  // A sequence lock without fences: a reader that takes a new value of a field by its acquire sees the odd head that
  // was stored before its release, so that its second look at `head` differs.
  void write(const Index::Row& row) {
    const Word version = head.load(std::memory_order_relaxed) >> seconds_bits;
    const Word next = version + 2 < versions ? version + 2 : 2;  // 0 would be a free slot
    if (version != 0) head.store((version | 1) << seconds_bits, std::memory_order_relaxed);
    device.store(pack_device(row), std::memory_order_release);
    workspace.store(pack_workspace(row), std::memory_order_release);
    not_after.store(last_second(row.not_after), std::memory_order_release);
    head.store(next << seconds_bits | first_second(row.not_before), std::memory_order_release);
  }

  // REQUIRES: not free.
  Index::Row read() const {
    for (unsigned spins = 1;; ++spins) {
      const Word before = head.load(std::memory_order_acquire);
      const Word d = device.load(std::memory_order_acquire);
      const Word w = workspace.load(std::memory_order_acquire);
      const Word last = not_after.load(std::memory_order_acquire);
      const bool is_whole = (before >> seconds_bits) % 2 == 0 && head.load(std::memory_order_relaxed) == before;
      if (is_whole) {
        return {static_cast<IdentityState>((d >> 63) | (w >> 63) << 1), from_seconds(before & seconds_mask),
                from_seconds(last), PackedDeviceId::of_number(d & ~top_bit),
                PackedWorkspaceId::of_number(w & ~top_bit)};
      }
      if (spins % spins_before_yield == 0) std::this_thread::yield();  // the writer lost its core amid four stores
    }
  }
};
static_assert(sizeof(Slot) == 64);

}  // namespace

class Index::Table {
 public:
  explicit Table(std::size_t capacity) : capacity_(capacity), slots_(new Slot[capacity]) {}

  std::size_t bytes() const { return sizeof *this + capacity_ * sizeof(Slot); }
  std::size_t grown_capacity() const { return capacity_ + capacity_ / 5 + 1; }
  bool is_full() const { return (used_ + 1) * 5 > capacity_ * 4; }

  // Null when there is none. One look at each head decides: a free slot may be filled a moment later.
  Slot* find(const std::array<Word, 4>& words, Word key) const {
    for (std::size_t at = home_of(words, key);; at = next(at)) {  // ends because a table is never full
      Slot& slot = slots_[at];
      if (slot.head.load(std::memory_order_acquire) == 0) return nullptr;
      if (slot.is_of(words)) return &slot;
    }
  }

  // REQUIRES: not full; there is none of these words.
  void add(const std::array<Word, 4>& words, Word key, const Row& row) {
    std::size_t at = home_of(words, key);
    while (slots_[at].head.load(std::memory_order_relaxed) != 0) at = next(at);
    Slot& slot = slots_[at];
    for (std::size_t i = 0; i < words.size(); ++i) slot.fingerprint[i].store(words[i], std::memory_order_relaxed);
    slot.write(row);  // its head publishes all of it
    ++used_;
  }

  // REQUIRES: room for all of `other`.
  void take_all_of(const Table& other, Word key) {
    for (std::size_t at = 0; at < other.capacity_; ++at) {
      const Slot& from = other.slots_[at];
      if (from.head.load(std::memory_order_relaxed) == 0) continue;
      std::array<Word, 4> words;
      for (std::size_t i = 0; i < words.size(); ++i) words[i] = from.fingerprint[i].load(std::memory_order_relaxed);
      add(words, key, from.read());
    }
  }

 private:
  // The upper half of hash * capacity: as even as a remainder, without a division.
  std::size_t home_of(const std::array<Word, 4>& words, Word key) const {
    return static_cast<std::size_t>((mixed(words[1], key) >> 32) * capacity_ >> 32);
  }
  std::size_t next(std::size_t at) const { return at + 1 == capacity_ ? 0 : at + 1; }

  std::size_t capacity_;
  std::size_t used_ = 0;
  std::unique_ptr<Slot[]> slots_;
};

// One reader's place: the epoch in which its present look-up began, or 0 when it is not looking.
struct alignas(64) Index::Seat {
  std::atomic<std::uint64_t> since{0};
};

Index::Index(std::uint64_t key) : key_(key) {}

Index::~Index() {
  ENSURE(seats_.empty());
  for (std::atomic<Table*>& shard : shards_) delete shard.load(std::memory_order_relaxed);
}

std::atomic<Index::Table*>& Index::shard_of(const crypto::Digest& fingerprint) {
  return shards_[mixed(words_of(fingerprint)[0], key_) % shard_count];
}

const Index::Table* Index::table_of(const crypto::Digest& fingerprint) const {
  return shards_[mixed(words_of(fingerprint)[0], key_) % shard_count].load(std::memory_order_seq_cst);
}

void Index::put(const crypto::Digest& fingerprint, const Row& row) {
  const std::array<Word, 4> words = words_of(fingerprint);
  std::atomic<Table*>& shard = shard_of(fingerprint);
  Table* table = shard.load(std::memory_order_relaxed);
  if (Slot* const slot = table ? table->find(words, key_) : nullptr) return slot->write(row);
  if (!table || table->is_full()) {
    auto grown = std::make_unique<Table>(table ? table->grown_capacity() : slots_of_first_table);
    if (table) grown->take_all_of(*table, key_);
    shard.store(grown.get(), std::memory_order_seq_cst);
    if (table) retire(table);
    table = grown.release();
  }
  table->add(words, key_, row);
  ++size_;
  if (!retired_.empty()) free_retired();
}

bool Index::change(const crypto::Digest& fingerprint, IdentityState state, PackedDeviceId device,
                   PackedWorkspaceId workspace) {
  Table* const table = shard_of(fingerprint).load(std::memory_order_relaxed);
  Slot* const slot = table ? table->find(words_of(fingerprint), key_) : nullptr;
  if (!slot) return false;
  Row row = slot->read();
  row.state = state;
  row.device = device;
  row.workspace = workspace;
  slot->write(row);
  if (!retired_.empty()) free_retired();
  return true;
}

std::optional<Index::Row> Index::find(const crypto::Digest& fingerprint) const {
  const Table* const table = table_of(fingerprint);
  const Slot* const slot = table ? table->find(words_of(fingerprint), key_) : nullptr;
  return slot ? std::optional{slot->read()} : std::nullopt;
}

std::size_t Index::bytes() const {
  std::size_t sum = sizeof *this;
  for (const std::atomic<Table*>& shard : shards_) {
    const Table* const table = shard.load(std::memory_order_relaxed);
    if (table) sum += table->bytes();
  }
  for (const Retired& each : retired_) sum += each.table->bytes();
  return sum;
}

// Every load and store of `since`, `epoch_` and the shards that decides who sees what is sequentially consistent: a
// reader whose seat was read as 0 takes its seat after that, and then sees the table that came instead.
void Index::retire(Table* table) {
  retired_.push_back({std::unique_ptr<Table>{table}, epoch_.fetch_add(1, std::memory_order_seq_cst)});
}

void Index::free_retired() {
  const std::lock_guard lock{seats_mutex_};
  std::uint64_t oldest = UINT64_MAX;
  for (const auto& seat : seats_) {
    const std::uint64_t since = seat->since.load(std::memory_order_seq_cst);
    if (since != 0) oldest = std::min(oldest, since);
  }
  std::erase_if(retired_, [&](const Retired& each) { return each.epoch < oldest; });
}

Index::Reader Index::reader() const {
  const std::lock_guard lock{seats_mutex_};
  seats_.push_back(std::make_unique<Seat>());
  return Reader{*this, *seats_.back()};
}

void Index::leave(Seat* seat) const {
  const std::lock_guard lock{seats_mutex_};
  std::erase_if(seats_, [&](const std::unique_ptr<Seat>& each) { return each.get() == seat; });
}

Index::Reader::Reader(Reader&& other) noexcept : index_(other.index_), seat_(std::exchange(other.seat_, nullptr)) {}
Index::Reader& Index::Reader::operator=(Reader&& other) noexcept {
  std::swap(index_, other.index_);
  std::swap(seat_, other.seat_);
  return *this;
}
Index::Reader::~Reader() {
  if (seat_) index_->leave(seat_);
}

std::optional<Index::Row> Index::Reader::find(const crypto::Digest& fingerprint) const {
  seat_->since.store(index_->epoch_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
  const std::optional<Row> row = index_->find(fingerprint);
  seat_->since.store(0, std::memory_order_release);
  return row;
}

}  // namespace signet::fleet
