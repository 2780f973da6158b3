// asked_once.h -- private to api/: Idempotency-Key on POST (draft-ietf-httpapi-idempotency-key-header).
#pragma once

#include "api/routes.h"

namespace signet::api {

inline constexpr const char* idempotency_key_header = "idempotency-key";
inline constexpr std::size_t idempotency_key_bytes_max = 255;
// Of an answer that was given before.
inline constexpr const char* replayed_header = "idempotency-replayed";

// What a POST calls itself; none when it does not, and of other methods. malformed: it is no such key, or this POST
// knows nobody by whose token it could be kept.
Result<std::optional<std::string>> idempotency_key_of(const Route& route, const net::HttpRequest& request);

// Runs `perform` unless it was run for this key before. 422 when that was another request.
Result<net::HttpResponse> perform_once(Service& service, const Call& call, const std::string& key,
                                       const std::function<Result<net::HttpResponse>()>& perform);

// The same of what is made in steps: it is done once when its last step comes, on the fleet's thread again.
net::HttpResponse promise_once(Service& service, const Call& call, const std::string& key, net::HttpResponse promised);

}  // namespace signet::api
