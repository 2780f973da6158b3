#include "identity/manifest.h"

#include "identity/jws.h"
#include "identity/malformed.h"
#include "identity/manifest_units.h"
#include "identity/names.h"
#include "identity/profile.h"
#include "identity/template.h"

#include <charconv>
#include <set>

namespace signet::identity {
namespace {

bool is_unique_id(std::string_view text) {
  return text.size() == 2 * element::uid_bytes && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// What stands around a unit's payload. Nothing of it is believed before the signature is checked.
struct Envelope {
  std::string unique_id;
  Jws jws;
};

Result<Envelope> read_envelope(std::string_view text) {
  const json::object unit = TRY(parse_json_object(text));
  Envelope out;
  out.unique_id = TRY(string_member(TRY(object_member(unit, "header")), "uniqueId"));
  if (!is_unique_id(out.unique_id)) return malformed("\"uniqueId\" is not 18 lower-case hex digits");
  out.jws.protected_header = TRY(string_member(unit, "protected"));
  out.jws.payload = TRY(string_member(unit, "payload"));
  out.jws.signature = TRY(string_member(unit, "signature"));
  return out;
}

// "x5t#S256" (RFC 7515 4.1.8), then "kid", which is the key identifier; one of them must be there.
Status match_log_signer(const json::object& header, const Certificate& log_signer) {
  const std::string thumbprint = TRY(optional_string(header, "x5t#S256"));
  const std::string kid = TRY(optional_string(header, "kid"));
  if (thumbprint.empty() && kid.empty()) return malformed("its signature names no log signer");
  const Block<20> id = log_signer.subject_key_id.value_or(key_id_of(log_signer.public_key));
  const bool same_certificate = thumbprint.empty() || thumbprint == base64url(fingerprint(log_signer));
  if (!same_certificate || (!kid.empty() && kid != base64url(id))) {
    return malformed("signed by another log signer than \"" + log_signer.subject_common_name +
                     "\": give the certificate that came with this manifest");
  }
  return {};
}

Result<crypto::PublicKey> read_jwk(const json::object& jwk) {
  if (TRY(string_member(jwk, "kty")) != "EC" || TRY(string_member(jwk, "crv")) != "P-256") {
    return malformed("not an EC key on P-256");
  }
  const Buffer x = TRY(decode_base64url(TRY(string_member(jwk, "x"))));
  const Buffer y = TRY(decode_base64url(TRY(string_member(jwk, "y"))));
  crypto::PublicKey key;
  if (x.size() != 32 || y.size() != 32) return malformed("a coordinate is not 32 bytes");
  std::copy(y.begin(), y.end(), std::copy(x.begin(), x.end(), key.begin()));
  if (!crypto::is_public_key(key)) return malformed("not a point on the curve");
  return key;
}

Result<unsigned> read_slot(const json::object& jwk) {
  const std::string kid = TRY(string_member(jwk, "kid"));
  unsigned slot = 0;
  const auto [end, ec] = std::from_chars(kid.data(), kid.data() + kid.size(), slot);
  if (ec != std::errc{} || end != kid.data() + kid.size() || slot > key_slot_max || kid != std::to_string(slot)) {
    return malformed("a key's \"kid\" is not a slot number");
  }
  return slot;
}

Result<std::vector<Certificate>> read_x5c(const json::object& jwk) {
  std::vector<Certificate> out;
  const json::array x5c = TRY(array_member(jwk, "x5c"));
  if (x5c.size() < 2 || x5c.size() > manifest_chain_max)
    return malformed("\"x5c\" is not device, signer and at most the root");
  for (const json::value& each : x5c) {
    if (!each.is_string()) return malformed("\"x5c\" holds something else than text");
    const std::string_view text = each.get_string();
    if (text.size() > 2 * certificate_bytes_max) return Error{Errc::too_large, "a certificate in \"x5c\""};
    out.push_back(TRY(parse_certificate(TRY(decode_base64(text)))));
  }
  return out;
}

Status read_keys(const json::object& payload, Unit& out) {
  const json::array keys = TRY(array_member(TRY(object_member(payload, "publicKeySet")), "keys"));
  for (const json::value& each : keys) {
    if (!each.is_object()) return malformed("a key is not a JSON object");
    const json::object& jwk = each.get_object();
    const unsigned slot = TRY(read_slot(jwk));
    auto key = read_jwk(jwk);
    if (!key) return std::move(key).error().within("key of slot " + std::to_string(slot));
    if (!out.keys.emplace(slot, key.value()).second)
      return malformed("slot " + std::to_string(slot) + " stands there twice");
    if (slot == 0 && jwk.contains("x5c")) out.chain = TRY(read_x5c(jwk));
  }
  return {};
}

Status check_unit_chain(const Unit& unit, const std::vector<Certificate>& roots, KnownIssuers& known) {
  const Certificate& device = unit.chain.front();
  const Certificate& signer = unit.chain[1];
  if (unit.keys.at(0) != device.public_key) return malformed("the key of slot 0 is not that of the certificate");
  if (TRY(unique_id_of(device.subject_common_name)) != unit.unique_id) {
    return malformed("the certificate is that of \"" + device.subject_common_name + "\"");
  }
  Status judged =
      malformed("its signer was issued by \"" + signer.issuer_common_name + "\", which is not among the trusted roots");
  for (const Certificate& root : roots) {
    const bool may_be_its_root =
        root.subject_name == signer.issuer_name && (unit.chain.size() == 2 || unit.chain[2].der == root.der);
    if (!may_be_its_root) continue;
    judged = check_chain(device, signer, root, unit.provisioned_at, &known);
    if (judged) return judged;  // else the next: a name is no proof that there is only one root of it
  }
  return judged;
}

Result<Unit> read_payload(Bytes text, const Envelope& envelope, const Certificate& log_signer,
                          const std::vector<Certificate>& roots, KnownIssuers& known) {
  const json::object payload = TRY(parse_json_object(text_of(text)));
  Unit out;
  out.unique_id = envelope.unique_id;
  if (TRY(string_member(payload, "uniqueId")) != out.unique_id) return malformed("the payload is that of another unit");
  out.provisioned_at = TRY(parse_rfc3339(TRY(string_member(payload, "provisioningTimestamp"))));
  if (Status status = check_validity(log_signer, out.provisioned_at); !status) {
    return malformed("the log signer was " + status.error().what);
  }
  const std::int64_t version = TRY(integer_member(payload, "version"));
  if (version == 2) {
    return malformed(
        "version 2 (lite) holds no certificate, and without one no unit can be admitted: ask the manufacturer "
        "for the full manifest");
  }
  if (version != 1 && version != 3)
    return malformed("version " + std::to_string(version) + " is not known (1 and 3 are)");
  out.model = TRY(string_member(payload, "model"));
  out.part_number = TRY(string_member(payload, "partNumber"));
  TRY(read_keys(payload, out));  // encryptedSecretKeySet of version 1 is passed over: its algorithms were never fixed
  if (out.chain.empty()) return malformed("no certificate (\"x5c\") for the key of slot 0");
  TRY(check_unit_chain(out, roots, known));
  out.dcn = out.chain.front().subject_common_name;
  return out;
}

// That of a trusted root itself, and for nothing else than signing: no device and no CA is one.
Status check_log_signer(const Certificate& log_signer, const std::vector<Certificate>& roots) {
  const bool is_one = !log_signer.is_ca && log_signer.key_usage == usage_digital_signature &&
                      log_signer.subject_common_name.ends_with(log_signer_suffix);
  if (!is_one) return malformed("\"" + log_signer.subject_common_name + "\" signed it and is no log signer");
  for (const Certificate& root : roots) {
    if (check_issued(log_signer, root, log_signer.not_before)) return {};
  }
  return malformed("the log signer \"" + log_signer.subject_common_name +
                   "\" was issued by none of the trusted roots: give the certificate that came with this manifest");
}

// Judges unit after unit, and remembers what is the same for all.
class Judge {
 public:
  explicit Judge(const Trust& trust) : trust_(trust) {}

  Result<Unit> operator()(const Envelope& envelope) {
    const json::object header = TRY(jws_header(envelope.jws));
    if (!trust_.log_signer) TRY(find_log_signer(header));
    const Certificate& log_signer = trust_.log_signer ? *trust_.log_signer : *found_;
    TRY(match_log_signer(header, log_signer));
    const Buffer payload = TRY(verified_payload(envelope.jws, log_signer.public_key));
    return read_payload(payload, envelope, log_signer, trust_.roots, known_);
  }

 private:
  Status find_log_signer(const json::object& header) {
    if (!header.contains("x5c")) {
      return malformed("its log signer's certificate does not stand in it: give the one that came with this manifest");
    }
    const json::array x5c = TRY(array_member(header, "x5c"));
    if (x5c.empty() || !x5c[0].is_string()) return malformed("\"x5c\" of its header holds no certificate");
    const std::string_view text = x5c[0].get_string();
    if (found_ && text == found_text_) return {};
    if (text.size() > 2 * certificate_bytes_max) return Error{Errc::too_large, "a certificate in \"x5c\""};
    Certificate named = TRY(parse_certificate(TRY(decode_base64(text))));
    TRY(check_log_signer(named, trust_.roots));
    found_ = std::move(named);
    found_text_ = text;
    return {};
  }

  const Trust& trust_;
  KnownIssuers known_;
  std::optional<Certificate> found_;
  std::string found_text_;
};

Error at_unit(std::size_t number, std::string_view unique_id, Error error) {
  const std::string id = unique_id.empty() ? "" : " (" + std::string{unique_id} + ")";
  if (error.code != Errc::too_large) error.code = Errc::malformed;  // whatever it was: the file is bad
  return std::move(error).within("unit " + std::to_string(number) + id);
}

}  // namespace

Status judge_units(const ReadMore& read_more, const Trust& trust, const std::function<Status(Result<Unit>&&)>& take,
                   std::size_t units_max) {
  ManifestUnits units{read_more};
  Judge judge{trust};
  std::set<std::string> seen;
  for (std::size_t number = 1;; ++number) {
    auto text = units.next();
    if (!text) return at_unit(number, "", std::move(text).error());
    if (!text.value()) return {};
    if (number > units_max) {
      return Error{Errc::too_large, "manifest: more than " + std::to_string(units_max) + " units: split it"};
    }
    auto envelope = read_envelope(*text.value());
    const std::string id = envelope ? envelope.value().unique_id : "";
    auto unit = envelope ? judge(envelope.value()) : Result<Unit>{std::move(envelope).error()};
    if (unit && !seen.insert(id).second) unit = malformed("stands in the file twice");
    if (!unit) {
      TRY(take(at_unit(number, id, std::move(unit).error())));
      continue;
    }
    Unit whole = std::move(unit).value();
    whole.jws = *text.value();
    TRY(take(std::move(whole)));
  }
}

Status read_units(Bytes file, const Trust& trust, const std::function<Status(Unit&&)>& take, std::size_t units_max) {
  const ReadMore read_more = [&file](std::span<std::uint8_t> out) -> Result<std::size_t> {
    const Bytes next = file.first(std::min(out.size(), file.size()));
    std::copy(next.begin(), next.end(), out.begin());
    file = file.subspan(next.size());
    return next.size();
  };
  const auto take_good = [&](Result<Unit>&& unit) -> Status {
    if (!unit) return std::move(unit).error();
    return take(std::move(unit).value());
  };
  return judge_units(read_more, trust, take_good, units_max);
}

Result<std::vector<Unit>> read_manifest(Bytes file, const Trust& trust) {
  std::vector<Unit> out;
  TRY(read_units(file, trust, [&](Unit&& unit) -> Status {
    out.push_back(std::move(unit));
    return {};
  }));
  return out;
}

}  // namespace signet::identity
