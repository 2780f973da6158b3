#include "identity/manifest.h"

#include "base/json.h"
#include "identity/jws.h"
#include "identity/samples_for_test.h"

namespace signet::identity {
namespace {

using samples::Foundry;
using samples::today;

const std::string genuine_file = "mchp-manifest-v1-atecc608a-mah22.json";

Trust microchip() { return {samples::genuine_log_signer(), {samples::genuine_root()}}; }
Trust ours(const Foundry& f) { return {f.log_signer, {samples::genuine_root(), f.root}}; }

NewUnit new_unit(const Foundry& f) {
  NewUnit unit{};
  unit.uid = Reader{decode_hex("0123a1b2c3d4e5f601").value()}.block<9>().value();
  unit.part_number = "SIGNET-1";
  unit.organization = "Signet";
  unit.revision = {0, 0, 0x60, 3};
  unit.provisioned_at = today;
  unit.keys = {{0, f.device.public_key}, {2, samples::Key{20}.public_key}};
  unit.chain = {f.device, f.signer};
  return unit;
}

std::string reason(const Result<std::vector<Unit>>& result) { return result ? "accepted" : result.error().what; }
std::string reason(const std::string& text, const Trust& trust) { return reason(read_manifest(bytes_of(text), trust)); }

// Our unit, its payload changed by `change` and signed again: what only the log signer itself could do wrong.
std::string resigned(const Foundry& f, const std::function<void(json::object&)>& change) {
  const auto unit = parse_json_object(write_unit(new_unit(f), f.log_signer, f.log_key.signs()).value()).value();
  const Buffer text = decode_base64url(string_member(unit, "payload").value()).value();
  json::object payload = parse_json_object(text_of(text)).value();
  change(payload);
  const Buffer header = decode_base64url(string_member(unit, "protected").value()).value();
  const Jws jws = sign_jws(text_of(header), json::serialize(payload), f.log_key.signs()).value();
  json::object out = unit;
  out["payload"] = jws.payload;
  out["signature"] = jws.signature;
  return "[" + json::serialize(out) + "]";
}

json::object& first_key(json::object& payload) {
  return payload["publicKeySet"].as_object()["keys"].as_array()[0].as_object();
}

TEST(Manifest, TheGenuineOneIsRead) {
  const std::string file = samples::file(genuine_file);
  const auto units = read_manifest(bytes_of(file), microchip());
  ASSERT_TRUE(units) << units.error().what;
  ASSERT_EQ(units.value().size(), 1u);
  const Unit& unit = units.value()[0];
  EXPECT_EQ(unit.unique_id, "0123f1822c38dd7a01");
  EXPECT_EQ(unit.dcn, "0123F1822C38DD7A01 ATECC");
  EXPECT_EQ(unit.model, "ATECC608A");
  EXPECT_EQ(unit.part_number, "ATECC608A-MAH22");
  EXPECT_EQ(rfc3339(unit.provisioned_at), "2019-01-24T16:35:23.473000Z");
  EXPECT_EQ(unit.keys.size(), 5u);
  ASSERT_EQ(unit.chain.size(), 2u);
  EXPECT_EQ(unit.chain[0].der, samples::genuine_device().der);
  EXPECT_EQ(unit.chain[1].der, samples::genuine_signer().der);
  EXPECT_NE(file.find(unit.jws), std::string::npos);
}

TEST(Manifest, OursIsRead) {
  const Foundry f;
  const std::string unit = write_unit(new_unit(f), f.log_signer, f.log_key.signs()).value();
  const auto units = read_manifest(bytes_of("[" + unit + "]\n"), ours(f));
  ASSERT_TRUE(units) << units.error().what;
  EXPECT_EQ(units.value()[0].dcn, f.dcn);
  EXPECT_EQ(units.value()[0].chain[0].der, f.device.der);
  EXPECT_EQ(units.value()[0].keys.at(2), samples::Key{20}.public_key);
  EXPECT_EQ(units.value()[0].jws, unit);
  EXPECT_EQ(rfc3339(units.value()[0].provisioned_at), rfc3339(today));
}

// All bits of everything around the payload; of the payload one bit in each byte, because a signature costs its time.
TEST(Manifest, EveryBitOfAGenuineUnitCounts) {
  const std::string whole = samples::file(genuine_file);
  const Trust trust = microchip();
  ASSERT_EQ(reason(whole, trust), "accepted");
  const std::size_t payload = whole.find("eyJ2ZXJz");
  const std::size_t payload_end = whole.find('"', payload);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    const bool inside = at >= payload && at < payload_end;
    for (std::size_t bit = inside ? at % 8 : 0; bit < 8; bit += inside ? 8 : 1) {
      std::string harmed = whole;
      harmed[at] = static_cast<char>(harmed[at] ^ (1 << bit));
      EXPECT_FALSE(read_manifest(bytes_of(harmed), trust)) << "bit " << bit << " of byte " << at;
    }
  }
}

TEST(Manifest, OneCutOffAnywhereIsRefusedWhole) {
  const std::string whole = samples::file(genuine_file);
  const Trust trust = microchip();
  const std::size_t end = whole.rfind(']') + 1;  // what follows is white space
  ASSERT_EQ(reason(whole.substr(0, end), trust), "accepted");
  for (std::size_t size = 0; size < end; ++size) {
    EXPECT_FALSE(read_manifest(bytes_of(whole).first(size), trust)) << size;
  }
  EXPECT_EQ(reason(whole.substr(0, 2000), trust), "unit 1: the file is cut off within this unit");
  EXPECT_EQ(reason(whole.substr(0, end - 1), trust), "unit 2: the file is cut off: \",\" or \"]\" is missing");
}

TEST(Manifest, NothingMayFollow) {
  const std::string whole = samples::file(genuine_file);
  EXPECT_EQ(reason(whole + "[]", microchip()), "unit 2: something follows the \"]\" of the list");
  EXPECT_EQ(reason("[]", microchip()), "unit 1: not a JSON object");
  EXPECT_EQ(reason("{}", microchip()), "unit 1: the \"[\" of a list of units is missing");
}

TEST(Manifest, AnErrorNamesTheUnitAndImportsNothing) {
  const Foundry f;
  const std::string good = write_unit(new_unit(f), f.log_signer, f.log_key.signs()).value();
  ASSERT_EQ(reason("[" + good + "]", ours(f)), "accepted");
  std::string bad = good;
  const std::size_t signature = bad.rfind("\"signature\":\"") + 20;
  bad[signature] = bad[signature] == 'A' ? 'B' : 'A';
  EXPECT_EQ(reason("[" + bad + "]", ours(f)), "unit 1 (0123a1b2c3d4e5f601): signature does not verify");
  EXPECT_EQ(reason("[" + good + "," + good + "]", ours(f)), "unit 2 (0123a1b2c3d4e5f601): stands in the file twice");
  EXPECT_EQ(reason("[" + good + "," + bad + "]", ours(f)), "unit 2 (0123a1b2c3d4e5f601): signature does not verify");
}

// Two foundries that kept the default organisation, or one that was made anew.
TEST(Manifest, RootsOfOneNameAreToldApartByTheirKeys) {
  const Foundry f;
  const samples::Key other{30};
  const Certificate namesake = issue_root(other.public_key, {}, today, other.signs()).value();
  ASSERT_EQ(namesake.subject_name, f.root.subject_name);
  const std::string file = "[" + write_unit(new_unit(f), f.log_signer, f.log_key.signs()).value() + "]";
  EXPECT_EQ(reason(file, {f.log_signer, {f.root, namesake}}), "accepted");
  EXPECT_EQ(reason(file, {f.log_signer, {namesake, f.root}}), "accepted");
  EXPECT_NE(reason(file, {f.log_signer, {namesake}}), "accepted");
}

TEST(Manifest, OnlyThePinnedLogSignerIsBelieved) {
  const Foundry f;
  const std::string genuine = samples::file(genuine_file);
  Trust trust = microchip();
  ASSERT_EQ(reason(genuine, trust), "accepted");
  trust.log_signer = f.log_signer;
  EXPECT_EQ(
      reason(genuine, trust),
      "unit 1 (0123f1822c38dd7a01): signed by another log signer than \"Signet Log Signer\": give the certificate that "
      "came with this manifest");
}

// Who has the root and nothing else can judge our manifests: the log signer stands in each unit, issued by the root.
TEST(Manifest, WithoutAPinOnlyALogSignerOfTheRootIsBelieved) {
  const Foundry f;
  const std::string unit = "unit 1 (0123a1b2c3d4e5f601): ";
  const auto signed_by = [&](const Certificate& who, const samples::Key& key) {
    return "[" + write_unit(new_unit(f), who, key.signs()).value() + "]";
  };
  const Trust root_alone{std::nullopt, {f.root}};
  ASSERT_EQ(reason(signed_by(f.log_signer, f.log_key), root_alone), "accepted");
  EXPECT_EQ(reason(signed_by(f.device, f.device_key), root_alone),
            unit + "\"sn0123A1B2C3D4E5F601\" signed it and is no log signer");
  EXPECT_EQ(reason(signed_by(f.signer, f.signer_key), root_alone),
            unit + "\"Signet Signer F600\" signed it and is no log signer");
  const samples::Key forger{30};
  const Certificate namesake = issue_root(forger.public_key, {}, today, forger.signs()).value();
  const Certificate forged = issue_log_signer(forger.public_key, namesake, today, forger.signs()).value();
  EXPECT_EQ(reason(signed_by(forged, forger), root_alone),
            unit +
                "the log signer \"Signet Log Signer\" was issued by none of the trusted roots: give the certificate "
                "that came with this manifest");
  EXPECT_EQ(reason(samples::file(genuine_file), {std::nullopt, {samples::genuine_root()}}),
            "unit 1 (0123f1822c38dd7a01): its log signer's certificate does not stand in it: give the one that came "
            "with this manifest");
}

TEST(Manifest, EachUnitIsJudgedThoughOneIsRefused) {
  const Foundry f;
  const std::string good = write_unit(new_unit(f), f.log_signer, f.log_key.signs()).value();
  const std::string file = "[{}," + std::string(300'000, ' ') + good + ",\n" + good + "]";
  std::string_view rest = file;
  std::vector<std::string> verdicts;
  const ReadMore byte_by_byte = [&](std::span<std::uint8_t> out) -> Result<std::size_t> {  // as a slow pipe gives them
    const std::size_t size = std::min<std::size_t>({out.size(), rest.size(), 1000});
    std::copy_n(rest.begin(), size, out.begin());
    rest.remove_prefix(size);
    return size;
  };
  ASSERT_TRUE(judge_units(byte_by_byte, ours(f), [&](Result<Unit>&& unit) -> Status {
    verdicts.push_back(unit ? unit.value().unique_id : unit.error().what);
    return {};
  }));
  EXPECT_EQ(verdicts, (std::vector<std::string>{"unit 1: \"header\" is missing", "0123a1b2c3d4e5f601",
                                                "unit 3 (0123a1b2c3d4e5f601): stands in the file twice"}));
}

TEST(Manifest, OnlyTheGivenRootsAreBelieved) {
  const std::string genuine = samples::file(genuine_file);
  Trust trust = microchip();
  ASSERT_EQ(reason(genuine, trust), "accepted");
  trust.roots = {Foundry{}.root};
  EXPECT_EQ(
      reason(genuine, trust),
      "unit 1 (0123f1822c38dd7a01): its signer was issued by \"Crypto Authentication Root CA 002\", which is not among "
      "the trusted roots");
}

TEST(Manifest, LiteIsRefusedWithItsReason) {
  const Foundry f;
  ASSERT_EQ(reason(resigned(f, [](json::object&) {}), ours(f)), "accepted");
  EXPECT_EQ(reason(resigned(f,
                            [](json::object& p) {
                              p["version"] = 2;
                              p.erase("publicKeySet");
                            }),
                   ours(f)),
            "unit 1 (0123a1b2c3d4e5f601): version 2 (lite) holds no certificate, and without one no unit can be "
            "admitted: ask "
            "the manufacturer for the full manifest");
  EXPECT_FALSE(read_manifest(bytes_of(samples::file("mchp-manifest-v2-lite-atecc608c-mah22.json")), microchip()));
  EXPECT_EQ(reason(resigned(f, [](json::object& p) { p["version"] = 4; }), ours(f)),
            "unit 1 (0123a1b2c3d4e5f601): version 4 is not known (1 and 3 are)");
}

TEST(Manifest, TheLogSignerIsJudgedWhenItSigned) {
  const Foundry f;
  ASSERT_EQ(reason(resigned(f, [](json::object&) {}), ours(f)), "accepted");
  const std::string early =
      resigned(f, [](json::object& p) { p["provisioningTimestamp"] = "2020-01-01T00:00:00.000Z"; });
  EXPECT_EQ(reason(early, ours(f)),
            "unit 1 (0123a1b2c3d4e5f601): the log signer was not valid before 2026-11-22T03:00:00Z (the clock says "
            "2020-01-01T00:00:00Z): is the clock right?");
}

TEST(Manifest, WhatDiffersFromTheCertificateIsRefused) {
  const Foundry f;
  const std::string unit = "unit 1 (0123a1b2c3d4e5f601): ";
  ASSERT_EQ(reason(resigned(f, [](json::object&) {}), ours(f)), "accepted");
  EXPECT_EQ(reason(resigned(f, [](json::object& p) { p["uniqueId"] = "0123a1b2c3d4e5f602"; }), ours(f)),
            unit + "the payload is that of another unit");
  const auto other_key = [](json::object& p) {
    const crypto::PublicKey other = samples::Key{55}.public_key;
    first_key(p)["x"] = base64url(Bytes{other}.first(32));
    first_key(p)["y"] = base64url(Bytes{other}.last(32));
  };
  EXPECT_EQ(reason(resigned(f, other_key), ours(f)), unit + "the key of slot 0 is not that of the certificate");
  EXPECT_EQ(reason(resigned(f, [](json::object& p) { first_key(p).erase("x5c"); }), ours(f)),
            unit + "no certificate (\"x5c\") for the key of slot 0");
  EXPECT_EQ(reason(resigned(f, [](json::object& p) { first_key(p)["kid"] = "00"; }), ours(f)),
            unit + "a key's \"kid\" is not a slot number");
  EXPECT_EQ(reason(resigned(f, [](json::object& p) { first_key(p)["kid"] = "2"; }), ours(f)),
            unit + "slot 2 stands there twice");
  EXPECT_EQ(reason(resigned(f, [](json::object& p) { first_key(p)["y"] = first_key(p)["x"]; }), ours(f)),
            unit + "key of slot 0: not a point on the curve");
  const auto swapped = [](json::object& p) {
    json::array& x5c = first_key(p)["x5c"].as_array();
    std::swap(x5c[0], x5c[1]);
  };
  EXPECT_FALSE(read_manifest(bytes_of(resigned(f, swapped)), ours(f)));
}

TEST(Manifest, ACertificateOfAnotherFoundryIsRefused) {
  const Foundry f;
  const samples::Key forger{66};
  const Certificate forged =
      issue_device(f.device.public_key, f.dcn,
                   issue_signer(forger.public_key, 0xF600,
                                issue_root(forger.public_key, {}, today, forger.signs()).value(), today, forger.signs())
                       .value(),
                   today, forger.signs())
          .value();
  const auto swap_leaf = [&](json::object& p) { first_key(p)["x5c"].as_array()[0] = base64(forged.der); };
  EXPECT_EQ(reason(resigned(f, swap_leaf), ours(f)),
            "unit 1 (0123a1b2c3d4e5f601): device: names another key of its issuer (authority key identifier)");
}

TEST(Manifest, LimitsHold) {
  const Foundry f;
  const std::string good = write_unit(new_unit(f), f.log_signer, f.log_key.signs()).value();
  const std::string padded =
      "[" + std::string{"{"} + std::string(manifest_unit_bytes_max - good.size(), ' ') + good.substr(1) + "]";
  ASSERT_EQ(reason(padded, ours(f)), "accepted");
  const auto refused = read_manifest(bytes_of("[{ " + padded.substr(2)), ours(f));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
  EXPECT_EQ(refused.error().what, "unit 1: more than 64 KiB");
}

TEST(Manifest, UnitsPastTheLimitAreRefusedBeforeTheyAreRead) {
  const Foundry f;
  const std::string unit = write_unit(new_unit(f), f.log_signer, f.log_key.signs()).value();
  std::size_t taken = 0;
  const auto read = [&](const std::string& file, std::size_t units_max) {
    return read_units(
        bytes_of(file), ours(f), [&](Unit&&) { return ++taken, Status{}; }, units_max);
  };
  EXPECT_TRUE(read("[" + unit + "]", 1));
  const auto refused = read("[" + unit + ",{}]", 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
  EXPECT_EQ(refused.error().what, "manifest: more than 1 units: split it");
  EXPECT_EQ(taken, 2u);
}

TEST(Manifest, AChainHoldsAtMostTheRoot) {
  const Foundry f;
  const auto with = [&](int more) {
    return resigned(f, [&](json::object& p) {
      for (int i = 0; i < more; ++i) first_key(p)["x5c"].as_array().emplace_back(base64(f.root.der));
    });
  };
  static_assert(manifest_chain_max == 3);
  EXPECT_EQ(reason(with(1), ours(f)), "accepted");
  EXPECT_NE(reason(with(2), ours(f)), "accepted");
}

TEST(Manifest, AKeyIsOfASlotThatThereIs) {
  const Foundry f;
  const auto written = [&](unsigned slot) {
    NewUnit unit = new_unit(f);
    unit.keys[slot] = samples::Key{21}.public_key;
    return write_unit(unit, f.log_signer, f.log_key.signs());
  };
  const std::string last = "[" + written(key_slot_max).value() + "]";
  EXPECT_TRUE(read_manifest(bytes_of(last), ours(f)).value()[0].keys.contains(key_slot_max));
  EXPECT_EQ(written(key_slot_max + 1).error().code, Errc::conflict);
  const auto renumbered = [&](unsigned slot) {
    return resigned(f, [&](json::object& p) {
      p["publicKeySet"].as_object()["keys"].as_array()[1].as_object()["kid"] = std::to_string(slot);
    });
  };
  EXPECT_EQ(reason(renumbered(key_slot_max), ours(f)), "accepted");
  EXPECT_EQ(read_manifest(bytes_of(renumbered(key_slot_max + 1)), ours(f)).error().code, Errc::malformed);
}

TEST(Manifest, ABackslashAtTheLimitDoesNotHideTheLimit) {
  const std::string start = R"({"a":")";
  const std::string before = start + std::string(manifest_unit_bytes_max - 1 - start.size(), 'x');
  const auto refused = read_manifest(bytes_of("[" + before + R"(\n and much more"}])"), microchip());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large) << refused.error().what;
}

TEST(Manifest, TheFoundryPublishesNothingThatDoesNotFit) {
  const Foundry f;
  NewUnit unit = new_unit(f);
  ASSERT_TRUE(write_unit(unit, f.log_signer, f.log_key.signs()));
  unit.uid[8] = 2;
  EXPECT_FALSE(write_unit(unit, f.log_signer, f.log_key.signs()));
  unit = new_unit(f);
  unit.keys[0] = f.signer.public_key;
  EXPECT_FALSE(write_unit(unit, f.log_signer, f.log_key.signs()));
  EXPECT_EQ(write_unit(new_unit(f), f.log_signer, f.root_key.signs()).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace signet::identity
