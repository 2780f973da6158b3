#include "store/sqlite/sqlite.h"
#include "store/sqlite/session.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"
#include "fleet/aggregate.h"
#include "fleet/condition_contract_for_test.h"
#include "fleet/data_contract_for_test.h"
#include "fleet/firmware_contract_for_test.h"
#include "fleet/house_contract_for_test.h"
#include "fleet/integration_contract_for_test.h"
#include "fleet/job_contract_for_test.h"
#include "fleet/people_contract_for_test.h"
#include "fleet/reading_contract_for_test.h"
#include "fleet/registry_contract_for_test.h"
#include "fleet/session_contract_for_test.h"
#include "store/sqlite/data.h"
#include "store/sqlite/database.h"

#include "store/sqlite/migrations.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {
int syncs = 0;
}  // namespace
// In place of libc's, for all of this program: what SQLite does with a disk can be seen nowhere else.
extern "C" int fdatasync(int fd) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace signet::store {
namespace {

using fleet::fails_with;
using fleet::is_well;

struct SqliteMaker {
  std::unique_ptr<fleet::Store> make() {
    auto opened = open_sqlite(folder.file("signet.db"));
    EXPECT_TRUE(is_well(opened));
    return std::move(opened).value();
  }
  Folder_for_test folder;
};

}  // namespace
}  // namespace signet::store

namespace signet::fleet {
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, SessionContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, ConditionContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, JobContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, IntegrationContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, DataContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, PeopleContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, HouseContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, FirmwareContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, RegistryContract, signet::store::SqliteMaker);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, ReadingContract, signet::store::SqliteMaker);
}  // namespace signet::fleet

namespace signet::store {
namespace {

class SqliteFile : public testing::Test {
 protected:
  Result<std::unique_ptr<fleet::Store>> open(const SqliteLimits& limits = {}) { return open_sqlite(path, limits); }
  // A file with one account in it, closed again.
  void make_one() {
    auto store = open();
    ASSERT_TRUE(is_well(store));
    build_house_for_test(samples, *store.value(), "ada@example.org");
  }
  void run(const char* sql) {
    auto database = Database::open(path);
    ASSERT_TRUE(is_well(database));
    Database opened = std::move(database).value();
    ASSERT_TRUE(is_well(opened.script(sql)));
  }

