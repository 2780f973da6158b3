#include "board/endpoint.h"

#include "base/port/file.h"
#include "identity/successor.h"

namespace signet::board {
namespace {

constexpr std::size_t endpoint_bytes_max = 64 * 1024;

std::string endpoint_path(const std::string& folder) { return folder + "/endpoint.json"; }

Error wrong(std::string_view what) { return Error{Errc::malformed, std::string{what}}; }

Status check_ca(const std::string& pem, const char* name) {
  const auto ca = identity::read_certificate(bytes_of(pem));
  if (!ca) return Error{ca.error()}.within(name);
  if (!ca.value().is_ca) return wrong(std::string{name} + " is not the certificate of a CA");
  return {};
}

}  // namespace

Result<Endpoint> read_endpoint(const json::object& object) {
  Endpoint endpoint;
  endpoint.host = TRY(string_member(object, "host"));
  const bool odd = std::any_of(endpoint.host.begin(), endpoint.host.end(), [](char c) { return c <= ' ' || c == '/'; });
  if (endpoint.host.empty() || endpoint.host.size() > host_bytes_max || odd)
    return wrong("\"host\" is not a host name");
  const std::int64_t port = TRY(integer_member(object, "port"));
  if (port < 1 || port > 65535) return wrong("\"port\" is not 1 to 65535");
  endpoint.port = static_cast<std::uint16_t>(port);
  endpoint.ca = TRY(string_member(object, "ca"));
  TRY(check_ca(endpoint.ca, "\"ca\""));
  endpoint.next_ca = TRY(optional_string(object, "next_ca"));
  if (!endpoint.next_ca.empty()) TRY(check_ca(endpoint.next_ca, "\"next_ca\""));
  endpoint.device = TRY(DeviceId::parse(TRY(string_member(object, "device")))).str();
  endpoint.receipt = TRY(string_member(object, "receipt"));
  if (endpoint.receipt.size() > receipt_bytes_max)
    return Error{Errc::too_large, "\"receipt\" is larger than 4096 bytes"};
  return endpoint;
}

json::object write_endpoint(const Endpoint& e) {
  json::object out{{"host", e.host}, {"port", e.port}, {"ca", e.ca}, {"device", e.device}, {"receipt", e.receipt}};
  if (!e.next_ca.empty()) out["next_ca"] = e.next_ca;
  return out;
}

Result<Endpoint> with_successor(Endpoint endpoint, std::string_view said) {
  const json::object object = TRY(parse_json_object(said));
  const identity::Successor successor = TRY(identity::read_successor(object));
  const identity::Certificate present = TRY(identity::read_certificate(bytes_of(endpoint.ca)));
  TRY(identity::check_successor(present, successor));
  endpoint.next_ca = identity::pem("CERTIFICATE", successor.ca.der);
  return endpoint;
}

std::optional<Endpoint> succeeded_by(const Endpoint& endpoint, Bytes server) {
  if (endpoint.next_ca.empty()) return std::nullopt;
  const auto next = identity::read_certificate(bytes_of(endpoint.next_ca));
  const auto leaf = identity::parse_certificate(server);
  if (!next || !leaf) return std::nullopt;
  const bool is_its = crypto::verify(next.value().public_key, crypto::sha256(leaf.value().tbs), leaf.value().signature);
  if (!is_its) return std::nullopt;
  Endpoint out = endpoint;
  out.ca = std::exchange(out.next_ca, {});
  return out;
}

json::object trusts_of(const Endpoint& endpoint) {
  json::array names;
  for (const std::string& pem : {endpoint.ca, endpoint.next_ca}) {
    const auto ca = identity::read_certificate(bytes_of(pem));
    if (ca) names.emplace_back(hex(identity::fingerprint(ca.value())));
  }
  return {{"trusts", std::move(names)}};
}

Result<std::optional<Endpoint>> load_endpoint(const std::string& folder) {
  const auto file = read_file(endpoint_path(folder), endpoint_bytes_max);
  if (!file && file.error().code == Errc::not_found) return std::optional<Endpoint>{};
  if (!file) return file.error();
  auto object = parse_json_object(text_of(file.value()));
  auto endpoint = object ? read_endpoint(object.value()) : Result<Endpoint>{object.error()};
  if (!endpoint) {
    return Error{Errc::corrupt,
                 endpoint_path(folder) + ": " + endpoint.error().what + "; claim the board again to write it anew"};
  }
  return std::optional<Endpoint>{std::move(endpoint).value()};
}

Status store_endpoint(const std::string& folder, const Endpoint& endpoint) {
  return write_file_atomic(endpoint_path(folder), bytes_of(json::serialize(write_endpoint(endpoint))), 0600);
}

Status remove_endpoint(const std::string& folder) { return remove_file(endpoint_path(folder)); }

}  // namespace signet::board
