// index.h -- the registry in memory: what the gate must know of each certificate, by the SHA-256 of its DER.
//
// One thread writes (the fleet's, in the same call that committed the change); any number of threads read, each with a
// Reader of its own, without a lock and without an allocation. A reader sees each row as it was before a change or
// after it, never a mixture; what was put before find() began is found.
//
//   slot  := fingerprint[4] device workspace head not_after      8 words of 8 bytes: one cache line
//     device, workspace   packed id (base/packed_id.h); their topmost bits are the two bits of the state
//     head                version:26 not_before:38; 0: the slot is free. An odd version: it is being changed
//     not_before, not_after   whole seconds since 1970, as certificates have them
//   shard := slots, open addressing, linear probing; at most 4/5 full, grows by 1/5: 80 to 97 bytes an identity
//
// 1024 shards, so that growth copies a thousandth at a time. Nothing is ever removed: the registry forgets no
// certificate. A table that was outgrown is freed by a later change, when no reader can be inside it any more (epochs).
#pragma once

#include "base/packed_id.h"
#include "fleet/model.h"

#include <array>
#include <atomic>
#include <mutex>

namespace signet::fleet {

class Index {
  class Table;
  struct Seat;

 public:
  // Owns no memory, so that a look-up allocates nothing.
  struct Row {
    IdentityState state = IdentityState::known;
    Timestamp not_before{};
    Timestamp not_after{};
    PackedDeviceId device{};        // empty: claimed by nobody
    PackedWorkspaceId workspace{};  // of that device
    bool operator==(const Row&) const = default;
  };

  // `key` keeps who chooses certificates from choosing where they lie: random, and kept to oneself.
  explicit Index(std::uint64_t key);
  ~Index();  // REQUIRES: no Reader is left.
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // --- for the one writer's thread
  void put(const crypto::Digest& fingerprint, const Row& row);  // adds or replaces
  // False when there is no such fingerprint. The dates stay.
  bool change(const crypto::Digest& fingerprint, IdentityState state, PackedDeviceId device,
              PackedWorkspaceId workspace);
  std::optional<Row> find(const crypto::Digest& fingerprint) const;
  std::size_t size() const { return size_; }
  std::size_t bytes() const;  // all it holds, with what waits to be freed

  // --- for any other thread. A Reader belongs to one thread and must not outlive the index.
  class Reader {
   public:
    Reader(Reader&& other) noexcept;
    Reader& operator=(Reader&& other) noexcept;
    ~Reader();
    std::optional<Row> find(const crypto::Digest& fingerprint) const;

   private:
    friend class Index;
    Reader(const Index& index, Seat& seat) : index_(&index), seat_(&seat) {}
    const Index* index_;
    Seat* seat_;
  };
  Reader reader() const;  // from any thread

 private:
  static constexpr std::size_t shard_count = 1024;
  struct Retired {
    std::unique_ptr<Table> table;
    std::uint64_t epoch;
  };

  std::atomic<Table*>& shard_of(const crypto::Digest& fingerprint);
  const Table* table_of(const crypto::Digest& fingerprint) const;
  void retire(Table* table);
  void free_retired();
  void leave(Seat* seat) const;

  const std::uint64_t key_;
  std::array<std::atomic<Table*>, shard_count> shards_{};
  std::atomic<std::uint64_t> epoch_{1};
  std::size_t size_ = 0;
  std::vector<Retired> retired_;
  mutable std::mutex seats_mutex_;  // readers that come and go; not taken by a look-up
  mutable std::vector<std::unique_ptr<Seat>> seats_;
};

// What both doors ask of a row: its state, its dates, that somebody claimed it. `name`: what the operator calls the
// unit, the common name of the certificate that was found by its SHA-256. forbidden, with the operator's next step.
Status check_admissible(const Index::Row& row, std::string_view name, Timestamp now);
// What to say of a certificate that has no row.
Error unknown_certificate(const crypto::Digest& fingerprint);

}  // namespace signet::fleet
