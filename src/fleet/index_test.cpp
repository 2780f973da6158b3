#include "fleet/index.h"

#include "crypto/random.h"
#include "fleet/samples_for_test.h"

#include <thread>

namespace signet::fleet {
namespace {

constexpr double bytes_an_identity = 100;
constexpr std::uint64_t key_for_test = 42;

// The n-th of a row of fingerprints that are spread as SHA-256 spreads them.
crypto::Digest fingerprint_of(std::uint64_t n) {
  crypto::Digest out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    n = n * 6364136223846793005u + 1442695040888963407u;
    out[i] = static_cast<std::uint8_t>((n ^ n >> 29) >> 33);
  }
  return out;
}

Index::Row row_of(std::uint64_t n, IdentityState state = IdentityState::claimed) {
  return {state, noon_for_test, noon_for_test + Seconds{static_cast<std::int64_t>(n)}, PackedDeviceId::of_number(1 + n),
          PackedWorkspaceId::of_number(packed_id_max - n)};
}

TEST(Index, WhatWasPutIsFoundAndNothingElse) {
  Index index{key_for_test};
  EXPECT_EQ(index.find(fingerprint_of(0)), std::nullopt) << "an empty registry";
  for (std::uint64_t n = 0; n < 20'000; ++n) index.put(fingerprint_of(n), row_of(n));
  EXPECT_EQ(index.size(), 20'000u);
  const Index::Reader reader = index.reader();
  for (std::uint64_t n = 0; n < 20'000; ++n) ASSERT_EQ(reader.find(fingerprint_of(n)), row_of(n)) << n;
  for (std::uint64_t n = 20'000; n < 40'000; ++n) ASSERT_EQ(reader.find(fingerprint_of(n)), std::nullopt) << n;
}

TEST(Index, AFingerprintThatDiffersInOneBitIsAnother) {
  Index index{key_for_test};
  index.put(fingerprint_of(7), row_of(7));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    crypto::Digest harmed = fingerprint_of(7);
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_EQ(index.find(harmed), std::nullopt) << "bit " << bit;
    EXPECT_FALSE(index.change(harmed, IdentityState::claimed, {}, {})) << "bit " << bit;
  }
}

// As many as one likes may fall on one place: here all of them do, in one shard.
TEST(Index, ThoseThatFallOnOnePlaceAreToldApart) {
  Index index{key_for_test};
  const auto alike = [](std::uint8_t n) {
    crypto::Digest out{};
    out[16] = n;  // the place is made of the first 16 bytes
    out[31] = 1;
    return out;
  };
  for (std::uint8_t n = 0; n < 200; ++n) index.put(alike(n), row_of(n));
  for (std::uint8_t n = 0; n < 200; ++n) EXPECT_EQ(index.find(alike(n)), row_of(n));
  EXPECT_EQ(index.find(alike(200)), std::nullopt);
}

TEST(Index, EachStateAndEachFieldComesBackAsItWasPut) {
  Index index{key_for_test};
  const auto there_and_back = [&](const Index::Row& row) {
    index.put(fingerprint_of(1), row);
    EXPECT_EQ(index.find(fingerprint_of(1)), row);
  };
  for (const IdentityState state :
       {IdentityState::known, IdentityState::claimed, IdentityState::revoked, IdentityState::quarantined}) {
    there_and_back({state, noon_for_test, noon_for_test + Seconds{1}, {}, {}});
    there_and_back({state, noon_for_test, Timestamp{Seconds{253402300799}}, PackedDeviceId::of_number(packed_id_max),
                    PackedWorkspaceId::of_number(packed_id_max)});
  }
  EXPECT_EQ(index.size(), 1u) << "put again, it is replaced";
}

TEST(Index, DatesAreRoundedToTheNarrowerSide) {
  Index index{key_for_test};
  const Timestamp before_1970{Seconds{-1}};
  index.put(fingerprint_of(1), {.not_before = noon_for_test + Micros{1}, .not_after = noon_for_test + Micros{1}});
  EXPECT_EQ(index.find(fingerprint_of(1))->not_before, noon_for_test + Seconds{1});
  EXPECT_EQ(index.find(fingerprint_of(1))->not_after, noon_for_test);
  index.put(fingerprint_of(2), {.not_before = before_1970, .not_after = before_1970});
  EXPECT_EQ(index.find(fingerprint_of(2))->not_before, Timestamp{});
  EXPECT_EQ(index.find(fingerprint_of(2))->not_after, Timestamp{}) << "expired all the same";
}

TEST(Index, AChangeKeepsTheDates) {
  Index index{key_for_test};
  EXPECT_FALSE(index.change(fingerprint_of(1), IdentityState::revoked, {}, {})) << "there is none";
  index.put(fingerprint_of(1), row_of(1));
  for (int round = 0; round < 1000; ++round) {
    ASSERT_TRUE(index.change(fingerprint_of(1), IdentityState::known, {}, {}));
    ASSERT_TRUE(index.change(fingerprint_of(1), IdentityState::revoked, row_of(2).device, row_of(3).workspace));
  }
  const Index::Row expected{IdentityState::revoked, row_of(1).not_before, row_of(1).not_after, row_of(2).device,
                            row_of(3).workspace};
  EXPECT_EQ(index.find(fingerprint_of(1)), expected);
}

TEST(Index, AnIdentityTakesNoMoreThanItsBytesAtAnyFill) {
  Index index{key_for_test};
  double worst = 0;
  for (std::uint64_t n = 1; n <= 130'000; ++n) {
    index.put(fingerprint_of(n), row_of(n));
    // Below that a shard has a handful of slots.
    if (n >= 100'000 && n % 1000 == 0)
      worst = std::max(worst, static_cast<double>(index.bytes()) / static_cast<double>(n));
  }
  EXPECT_LE(worst, bytes_an_identity);
}

TEST(Index, ALookupAllocatesNothing) {
  static_assert(std::is_trivially_copyable_v<Index::Row> && std::is_trivially_destructible_v<Index::Row>);
}

TEST(Index, AReaderMayMoveAndLeave) {
  Index index{key_for_test};
  index.put(fingerprint_of(1), row_of(1));
  std::optional<Index::Reader> a = index.reader();
  Index::Reader b = std::move(*a);
  a.reset();
  EXPECT_EQ(b.find(fingerprint_of(1)), row_of(1));
  Index::Reader c = index.reader();
  c = std::move(b);
  EXPECT_EQ(c.find(fingerprint_of(1)), row_of(1));
}

// One writer adds and changes; readers ask for what was there from the start, for what may come and for what never
// comes. Two rows are written in turns; no reader sees one that is made of both.
TEST(Index, ReadersSeeWholeRowsWhileTheWriterAddsAndChanges) {
  constexpr std::uint64_t at_start = 500, in_the_end = 20'000, never = 1'000'000;
  Index index{key_for_test};
  for (std::uint64_t n = 0; n < at_start; ++n) index.put(fingerprint_of(n), row_of(n));
  std::atomic<bool> is_over{false};
  std::atomic<std::uint64_t> known{at_start}, looks{0}, wrong{0};
  const auto read = [&](std::uint64_t seed) {
    const Index::Reader reader = index.reader();
    for (std::uint64_t turn = seed; !is_over; ++turn) {
      const std::uint64_t last = known.load(std::memory_order_acquire);
      const std::uint64_t n = turn * 7919 % last;
      const auto row = reader.find(fingerprint_of(n));
      const Index::Row revoked{IdentityState::revoked, row_of(n).not_before, row_of(n).not_after, row_of(n + 1).device,
                               row_of(n + 1).workspace};
      if (!row || (*row != row_of(n) && *row != revoked)) ++wrong;
      if (reader.find(fingerprint_of(never + turn))) ++wrong;
      ++looks;
    }
  };
  std::thread one{read, 1}, other{read, 2};
  for (std::uint64_t n = at_start; n < in_the_end; ++n) {
    index.put(fingerprint_of(n), row_of(n));
    known.store(n + 1, std::memory_order_release);
    const std::uint64_t changed = n * 31 % at_start;
    const bool back = n % 2 == 0;
    index.change(fingerprint_of(changed), back ? IdentityState::claimed : IdentityState::revoked,
                 row_of(changed + (back ? 0 : 1)).device, row_of(changed + (back ? 0 : 1)).workspace);
  }
  while (looks < 1000) std::this_thread::yield();
  is_over = true;
  one.join();
  other.join();
  EXPECT_EQ(wrong, 0u);
}

TEST(Index, OldTablesAreFreedOnceNobodyLooks) {
  Index index{key_for_test};
  const Index::Reader idle = index.reader();
  for (std::uint64_t n = 0; n < 100'000; ++n) index.put(fingerprint_of(n), row_of(n));
  EXPECT_LE(static_cast<double>(index.bytes()), bytes_an_identity * 100'000)
      << "a reader that does not look holds nothing";
}

TEST(Admissible, BothDoorsSayWhyInTheOperatorsWords) {
  const Timestamp last = noon_for_test + Seconds{60};
  const Index::Row row{IdentityState::claimed, noon_for_test, last, row_of(1).device, row_of(1).workspace};
  EXPECT_TRUE(is_well(check_admissible(row, "sn01", noon_for_test)));
  EXPECT_TRUE(is_well(check_admissible(row, "sn01", last)));
  const auto says = [](const Index::Row& harmed, Timestamp now, const char* words) {
    const Status refused = check_admissible(harmed, "sn01", now);
    EXPECT_TRUE(fails_with(refused, Errc::forbidden));
    EXPECT_NE(refused.error().what.find(words), std::string::npos) << refused.error().what;
  };
  says(row, noon_for_test - Micros{1}, "sn01: its certificate is not valid before");
  says(row, last + Micros{1}, "sn01: its certificate expired");
  const auto with = [&](auto harm) {
    Index::Row harmed = row;
    harm(harmed);
    return harmed;
  };
  says(with([](auto& r) { r.state = IdentityState::revoked; }), last, "sn01 is revoked");
  says(with([](auto& r) { r.state = IdentityState::quarantined; }), last, "signet registry release sn01");
  says(with([](auto& r) { r.state = IdentityState::known; }), last, "signet device claim");
  says(with([](auto& r) { r.device = {}; }), last, "signet device claim");
  says(with([](auto& r) { r.workspace = {}; }), last, "signet device claim");
}

}  // namespace
}  // namespace signet::fleet
