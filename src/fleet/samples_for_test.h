// samples_for_test.h -- values of the domain made by hand, for tests of the rooms around it.
#pragma once

#include "fleet/ports.h"

#include <gtest/gtest.h>

namespace signet::fleet {

inline constexpr Timestamp noon_for_test{Seconds{1'780'000'000}};  // 2026-05-28

struct Samples_for_test {
  ManualClock clock{noon_for_test};
  crypto::SeededRandom_for_test random{7};
  IdSource ids{clock, 1};

  Credential account(std::string email) {
    return {{ids.next<AccountIdKind>(), std::move(email), clock.now()}, "$argon2id$not-a-real-hash"};
  }
  Workspace workspace(const Credential& owner, std::string name = "default") {
    return {ids.next<WorkspaceIdKind>(), std::move(name), "what it is for", owner.account.id, clock.now()};
  }
  FleetGroup fleet(const Workspace& in, std::string name = "default") {
    return {ids.next<FleetIdKind>(), in.id, in.account, std::move(name), "", clock.now()};
  }
  Device device(const FleetGroup& in, std::string name = "pump") {
    Device out;
    out.id = ids.next<DeviceIdKind>();
    out.workspace = in.workspace;
    out.fleet = in.id;
    out.account = in.account;
    out.name = std::move(name);
    out.created_at = clock.now();
    return out;
  }
  Identity identity(std::string dcn) {
    Identity out;
    out.fingerprint = random.block<32>();
    out.dcn = std::move(dcn);
    out.public_key = random.block<64>();
    out.certificate = {0x30, 0x01, 0x00};
    out.signer = {0x30, 0x02, 0x00, 0x01};
    out.not_before = noon_for_test - Seconds{3600};
    out.not_after = Timestamp{Seconds{253402300799}};
    out.assurance = element::Assurance::emulated;
    out.origin = "manifest a.json";
    out.jws = R"({"payload":""})";
    return out;
  }
  Token token(const Credential& owner) {
    Token out;
    out.hash = random.block<32>();
    out.id = ids.next<TokenIdKind>();
    out.account = owner.account.id;
    out.prefix = "sgs_abcdef";
    out.created_at = clock.now();
    out.expires_at = clock.now() + Seconds{60};
    return out;
  }
  Reading reading(const Device& device, std::string tag, Micros after_noon, std::string payload = R"({"value":1})") {
    return {device.id, std::move(tag), noon_for_test + after_noon, clock.now(), std::move(payload)};
  }
};

// An account with one workspace, one fleet and two devices, kept in `store`.
struct House_for_test {
  Credential owner;
  Workspace workspace;
  FleetGroup fleet;
  Device pump;
  Device lamp;
};
inline House_for_test build_house_for_test(Samples_for_test& samples, Store& store, const std::string& email) {
  House_for_test house;
  house.owner = samples.account(email);
  house.workspace = samples.workspace(house.owner);
  house.fleet = samples.fleet(house.workspace);
  house.pump = samples.device(house.fleet, "pump");
  house.lamp = samples.device(house.fleet, "lamp");
  const Status built = store.change([&](Changes& to) -> Status {
    TRY(to.add_account(house.owner));
    TRY(to.add_workspace(house.workspace));
    TRY(to.add_fleet(house.fleet));
    TRY(to.add_device(house.pump));
    return to.add_device(house.lamp);
  });
  EXPECT_TRUE(built) << (built ? "" : built.error().what);
  return house;
}

// True when `result` is an error of that code. Prints what it is otherwise.
template <class T>
testing::AssertionResult fails_with(const Result<T>& result, Errc code) {
  if (result) return testing::AssertionFailure() << "it did not fail";
  if (result.error().code == code) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "it failed with code " << static_cast<int>(result.error().code) << ": "
                                     << result.error().what;
}
template <class T>
testing::AssertionResult is_well(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << result.error().what;
}

}  // namespace signet::fleet
