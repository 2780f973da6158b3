// endpoint.h -- whose device this board is and where its manager lives; kept durably in the board's folder.
#pragma once

#include "base/ids.h"
#include "base/json.h"

#include <optional>

namespace signet::board {

inline constexpr std::size_t host_bytes_max = 253;  // of a name in the DNS
inline constexpr std::size_t receipt_bytes_max = 4096;

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  std::string ca;       // PEM of the manager's CA: nothing else is believed, but for
  std::string next_ca;  // the one that it has named to follow; usually empty
  std::string device;   // its id at the manager
  std::string receipt;  // the manager's signed word that the claim was made
  std::string trust() const { return ca + next_ca; }
  bool operator==(const Endpoint&) const = default;
};

// From `claim.install`, or from the file. Names the member that is wrong.
Result<Endpoint> read_endpoint(const json::object& object);
json::object write_endpoint(const Endpoint& endpoint);

// Trusts the CA that `said` names (identity/successor.h as JSON) beside the present one, whose word it must be.
Result<Endpoint> with_successor(Endpoint endpoint, std::string_view said);
// The manager has shown `server`, the DER of its certificate, and TLS believed it: when it is of the CA that was to
// follow, that is the only one from now on. Nothing: as before.
std::optional<Endpoint> succeeded_by(const Endpoint& endpoint, Bytes server);
// {"trusts": [hex SHA-256 of each CA]}, for the manager.
json::object trusts_of(const Endpoint& endpoint);

// FOLDER/endpoint.json. Nothing when the board is not claimed; corrupt when the file cannot be read.
Result<std::optional<Endpoint>> load_endpoint(const std::string& folder);
Status store_endpoint(const std::string& folder, const Endpoint& endpoint);
Status remove_endpoint(const std::string& folder);

}  // namespace signet::board
