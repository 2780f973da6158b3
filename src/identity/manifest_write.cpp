#include "identity/jws.h"
#include "identity/manifest.h"
#include "identity/names.h"
#include "identity/template.h"

namespace signet::identity {
namespace {

constexpr int manifest_version = 3;

// Milliseconds always, as Microchip writes them: "2019-01-24T16:35:23.473Z".
std::string millis_text(Timestamp at) {
  const auto second = std::chrono::floor<Seconds>(at);
  const std::int64_t millis = std::chrono::floor<Millis>(at - second).count();
  std::string text = rfc3339(Timestamp{second});
  text.pop_back();
  const std::string digits = std::to_string(millis);
  return text + "." + std::string(3 - digits.size(), '0') + digits + "Z";
}

json::object party(const std::string& organization) {
  return {{"organizationName", organization}, {"organizationalUnitName", "Foundry"}};
}

json::array key_set(const NewUnit& unit) {
  json::array keys;
  for (const auto& [slot, key] : unit.keys) {
    json::object jwk{{"kid", std::to_string(slot)},
                     {"kty", "EC"},
                     {"crv", "P-256"},
                     {"x", base64url(Bytes{key}.first(32))},
                     {"y", base64url(Bytes{key}.last(32))}};
    if (slot == 0) {
      json::array x5c;
      for (const Certificate& each : unit.chain) x5c.emplace_back(base64(each.der));
      jwk["x5c"] = std::move(x5c);
    }
    keys.push_back(std::move(jwk));
  }
  return keys;
}

std::string payload_text(const NewUnit& unit) {
  return json::serialize(json::object{{"version", manifest_version},
                                      {"model", unit.model},
                                      {"partNumber", unit.part_number},
                                      {"manufacturer", party(unit.organization)},
                                      {"provisioner", party(unit.organization)},
                                      {"distributor", party(unit.organization)},
                                      {"groupId", unit.part_number},
                                      {"provisioningTimestamp", millis_text(unit.provisioned_at)},
                                      {"uniqueId", hex(unit.uid)},
                                      {"publicKeySet", {{"keys", key_set(unit)}}},
                                      {"modelInfo", {{"deviceRevision", hex(unit.revision)}}}});
}

Status require_consistent(const NewUnit& unit, const Certificate& log_signer) {
  const auto refused = [](std::string_view what) { return Error{Errc::conflict, "manifest: " + std::string{what}}; };
  if (unit.chain.size() != 2) return refused("the chain is not device and signer");
  const Certificate& device = unit.chain.front();
  const auto identity_key = unit.keys.find(0);
  if (identity_key == unit.keys.end() || identity_key->second != device.public_key) {
    return refused("the key of slot 0 is not that of the certificate");
  }
  if (unit.keys.rbegin()->first > key_slot_max) return refused("there is no such slot");
  if (TRY(unique_id_of(device.subject_common_name)) != hex(unit.uid))
    return refused("the certificate is of another unit");
  TRY(check_issued(device, unit.chain[1], unit.provisioned_at));
  return check_validity(log_signer, unit.provisioned_at);
}

}  // namespace

Result<std::string> write_unit(const NewUnit& unit, const Certificate& log_signer, const SignDigest& log_signer_signs) {
  TRY(require_consistent(unit, log_signer));
  const Block<20> id = log_signer.subject_key_id.value_or(key_id_of(log_signer.public_key));
  json::object header{
      {"typ", "JWT"}, {"alg", "ES256"}, {"kid", base64url(id)}, {"x5t#S256", base64url(fingerprint(log_signer))}};
  if (log_signer.issuer_name != log_signer.subject_name) header["x5c"] = json::array{base64(log_signer.der)};
  const Jws jws = TRY(sign_jws(json::serialize(header), payload_text(unit), log_signer_signs));
  if (!verified_payload(jws, log_signer.public_key)) {
    return Error{Errc::unavailable,
                 "manifest: the signature made does not verify with the log signer's key: is the right "
                 "token and key in use?"};
  }
  std::string text = json::serialize(json::object{{"payload", jws.payload},
                                                  {"protected", jws.protected_header},
                                                  {"header", {{"uniqueId", hex(unit.uid)}}},
                                                  {"signature", jws.signature}});
  if (text.size() > manifest_unit_bytes_max) return Error{Errc::too_large, "manifest: a unit of more than 64 KiB"};
  return text;
}

}  // namespace signet::identity
