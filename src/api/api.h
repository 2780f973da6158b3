// api.h -- where people and programs come in: one HTTP request in, one response out, over the fleet.
//
//   Api api{fleet, clock, {guard, save_bans}, about, issue};
//   net::HttpResponse response = api.handle(request);      // on the fleet's thread
//
// The routes are one table (routes.h), from which GET /v3/openapi.json is generated. Errors are
// {"error": {"code","message","detail"}}; docs/formats/api.md has the rest. Opens no socket and keeps no state but the
// rate limits.
#pragma once

#include "api/request_limit.h"
#include "base/clock.h"
#include "base/json.h"
#include "fleet/fleet.h"
#include "guard/guard.h"
#include "identity/profile.h"
#include "net/http_server.h"

namespace signet::api {

inline constexpr std::size_t body_bytes_max = 64 * 1024;           // of a request, but for
inline constexpr std::size_t manifest_body_bytes_max = 32u << 20;  // POST /v3/registry/manifests
// POST /v3/workspaces/{wks}/firmwares/{fmw}/versions/{ver}: the largest image, rounded up
inline constexpr std::size_t image_body_bytes_max = (8u << 20) + (8u << 10);
inline constexpr std::size_t path_bytes_max = 1024;
inline constexpr std::size_t uploads_at_once_max = 8;  // of such images, that are in memory beside each other
inline constexpr const char* next_cursor_header = "x-next-cursor";  // of a page that is no JSON object
inline constexpr std::size_t query_values_max = 256;
inline constexpr std::size_t manifest_roots_max = 16;
inline constexpr Seconds ban_time_default{3600};
inline constexpr unsigned sign_in_attempts_max = 20;  // of one address within one minute

// What the manager says about itself.
struct About {
  std::string version;
  std::string ca_pem;
  std::string fingerprint;  // hex SHA-256 of the CA's DER: the name of this manager
  crypto::PublicKey receipt_key{};
  std::uint16_t device_port = 0;
  unsigned store_version = 0;
  std::string metrics_token{};  // for GET /metrics; empty: nobody has one
  json::value successor{};      // of the CA (identity/successor.h); usually null
};

// Issues a certificate for a software key that proved itself by its request.
using IssueEnrolled = std::function<Result<identity::Certificate>(const identity::Request&)>;

struct GateFigures {
  std::size_t devices = 0;           // that are connected
  std::uint64_t backlog_bytes = 0;   // readings that are durable and not in the store yet
  std::uint64_t accepted_bytes = 0;  // readings that were acknowledged since the logs began
};

// How fast who may ask: a token, whoever holds it and from wherever; and an address (of IPv6 a /64) without a good one.
struct RequestLimits {
  RequestRate of_token{100, 500};
  RequestRate of_stranger{20, 200};
};

// Who may knock, and what makes a change of its bans durable.
struct Gate {
  guard::Guard& guard;
  std::function<Status()> save_bans;
  std::function<GateFigures()> figures{};
};

class Api {
 public:
  // `fleet`, `clock`, the guard and the readings must outlive the Api. With readings of their own, questions about data
  // are answered by a promise: HttpResponse::later. They are one thread's.
  Api(fleet::Fleet& fleet, Clock& clock, Gate gate, About about, IssueEnrolled issue, RequestLimits limits = {},
      fleet::Readings* readings = nullptr);
  ~Api();
  net::HttpResponse handle(net::HttpRequest request);
  void tend();  // once a second: streams that are open

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The OpenAPI 3.1 description of the route table, indented.
std::string openapi();

}  // namespace signet::api