  Folder_for_test folder;
  std::string path = folder.file("signet.db");
  fleet::Samples_for_test samples;
};

TEST_F(SqliteFile, WhatIsChangedSoonIsSyncedWithTheNextChangeOrWhenItSettles) {
  make_one();
  auto opened = open();
  ASSERT_TRUE(is_well(opened));
  fleet::Store& store = *opened.value();
  const auto note = [](fleet::Changes& to) { return to.audit({}); };
  const auto syncs_of = [](const auto& doing) {
    const int before = syncs;
    EXPECT_TRUE(is_well(doing()));
    return syncs - before;
  };
  syncs_of([&] { return store.change(note); });  // the first one begins a WAL
  EXPECT_EQ(syncs_of([&] { return store.change(note); }), 1);
  EXPECT_EQ(syncs_of([&] { return store.change_soon(note); }), 0);
  EXPECT_EQ(store.audit(0, 10).value().size(), 3u);
  EXPECT_EQ(syncs_of([&] { return store.settle(); }), 1);
  EXPECT_EQ(syncs_of([&] { return store.settle(); }), 0) << "nothing has changed since";
  EXPECT_EQ(syncs_of([&] { return store.change_soon(note); }), 0);
  EXPECT_EQ(syncs_of([&] { return store.change(note); }), 1) << "it takes what came before with it";
  EXPECT_EQ(syncs_of([&] { return store.settle(); }), 0);
  EXPECT_EQ(syncs_of([&] { return store.change_soon(note); }), 0);
  EXPECT_EQ(syncs_of([&] { return store.change([](fleet::Changes&) { return Status{}; }); }), 0);
  EXPECT_EQ(syncs_of([&] { return store.settle(); }), 1) << "an act that wrote nothing has synced nothing";
  EXPECT_FALSE(store.change_soon([](fleet::Changes&) { return Status{Error{Errc::conflict, "no"}}; }));
  EXPECT_EQ(syncs_of([&] { return store.change(note); }), 1) << "also after one that failed";
}

TEST_F(SqliteFile, RemembersAfterItWasClosed) {
  make_one();
  auto again = open();
  ASSERT_TRUE(is_well(again));
  EXPECT_EQ(again.value()->operator_account().value()->email, "ada@example.org");
}

TEST_F(SqliteFile, IsReadableByItsOwnerAlone) {
  make_one();
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(SqliteFile, IsRefusedWhileAnotherHoldsIt) {
  const auto first = open();
  ASSERT_TRUE(is_well(first));
  const auto second = open();
  EXPECT_TRUE(fails_with(second, Errc::conflict));
  EXPECT_NE(second.error().what.find(path), std::string::npos) << second.error().what;
}

TEST_F(SqliteFile, OfAnOlderSignetIsKeptBesideWhatBecomesOfIt) {
  constexpr std::size_t older = 5;
  for (std::size_t step = 0; step < older; ++step) run(migrations()[step]);
  run(("PRAGMA application_id = " + std::to_string(application_id) + "; PRAGMA user_version = 5").c_str());
  ASSERT_TRUE(is_well(open()));
  const std::string former = path + ".schema-5";
  Database kept = Database::open(former).value();
  EXPECT_EQ(kept.number("PRAGMA user_version").value(), 5);
  struct stat status {};
  ASSERT_EQ(::stat(former.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  ASSERT_TRUE(is_well(open())) << "and once";
}

TEST_F(SqliteFile, OfANewerSignetIsRefusedWithBothVersions) {
  make_one();
  const std::string newer = std::to_string(migrations().size() + 1);
  run(("PRAGMA user_version = " + newer).c_str());
  const auto opened = open();
  ASSERT_TRUE(fails_with(opened, Errc::conflict));
  EXPECT_NE(opened.error().what.find("has version " + newer), std::string::npos) << opened.error().what;
  EXPECT_NE(opened.error().what.find("knows up to " + std::to_string(migrations().size())), std::string::npos);
}

TEST_F(SqliteFile, OfAnOlderSignetKeepsItsReadings) {
  constexpr std::size_t by_device = 5;  // the last version whose readings lay in the order of devices
  ASSERT_TRUE(write_file_atomic(path, {}, 0600));
  {
    auto opened = Database::open(path);
    Database database = std::move(opened).value();
    for (const char* step : migrations().first(by_device)) ASSERT_TRUE(is_well(database.script(step)));
    const std::string version = "PRAGMA user_version = " + std::to_string(by_device);
    ASSERT_TRUE(
        is_well(database.script((version + "; PRAGMA application_id = " + std::to_string(application_id)).c_str())));
    ASSERT_TRUE(is_well(database.script(
        "INSERT INTO accounts VALUES (1, 'acc-000000000001', 'a@example.org', '', 0);"
        "INSERT INTO workspaces VALUES (1, 'wks-000000000001', 1, 'w', '', 0);"
        "INSERT INTO fleets VALUES (1, 'flt-000000000001', 1, 'f', '', 0);"
        "INSERT INTO devices VALUES (1, 'dev-000000000001', 1, 1, 'd', '', 0, NULL);"
        "INSERT INTO devices VALUES (2, 'dev-000000000002', 1, 1, 'e', '', 0, NULL);"
        "INSERT INTO readings VALUES (1, 't', 5, 9, 1, '5'), (1, 'u', 4, 9, 1, '4'), (2, 't', 3, 9, 1, '3')")));
  }
  auto store = open();
  ASSERT_TRUE(is_well(store));
  const fleet::DataQuery all{.workspace = WorkspaceId::parse("wks-000000000001").value()};
  std::string payloads;
  for (const fleet::DataRow& row : store.value()->data(all).value()) payloads += row.reading.payload;
  EXPECT_EQ(payloads, "543");
}

TEST_F(SqliteFile, OfAnotherProgramIsRefusedAndLeftAlone) {
  run("CREATE TABLE notes (text TEXT); PRAGMA user_version = 1");
  const Buffer before = read_file(path, 1 << 20).value();
  const auto opened = open();
  ASSERT_TRUE(fails_with(opened, Errc::corrupt));
  EXPECT_NE(opened.error().what.find("not one of Signet"), std::string::npos) << opened.error().what;
  EXPECT_EQ(read_file(path, 1 << 20).value(), before);
}

TEST_F(SqliteFile, ThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const std::string text =
      "this is a letter to my mother, and it is longer than the header of a database: "
      "dear mother, all is well here, the elements are locked and the devices talk";
  ASSERT_TRUE(write_file_atomic(path, bytes_of(text), 0600));
  EXPECT_TRUE(fails_with(open(), Errc::corrupt));
  EXPECT_EQ(text_of(read_file(path, 1024).value()), text);
}

TEST_F(SqliteFile, ThatIsCutOrHarmedIsRefused) {
  make_one();
  ASSERT_TRUE(is_well(open()));
  const Buffer whole = read_file(path, 1 << 24).value();
  ASSERT_TRUE(write_file_atomic(path, Bytes{whole}.first(whole.size() / 2), 0600));
  EXPECT_TRUE(fails_with(open(), Errc::corrupt)) << "cut in half";
  Buffer harmed = whole;
  for (std::size_t i = 4096 * 2; i < 4096 * 4; ++i) harmed[i] ^= 0x5a;
  ASSERT_TRUE(write_file_atomic(path, harmed, 0600));
  EXPECT_TRUE(fails_with(open(), Errc::corrupt)) << "two pages overwritten";
  ASSERT_TRUE(write_file_atomic(path, whole, 0600));
  EXPECT_TRUE(is_well(open())) << "the backup works";
}

TEST_F(SqliteFile, InAFolderThatIsNotThereIsRefused) {
  const auto opened = open_sqlite(folder.file("none/signet.db"));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("none/signet.db"), std::string::npos) << opened.error().what;
}

TEST_F(SqliteFile, ThatIsFullRefusesTheActWholeAndWorksAgainLater) {
  const std::string big = "{\"x\":\"" + std::string(60'000, 'x') + "\"}";
  fleet::House_for_test house;
  std::int64_t kept = 0;
  {
    auto store = open({.bytes_max = 1024 * 1024});
    ASSERT_TRUE(is_well(store));
    house = build_house_for_test(samples, *store.value(), "ada@example.org");
    const auto keep_two = [&] {
      return store.value()->change([&](fleet::Changes& to) {
        const auto a = samples.reading(house.pump, "t", Micros{2 * kept}, big);
        const auto b = samples.reading(house.pump, "t", Micros{2 * kept + 1}, big);
        return to.append(std::array{a, b});
      });
    };
    Status status;
    while ((status = keep_two())) ASSERT_LT(++kept, 100);
    EXPECT_TRUE(fails_with(status, Errc::exhausted));
    EXPECT_TRUE(fails_with(keep_two(), Errc::exhausted)) << "and again";
    EXPECT_TRUE(store.value()->operator_account().value()) << "reading goes on";
    fleet::DataQuery all{.workspace = house.workspace.id};
    EXPECT_EQ(store.value()->data(all).value().size(), static_cast<std::size_t>(2 * kept)) << "no half act";
  }
  auto roomier = open();
  ASSERT_TRUE(is_well(roomier));
  EXPECT_TRUE(is_well(roomier.value()->change([&](fleet::Changes& to) {
    return to.append(std::array{samples.reading(house.pump, "t", Micros{2 * kept}, big)});
  })));
}

TEST_F(SqliteFile, APageOfDataHoldsAtMostSoManyBytes) {
  auto store = open({.page_bytes_max = 30});
  ASSERT_TRUE(is_well(store));
  const fleet::House_for_test house = build_house_for_test(samples, *store.value(), "ada@example.org");
  ASSERT_TRUE(is_well(store.value()->change([&](fleet::Changes& to) {
    const auto ten = [&](int n) { return samples.reading(house.pump, "t", Micros{n}, R"({"n":"aa"})"); };
    return to.append(std::array{ten(0), ten(1), ten(2), ten(3)});
  })));
  fleet::DataQuery query{.workspace = house.workspace.id};
  query.size = 3;
  EXPECT_EQ(store.value()->data(query).value().size(), 3u);
  query.size = 4;
  EXPECT_TRUE(fails_with(store.value()->data(query), Errc::too_large));
}

TEST_F(SqliteFile, IsReadByAnotherThreadWhileItIsWritten) {
  auto store = open();
  ASSERT_TRUE(is_well(store));
  const fleet::House_for_test house = build_house_for_test(samples, *store.value(), "ada@example.org");
  auto readings = open_sqlite_readings(path);
  ASSERT_TRUE(is_well(readings));
  const fleet::DataQuery all{.workspace = house.workspace.id, .size = 100};
  const auto seen = [&] { return readings.value()->data(all).value().size(); };
  const auto append = [&](fleet::Changes& to, int n) {
    return to.append(std::array{samples.reading(house.pump, "t", Micros{n}, "1")});
  };
  EXPECT_EQ(seen(), 0u);
  ASSERT_TRUE(is_well(store.value()->change([&](fleet::Changes& to) -> Status {
    TRY(append(to, 1));
    EXPECT_EQ(seen(), 0u) << "what is not committed is not there, and nobody waits";
    return {};
  })));
  EXPECT_EQ(seen(), 1u);
  // A walk that has begun sees what was there then.
  std::size_t walked = 0;
  ASSERT_TRUE(is_well(store.value()->change([&](fleet::Changes& to) { return append(to, 2); })));
  ASSERT_TRUE(is_well(readings.value()->scan(all, [&](const fleet::ReadingView&) {
    EXPECT_TRUE(is_well(store.value()->change([&](fleet::Changes& to) { return append(to, 10 + int(walked)); })));
    ++walked;
    return true;
  })));
  EXPECT_EQ(walked, 2u);
  EXPECT_EQ(seen(), 4u);
}

TEST_F(SqliteFile, AQuestionThatTakesTooLongIsRefused) {
  auto store = open();
  ASSERT_TRUE(is_well(store));
  const fleet::House_for_test house = build_house_for_test(samples, *store.value(), "ada@example.org");
  ASSERT_TRUE(is_well(store.value()->change([&](fleet::Changes& to) -> Status {
    for (int n = 0; n < 3000; ++n) TRY(to.append(std::array{samples.reading(house.pump, "t", Micros{n}, "1")}));
    return {};
  })));
  fleet::DataQuery nothing{.workspace = house.workspace.id};
  nothing.tags = {"u"};
  EXPECT_TRUE(is_well(open_sqlite_readings(path).value()->data(nothing)));
  EXPECT_TRUE(fails_with(open_sqlite_readings(path, {}, Micros{0}).value()->data(nothing), Errc::too_large));
  static_assert(scan_time_max > fleet::aggregate_time_max, "who aggregates is told so by the words for it");
}

TEST_F(SqliteFile, KeepsItsAuditFromBeingChangedOrCut) {
  make_one();
  {
    auto store = open();
    ASSERT_TRUE(is_well(store.value()->change([](fleet::Changes& to) { return to.audit({}); })));
  }
  auto opened = Database::open(path);
  Database database = std::move(opened).value();
  EXPECT_FALSE(database.script("UPDATE audit SET actor = 'nobody'"));
  EXPECT_FALSE(database.script("DELETE FROM audit"));
}

// Names the steps of each query that the road of telemetry asks often: none may read a whole table.
TEST_F(SqliteFile, NoFrequentQueryReadsAWholeTable) {
  make_one();
  auto opened = Database::open(path);
  Database database = std::move(opened).value();
  for (const char* sql :
       {"SELECT 1 FROM readings WHERE device = (SELECT number FROM devices WHERE id = ?) AND tag = ? AND device_time = "
        "?",
        all_readings_rising, all_readings_falling, readings_of_device_rising, readings_of_device_falling,
        "SELECT id FROM identities i LEFT JOIN devices d ON d.number = i.device WHERE d.id = ? ORDER BY i.number",
        "SELECT t.hash FROM tokens t JOIN accounts a ON a.number = t.account WHERE t.hash = ?"}) {
    auto cursor = database.ask_once(std::string{"EXPLAIN QUERY PLAN "} + sql);
    ASSERT_TRUE(is_well(cursor)) << sql;
    Cursor steps = std::move(cursor).value();
    while (steps.step().value()) {
      EXPECT_FALSE(steps.row().text(3).starts_with("SCAN")) << sql << ": " << steps.row().text(3);
      EXPECT_EQ(steps.row().text(3).find("TEMP B-TREE"), std::string::npos) << sql << ": " << steps.row().text(3);
    }
  }
}

TEST(SqliteSession, ADamagedStateIsCorrupt) {
  fleet::DeviceSession session, back;
  session.down = {{7, true, Timestamp{Seconds{1}}, "payload"}};
  session.unreleased = {1, 2};
  const Buffer state = encode_session_state(session);
  ASSERT_TRUE(decode_session_state(state, back));
  EXPECT_EQ(back, session);
  for (std::size_t size = 0; size < state.size(); ++size) {
    fleet::DeviceSession cut;
    EXPECT_EQ(decode_session_state(Bytes{state}.first(size), cut).error().code, Errc::corrupt) << size;
  }
}

}  // namespace
}  // namespace signet::store
