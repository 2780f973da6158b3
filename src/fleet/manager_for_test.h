// manager_for_test.h -- a fleet over a memory store, set up by its first account, with units made by hand. For the
// tests of fleet, gateway and api.
#pragma once

#include "fleet/fleet.h"
#include "fleet/memory_store_for_test.h"
#include "fleet/samples_for_test.h"

namespace signet::fleet {

inline constexpr const char* email_for_test = "ada@example.org";
inline constexpr const char* password_for_test = "correct horse battery";
inline constexpr const char* address_for_test = "192.0.2.1:40000";

struct UnitWithKey_for_test {
  identity::Unit unit;
  crypto::PrivateKey key;
  crypto::Digest fingerprint{};
};

struct Manager_for_test : Observer {
  explicit Manager_for_test(Policy policy = {}, std::string successor = "", std::string successor_name = "")
      : fleet(store, clock, random,
              {std::string(64, 'c'),
               [this](const crypto::Digest& digest) { return Result<crypto::Signature>{crypto::sign(key, digest)}; },
               {},
               std::move(successor),
               std::move(successor_name)},
              with_cheap_passwords(std::move(policy))) {
    fleet.observe(this);
    setup_token = fleet.open_setup().value();
  }
  void on_expelled(const DeviceId& device) override { expelled.push_back(device); }
  void on_messages(std::span<const Addressed> messages) override {
    for (const Addressed& one : messages) told.push_back(one.message.payload);
  }

  static Policy with_cheap_passwords(Policy policy) {
    policy.password_cost = crypto::cheap_password_for_test;
    return policy;
  }

  // The first account.
  void set_up() {
    const SignedIn in = fleet.set_up(setup_token, email_for_test, password_for_test, address_for_test).value();
    workspace = in.workspace;
    owner = fleet.authenticate(in.token, address_for_test).value();
  }
  // Another account with a workspace and a device of its own, put straight into the store.
  Actor stranger() {
    strangers = build_house_for_test(samples, store, "eve@example.org");
    return {strangers.owner.account.id, "eve@example.org", {}, "198.51.100.9:1"};
  }
  Device make_device(const std::string& name = "pump") {
    return fleet.create_device(owner, workspace.id, name, std::nullopt).value();
  }
  UnitWithKey_for_test make_unit(const std::string& dcn = "sn0123F1822C38DD7A01") {
    UnitWithKey_for_test out{{}, crypto::generate_private_key(random), {}};
    identity::Certificate leaf{};
    const Block<40> der = random.block<40>();  // only its digest is looked at
    leaf.der = copy_of(der);
    leaf.subject_common_name = dcn;
    leaf.public_key = crypto::public_key_of(out.key);
    leaf.not_before = noon_for_test - Seconds{3600};
    leaf.not_after = identity::no_expiry;
    identity::Certificate signer{};
    signer.der = {0x30, 0x00};
    out.unit.unique_id = "0123f1822c38dd7a01";
    out.unit.dcn = dcn;
    out.unit.chain = {leaf, signer};
    out.unit.jws = "{}";
    out.fingerprint = identity::fingerprint(leaf);
    return out;
  }
  // What the owner's tool and the board do together.
  Result<Claimed> claim(const Actor& actor, const DeviceId& device, const UnitWithKey_for_test& unit) {
    const Challenge challenge = TRY(fleet.begin_claim(actor, device, unit.unit.dcn));
    return fleet.finish_claim(actor, challenge.bytes, crypto::sign(unit.key, crypto::sha256(challenge.bytes)));
  }
  // A device with a claimed unit, as the gate sees it.
  Admission admitted(const std::string& name, const std::string& dcn) {
    const UnitWithKey_for_test unit = make_unit(dcn);
    EXPECT_TRUE(is_well(fleet.import_units(owner, {unit.unit}, "by hand")));
    EXPECT_TRUE(is_well(claim(owner, make_device(name).id, unit)));
    return fleet.admit(unit.fingerprint).value();
  }
  Status connected(const Admission& who, std::string_view address) {
    const Passage came{who, std::string{address}, std::nullopt};
    return fleet.passed({&came, 1}).front();
  }
  Status disconnected(const Admission& who, std::string_view address, std::string_view why) {
    const Passage went{who, std::string{address}, std::string{why}};
    return fleet.passed({&went, 1}).front();
  }
  Status keep(std::span<const Reading> readings) {
    return fleet.write_sessions({{}, {}, {readings.begin(), readings.end()}});
  }
  std::vector<AuditEntry> audit() { return store.audit(0, 1000).value(); }
  AuditEntry last_audit() { return audit().empty() ? AuditEntry{} : audit().back(); }

  ManualClock clock{noon_for_test};
  crypto::SeededRandom_for_test random{42};
  MemoryStore_for_test store;
  crypto::PrivateKey key = crypto::generate_private_key(random);
  Samples_for_test samples;
  Fleet fleet;
  std::string setup_token;
  Actor owner;
  Workspace workspace;
  House_for_test strangers;
  std::vector<DeviceId> expelled;
  std::vector<std::string> told;  // payloads
};

}  // namespace signet::fleet
