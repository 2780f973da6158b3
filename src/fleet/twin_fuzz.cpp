// Any bytes on j/up: refused, or answered with JSON and kept as a twin that #status can tell again.
#include "base/json.h"
#include "fleet/fleet.h"
#include "fleet/memory_store_for_test.h"

using namespace signet;

namespace {

struct Manager {
  Manager() {
    const fleet::Account account{ids.next<AccountIdKind>(), "a@example.org", clock.now()};
    const fleet::Workspace workspace{ids.next<WorkspaceIdKind>(), "w", "", account.id, clock.now()};
    const fleet::FleetGroup group{ids.next<FleetIdKind>(), workspace.id, account.id, "f", "", clock.now()};
    fleet::Device device;
    device.id = who.device = ids.next<DeviceIdKind>();
    device.workspace = who.workspace = workspace.id;
    device.fleet = group.id;
    const Status built = store.change([&](fleet::Changes& to) -> Status {
      TRY(to.add_account({account, ""}));
      TRY(to.add_workspace(workspace));
      TRY(to.add_fleet(group));
      return to.add_device(device);
    });
    ENSURE(built);
  }
  ManualClock clock{Timestamp{Seconds{1'780'000'000}}};
  IdSource ids{clock, 1};
  crypto::SeededRandom_for_test random{1};
  fleet::MemoryStore_for_test store;
  fleet::Fleet fleet{store, clock, random, {}, {}};
  fleet::Admission who;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Manager manager;
  const auto said = manager.fleet.heard(manager.who, text_of({data, size}));
  if (!said) return 0;
  for (const fleet::DownMessage& answer : said.value()) ENSURE(parse_json_object(answer.payload));
  const auto status = manager.fleet.heard(manager.who, R"({"key":"#status","value":{}})");
  ENSURE(status && status.value().size() == 1);
  ENSURE(parse_json_object(status.value()[0].payload));
  return 0;
}
