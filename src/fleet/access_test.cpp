// Every function for people, asked by the owner, by a stranger, by an API key of another workspace, and by nobody.
#include "fleet/manager_for_test.h"
#include "fleet/people.h"
#include "fleet/state.h"
#include "fleet/throttle.h"

namespace signet::fleet {
namespace {

// What each row may name: things of the owner's.
struct Things {
  Fleet& fleet;
  WorkspaceId workspace;
  FleetId group;
  DeviceId bound;  // has an identity
  DeviceId unbound;
  const UnitWithKey_for_test& unit;  // imported, not claimed
};

template <class T>
std::optional<Errc> code_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional{result.error().code};
}

struct Row {
  const char* name;
  std::optional<Errc> (*ask)(const Things& of, const Actor& actor);
  Errc to_stranger;  // a foreign thing is not there; what is the manager's is forbidden
};

DataQuery data_of(const WorkspaceId& workspace) {
  DataQuery query;
  query.workspace = workspace;
  return query;
}

const Row rows[] = {
    {"create_key",
     [](const Things& t, const Actor& a) { return code_of(People{t.fleet}.create_key(a, t.workspace, {"k"})); },
     Errc::not_found},
    {"keys", [](const Things& t, const Actor& a) { return code_of(People{t.fleet}.keys(a, t.workspace)); },
     Errc::not_found},
    {"members", [](const Things& t, const Actor& a) { return code_of(People{t.fleet}.members(a, t.workspace)); },
     Errc::not_found},
    {"invitations",
     [](const Things& t, const Actor& a) { return code_of(People{t.fleet}.invitations(a, t.workspace)); },
     Errc::not_found},
    {"invite",
     [](const Things& t, const Actor& a) {
       return code_of(People{t.fleet}.invite(a, t.workspace, {"bob@example.org"}));
     },
     Errc::not_found},
    {"workspace", [](const Things& t, const Actor& a) { return code_of(t.fleet.workspace(a, t.workspace)); },
     Errc::not_found},
    {"fleets", [](const Things& t, const Actor& a) { return code_of(t.fleet.fleets(a, t.workspace)); },
     Errc::not_found},
    {"fleet", [](const Things& t, const Actor& a) { return code_of(t.fleet.fleet(a, t.workspace, t.group)); },
     Errc::not_found},
    {"create_fleet",
     [](const Things& t, const Actor& a) { return code_of(t.fleet.create_fleet(a, t.workspace, "n", "")); },
     Errc::not_found},
    {"devices", [](const Things& t, const Actor& a) { return code_of(t.fleet.devices(a, {t.workspace})); },
     Errc::not_found},
    {"device", [](const Things& t, const Actor& a) { return code_of(t.fleet.device(a, t.workspace, t.bound)); },
     Errc::not_found},
    {"find_device", [](const Things& t, const Actor& a) { return code_of(t.fleet.find_device(a, t.bound)); },
     Errc::not_found},
    {"create_device",
     [](const Things& t, const Actor& a) { return code_of(t.fleet.create_device(a, t.workspace, "d", t.group)); },
     Errc::not_found},
    {"update_device",
     [](const Things& t, const Actor& a) {
       return code_of(t.fleet.update_device(a, t.workspace, t.bound, {.name = "n"}, t.group));
     },
     Errc::not_found},
    {"identities_of", [](const Things& t, const Actor& a) { return code_of(t.fleet.identities_of(a, t.bound)); },
     Errc::not_found},
    {"import_units",
     [](const Things& t, const Actor& a) { return code_of(t.fleet.import_units(a, {t.unit.unit}, "again")); },
     Errc::forbidden},
    {"enroll",
     [](const Things& t, const Actor& a) {
       identity::Certificate soft = t.unit.unit.chain[0];
       soft.subject_common_name = "laptop";
       soft.der.push_back(1);
       return code_of(t.fleet.enroll(a, t.unbound, soft));
     },
     Errc::not_found},
    {"registry", [](const Things& t, const Actor& a) { return code_of(t.fleet.registry(a, {})); }, Errc::forbidden},
    {"find_identity",
     [](const Things& t, const Actor& a) { return code_of(t.fleet.find_identity(a, t.unit.unit.dcn)); },
     Errc::not_found},
    {"begin_claim",
     [](const Things& t, const Actor& a) { return code_of(t.fleet.begin_claim(a, t.unbound, t.unit.unit.dcn)); },
     Errc::not_found},
    {"unclaim", [](const Things& t, const Actor& a) { return code_of(t.fleet.unclaim(a, t.bound)); }, Errc::not_found},
    {"revoke", [](const Things& t, const Actor& a) { return code_of(t.fleet.revoke(a, t.bound, "lost")); },
     Errc::not_found},
    {"data", [](const Things& t, const Actor& a) { return code_of(t.fleet.data(a, data_of(t.workspace))); },
     Errc::not_found},
    {"twin", [](const Things& t, const Actor& a) { return code_of(t.fleet.twin(a, t.bound)); }, Errc::not_found},
    {"audit", [](const Things& t, const Actor& a) { return code_of(t.fleet.audit(a, 0, 10)); }, Errc::forbidden},
};

struct AccessTest : testing::Test {
  AccessTest() {
    m.set_up();
    EXPECT_TRUE(is_well(m.fleet.import_units(m.owner, {unit.unit}, "by hand")));
  }
  Things things() {
    return {m.fleet,      m.workspace.id, m.fleet.fleets(m.owner, m.workspace.id).value()[0].id,
            bound.device, unbound.id,     unit};
  }
  Manager_for_test m;
  UnitWithKey_for_test unit = m.make_unit("sn0123AAAAAAAAAAAA01");
  Admission bound{};
  Device unbound;
};

TEST_F(AccessTest, TheOwnerMayWhatNobodyElseMay) {
  bound = m.admitted("pump", "sn0123BBBBBBBBBBBB01");
  unbound = m.make_device("lamp");
  const Actor stranger = m.stranger();
  const Workspace lab = m.fleet.create_workspace(m.owner, "lab", "").value();
  const Actor key =
      m.fleet.authenticate(People{m.fleet}.create_key(m.owner, lab.id, {"ci"}).value().text, address_for_test).value();
  const Actor nobody{{}, "", {}, address_for_test};
  for (const Row& row : rows) {
    m.clock.advance(Suppressor::window);  // each refusal is told
    const std::size_t told = m.audit().size();
    EXPECT_EQ(row.ask(things(), stranger), row.to_stranger) << row.name << " by a stranger";
    ASSERT_EQ(m.audit().size(), told + 1) << row.name << ": the attempt is in the audit";
    EXPECT_FALSE(m.last_audit().allowed) << row.name;
    EXPECT_EQ(m.last_audit().actor, "eve@example.org") << row.name;
    EXPECT_EQ(row.ask(things(), nobody), Errc::unauthenticated) << row.name << " by nobody";
    const auto to_key = row.ask(things(), key);
    EXPECT_TRUE(to_key == Errc::not_found || to_key == Errc::forbidden) << row.name << " by a key of another workspace";
  }
  // Nothing above changed anything: it all still works for the owner, on things of its own each.
  int number = 10;
  for (const Row& row : rows) {
    bound = m.admitted("pump", "sn0123CCCCCCCCCC" + std::to_string(number++) + "01");
    unbound = m.make_device("lamp");
    EXPECT_EQ(row.ask(things(), m.owner), std::nullopt) << row.name << " by the owner";
  }
}

TEST_F(AccessTest, AForeignClaimIsNeitherFinishedNorSpent) {
  const Device device = m.make_device();
  const Challenge challenge = m.fleet.begin_claim(m.owner, device.id, unit.unit.dcn).value();
  const auto signature = crypto::sign(unit.key, crypto::sha256(challenge.bytes));
  EXPECT_TRUE(fails_with(m.fleet.finish_claim(m.stranger(), challenge.bytes, signature), Errc::not_found));
  EXPECT_TRUE(is_well(m.fleet.finish_claim(m.owner, challenge.bytes, signature)));
}

TEST_F(AccessTest, AStrangerListsOnlyItsOwn) {
  const Actor stranger = m.stranger();
  ASSERT_EQ(m.fleet.workspaces(stranger).value().size(), 1u);
  EXPECT_EQ(m.fleet.workspaces(stranger).value()[0].id, m.strangers.workspace.id);
  DataQuery query = data_of(m.strangers.workspace.id);
  EXPECT_TRUE(is_well(m.fleet.data(stranger, query)));
  query.devices = {m.make_device().id};
  EXPECT_TRUE(fails_with(m.fleet.data(stranger, query), Errc::not_found)) << "not by naming another's device";
  const FleetId foreign = m.fleet.fleets(m.owner, m.workspace.id).value()[0].id;
  EXPECT_TRUE(fails_with(m.fleet.create_device(stranger, m.strangers.workspace.id, "d", foreign), Errc::not_found));
}

TEST_F(AccessTest, NamesAreCheckedAndLimited) {
  const std::string longest(name_bytes_max, 'n');
  EXPECT_TRUE(is_well(m.fleet.create_workspace(m.owner, longest, "")));
  EXPECT_TRUE(fails_with(m.fleet.create_workspace(m.owner, longest + "n", ""), Errc::too_large));
  EXPECT_TRUE(fails_with(m.fleet.create_workspace(m.owner, "", ""), Errc::malformed));
  EXPECT_TRUE(fails_with(m.fleet.create_workspace(m.owner, "a\x1b[31m", ""), Errc::malformed));
  EXPECT_TRUE(fails_with(m.fleet.create_workspace(m.owner, "\xff", ""), Errc::malformed));
  const std::string description(description_bytes_max, 'd');
  EXPECT_TRUE(is_well(m.fleet.create_fleet(m.owner, m.workspace.id, "n", description)));
  EXPECT_TRUE(fails_with(m.fleet.create_fleet(m.owner, m.workspace.id, "o", description + "d"), Errc::too_large));
}

}  // namespace
}  // namespace signet::fleet
