// scene_for_test.h -- a gateway without sockets: a real fleet over memory, and devices whose connections are fakes.
#pragma once

#include "base/memory_disk_for_test.h"
#include "fleet/memory_store_for_test.h"
#include "gateway/device_for_test.h"
#include "gateway/drainer.h"
#include "gateway/straight_desk.h"

namespace signet::gateway {

// Two devices of one account: ann and bob.
class Scene : public testing::Test {
 protected:
  Scene() {
    ann = add("ann");
    bob = add("bob");
    log = store::LogWriter::open(disk, 0, random).value();
    EXPECT_TRUE(drainer.add("0", disk, *log));
  }

  struct Person {
    DeviceId id;
    Buffer certificate;
  };
  Person add(std::string_view name) {
    Person person{ids.next<DeviceIdKind>(), copy_of(bytes_of(name))};
    const Status added = store.change([&](fleet::Changes& to) -> Status {
      if (account.id.empty()) {
        account = {ids.next<AccountIdKind>(), "a@example.org", clock.now()};
        TRY(to.add_account({account, "-"}));
        workspace = {ids.next<WorkspaceIdKind>(), "default", "", account.id, clock.now()};
        TRY(to.add_workspace(workspace));
        group = {ids.next<FleetIdKind>(), workspace.id, account.id, "default", "", clock.now()};
        TRY(to.add_fleet(group));
      }
      fleet::Device device;
      device.id = person.id, device.workspace = workspace.id, device.fleet = group.id, device.account = account.id;
      device.name = name, device.created_at = clock.now();
      TRY(to.add_device(device));
      fleet::Identity identity;
      identity.fingerprint = crypto::sha256(person.certificate);
      identity.dcn = std::string{name} + "-unit", identity.certificate = person.certificate;
      identity.not_before = clock.now() - Seconds{10}, identity.not_after = clock.now() + Seconds{10'000'000};
      identity.state = fleet::IdentityState::claimed, identity.device = person.id;
      return to.add_identity(identity);
    });
    EXPECT_TRUE(added) << added.error().what;
    return person;
  }

  mqtt::ClientOptions options(const Person& person, mqtt::Version version = mqtt::Version::v5) {
    return {.version = version, .client_id = person.id.str()};
  }
  std::unique_ptr<FakeDevice> device(const Person& person, mqtt::ClientOptions with) {
    return std::make_unique<FakeDevice>(hall(), clock, person.certificate, std::move(with));
  }
  std::unique_ptr<FakeDevice> connected(const Person& person, mqtt::Version version = mqtt::Version::v5) {
    auto made = device(person, options(person, version));
    made->connect();
    EXPECT_TRUE(made->heard.connected);
    return made;
  }
  Hall& hall() {
    if (!hall_) {
      registrar.emplace(fleet, config.sessions_max);
      desk.emplace(*registrar);
      hall_ = std::make_shared<Hall>(config, gate, *desk, desk->number(), *log, turn);
      desk->deliver_to(hall_.get());
    }
    return *hall_;
  }
  void close_hall() { hall_.reset(), desk.reset(), registrar.reset(); }  // the next has what config says then
  void pass(Seconds seconds) {
    for (int i = 0; i < seconds.count(); ++i) clock.advance(Seconds{1}), hall().sweep();
  }
  std::vector<fleet::DataRow> kept() {
    EXPECT_TRUE(drainer.catch_up());
    fleet::DataQuery query;
    query.workspace = workspace.id, query.newest_first = false;
    return store.data(query).value();
  }
  // "action subject: detail" of every audit entry so far.
  std::vector<std::string> audit() {
    std::vector<std::string> lines;
    const auto entries = store.audit(0, 1000).value();
    for (const auto& e : entries) lines.push_back(e.action + " " + e.subject + ": " + e.detail);
    return lines;
  }
  bool audited(std::string_view part) {
    const auto lines = audit();
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(part) != line.npos; });
  }
  std::string data_topic(const Person& person) { return "j/data/" + person.id.str() + "/t"; }

  ManualClock clock{parse_rfc3339("2026-01-01T00:00:00Z").value()};
  IdSource ids{clock, 7};
  fleet::MemoryStore_for_test store;
  crypto::SeededRandom_for_test random{1};
  fleet::Fleet fleet{store, clock, random, {"server", nullptr}, {}};
  FakeTurn turn{clock};
  Config config;
  MemoryDisk_for_test disk;
  std::unique_ptr<store::LogWriter> log;
  Drainer drainer{fleet, clock, false};
  FleetGate gate{fleet};
  std::optional<Registrar> registrar;  // from hall() on
  std::optional<StraightDesk> desk;    // the same
  fleet::Account account;
  fleet::Workspace workspace;
  fleet::FleetGroup group;
  Person ann, bob;

 private:
  std::shared_ptr<Hall> hall_;
};

}  // namespace signet::gateway
