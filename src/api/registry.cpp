#include "api/page.h"
#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

Result<identity::Certificate> certificate_in(std::string_view member, std::string_view text) {
  Result<identity::Certificate> read = identity::read_certificate(bytes_of(text));
  if (!read) return std::move(read).error().within(member);
  return read;
}

Result<identity::Trust> trust_in(const Call& call) {
  identity::Trust trust{TRY(certificate_in("\"log_signer_pem\"", call.text("log_signer_pem"))), {}};
  const json::array& roots = call.body.at("root_pem").as_array();
  if (roots.empty()) return Error{Errc::malformed, "\"root_pem\" is empty: name at least one root certificate"};
  if (roots.size() > manifest_roots_max) {
    return Error{Errc::too_large, "\"root_pem\" holds more than " + std::to_string(manifest_roots_max)};
  }
  for (const json::value& root : roots) {
    trust.roots.push_back(TRY(certificate_in("\"root_pem\"", std::string_view{root.as_string()})));
  }
  return trust;
}

std::string pem_or_empty(Bytes der) { return der.empty() ? "" : identity::pem("CERTIFICATE", der); }

}  // namespace

namespace {

Result<crypto::Digest> fingerprint_in(std::string_view cursor) {
  const Result<Buffer> bytes = decode_hex(cursor);
  crypto::Digest out;
  if (!bytes || bytes.value().size() != out.size()) {
    return Error{Errc::malformed, "query \"cursor\" is not the \"next\" of a page"};
  }
  std::copy(bytes.value().begin(), bytes.value().end(), out.begin());
  return out;
}

}  // namespace

Result<net::HttpResponse> import_manifest(Service& service, const Call& call) {
  const std::string origin = call.optional_text("origin").value_or("manifest");
  // The fleet judges again; this keeps others from making us verify.
  TRY(service.fleet.registry(call.actor, {.size = 1}));
  const identity::Trust trust = TRY(trust_in(call));
  const std::string_view manifest = call.body.at("manifest").as_string();
  Result<std::vector<identity::Unit>> units = identity::read_manifest(bytes_of(manifest), trust);
  if (!units) return std::move(units).error().within("manifest " + origin);
  Result<fleet::Fleet::Imported> done = service.fleet.import_units(call.actor, units.value(), origin);
  if (!done) return std::move(done).error().within("manifest " + origin);
  return reply({{"added", done.value().added}, {"already_known", done.value().already_known}});
}

Result<net::HttpResponse> list_registry(Service& service, const Call& call) {
  fleet::RegistryQuery query;
  query.page = TRY(call.query_number("from", 0));
  query.size = TRY(call.query_number("size", query.size));
  if (query.size == 0) return Error{Errc::malformed, "query \"size\" is 1 at least"};
  const PageAsked asked = TRY(page_asked(call));
  if (!asked.after.empty()) {
    if (call.query("from"))
      return Error{Errc::malformed, "\"from\" and \"cursor\" are two ways to turn pages: take one"};
    query.after = TRY(fingerprint_in(asked.after));
  }
  const std::vector<fleet::Identity> found = TRY(service.fleet.registry(call.actor, query));
  json::value next = nullptr;  // a full page may be the last one, and the next then empty
  if (found.size() == query.size) next = cursor_of(hex(found.back().fingerprint));
  return reply({{"identities", shapes(found)}, {"next", std::move(next)}});
}

Result<net::HttpResponse> get_registered(Service& service, const Call& call) {
  const fleet::Identity found = TRY(service.fleet.find_identity(call.actor, call.segment("dcn")));
  return reply({{"identity", shape(found)},
                {"certificate", pem_or_empty(found.certificate)},
                {"signer", pem_or_empty(found.signer)}});
}

Result<net::HttpResponse> quarantine(Service& service, const Call& call) {
  TRY(service.fleet.quarantine(call.actor, call.segment("dcn"), call.text("reason")));
  return reply({{"identity", shape(TRY(service.fleet.find_identity(call.actor, call.segment("dcn"))))}});
}

Result<net::HttpResponse> release(Service& service, const Call& call) {
  TRY(service.fleet.release(call.actor, call.segment("dcn")));
  return reply({{"identity", shape(TRY(service.fleet.find_identity(call.actor, call.segment("dcn"))))}});
}

Result<net::HttpResponse> enroll(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  Result<identity::Request> request = identity::parse_request(bytes_of(call.text("csr")));
  if (!request) return std::move(request).error().within("\"csr\"");
  TRY(service.fleet.may_enroll(call.actor, device.id, request.value().common_name));
  const identity::Certificate certificate = TRY(service.issue(request.value()));
  const fleet::Identity made = TRY(service.fleet.enroll(call.actor, device.id, certificate));
  return reply({{"identity", shape(made)}, {"certificate", identity::pem("CERTIFICATE", made.certificate)}});
}

}  // namespace signet::api
