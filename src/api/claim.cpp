#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

net::HttpResponse claimed(const fleet::Claimed& done) {
  return reply({{"identity", shape(done.identity)}, {"receipt", done.receipt}});
}

Result<crypto::Signature> read_signature(std::string_view text) {
  crypto::Signature out;
  const Result<Buffer> bytes = decode_hex(text);
  if (!bytes || bytes.value().size() != out.size()) {
    return Error{Errc::malformed, "\"signature\" is not 128 hex digits (R and S)"};
  }
  std::copy(bytes.value().begin(), bytes.value().end(), out.begin());
  return out;
}

Result<Buffer> read_statement(std::string_view text) {
  Result<Buffer> bytes = decode_base64url(text);
  if (!bytes) return Error{Errc::malformed, "\"statement\" is not base64url without padding"};
  return bytes;
}

}  // namespace

Result<net::HttpResponse> begin_claim(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  const fleet::Challenge challenge = TRY(service.fleet.begin_claim(call.actor, device.id, call.text("dcn")));
  return reply({{"statement", base64url(challenge.bytes)}, {"expires_at", rfc3339(challenge.statement.expiry)}});
}

Result<net::HttpResponse> finish_claim(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  const Buffer statement = TRY(read_statement(call.text("statement")));
  const crypto::Signature signature = TRY(read_signature(call.text("signature")));
  const Result<identity::ClaimStatement> said = identity::decode_claim_statement(statement);
  if (!said) return Error{Errc::malformed, "\"statement\": " + said.error().what};
  if (said.value().device != device.id.str()) {
    return Error{Errc::malformed,
                 "\"statement\" is about device " + said.value().device + ", the path about " + device.id.str()};
  }
  return claimed(TRY(service.fleet.finish_claim(call.actor, statement, signature)));
}

Result<net::HttpResponse> claim_legacy(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  return claimed(TRY(service.fleet.claim_legacy(call.actor, device.id, call.text("bundle"))));
}

Result<net::HttpResponse> unclaim(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  TRY(service.fleet.unclaim(call.actor, device.id));
  return reply({});
}

Result<net::HttpResponse> revoke(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  TRY(service.fleet.revoke(call.actor, device.id, call.text("reason")));
  return reply({});
}

}  // namespace signet::api
