#include "identity/claim.h"
#include "identity/jws.h"

namespace signet::identity {
namespace {

// Explicit typing (RFC 8725 3.11): no other JWS of the manager's key can pass for a receipt.
constexpr std::string_view receipt_type = "signet-receipt+jwt";

Result<Jws> split(std::string_view receipt) {
  const std::size_t first = receipt.find('.');
  const std::size_t second = first == receipt.npos ? receipt.npos : receipt.find('.', first + 1);
  if (second == receipt.npos) return Error{Errc::malformed, "not three parts with points between"};
  return Jws{std::string{receipt.substr(0, first)}, std::string{receipt.substr(first + 1, second - first - 1)},
             std::string{receipt.substr(second + 1)}};
}

Result<ClaimStatement> read_payload(std::string_view text) {
  const json::object payload = TRY(parse_json_object(text));
  ClaimStatement out;
  out.server = TRY(string_member(payload, "server"));
  out.account = TRY(string_member(payload, "account"));
  out.workspace = TRY(string_member(payload, "workspace"));
  out.device = TRY(string_member(payload, "device"));
  out.dcn = TRY(string_member(payload, "dcn"));
  const Buffer challenge = TRY(decode_base64url(TRY(string_member(payload, "challenge"))));
  if (challenge.size() != out.challenge.size()) return Error{Errc::malformed, "\"challenge\" is not 32 bytes"};
  std::copy(challenge.begin(), challenge.end(), out.challenge.begin());
  out.expiry = TRY(parse_rfc3339(TRY(string_member(payload, "expiry"))));
  TRY(parse_rfc3339(TRY(string_member(payload, "at"))));
  // Through the strict decoder, so that a receipt cannot say what a statement could not.
  for (const std::string* field : {&out.server, &out.account, &out.workspace, &out.device, &out.dcn}) {
    if (field->size() > claim_field_bytes_max) return Error{Errc::too_large, "a field has more than 255 bytes"};
  }
  if (out.expiry < Timestamp{} || out.expiry > claim_expiry_max)
    return Error{Errc::malformed, "\"expiry\" is out of range"};
  const Buffer statement = encode(out);
  if (TRY(string_member(payload, "statement")) != base64url(crypto::sha256(statement))) {
    return Error{Errc::malformed, "\"statement\" is not the digest of the fields"};
  }
  return decode_claim_statement(statement);
}

Result<ClaimStatement> check(std::string_view receipt, const crypto::PublicKey& manager_key) {
  const Jws jws = TRY(split(receipt));
  const json::object header = TRY(jws_header(jws));
  if (TRY(string_member(header, "typ")) != receipt_type)
    return Error{Errc::malformed, "\"typ\" is not that of a receipt"};
  const Buffer payload = TRY(verified_payload(jws, manager_key));
  return read_payload(text_of(payload));
}

}  // namespace

Result<std::string> make_receipt(const ClaimStatement& statement, Timestamp at, const SignDigest& manager_signs) {
  const json::object header{{"alg", "ES256"}, {"typ", receipt_type}};
  const json::object payload{{"statement", base64url(crypto::sha256(encode(statement)))},
                             {"server", statement.server},
                             {"account", statement.account},
                             {"workspace", statement.workspace},
                             {"device", statement.device},
                             {"dcn", statement.dcn},
                             {"challenge", base64url(statement.challenge)},
                             {"expiry", rfc3339(statement.expiry)},
                             {"at", rfc3339(at)}};
  const Jws jws = TRY(sign_jws(json::serialize(header), json::serialize(payload), manager_signs));
  return jws.protected_header + "." + jws.payload + "." + jws.signature;
}

Result<ClaimStatement> check_receipt(std::string_view receipt, const crypto::PublicKey& manager_key) {
  if (receipt.size() > receipt_bytes_max) return Error{Errc::too_large, "receipt: more than 8 KiB"};
  Result<ClaimStatement> out = check(receipt, manager_key);
  if (!out) return std::move(out).error().within("receipt");
  return out;
}

}  // namespace signet::identity
