// config.h -- what the tool remembers between commands: the manager, its CA, and a token. One file, 0600.
//
//   config.json := {"server": "https://host:8443", "ca": PEM, "token": "...", "email": "..."}
//   setup link  := "https://" host ":" port "/setup#token=" token "&ca=" 64 hex digits
#pragma once

#include "base/json.h"
#include "identity/certificate.h"

namespace signet::cli {

inline constexpr std::size_t config_bytes_max = 64 * 1024;
inline constexpr std::size_t link_bytes_max = 2048;

struct Config {
  std::string server;
  std::string ca_pem;  // while the manager changes its CA: of the present one, then of the next
  std::string token;
  std::string email;
};

// An empty Config when there is no file.
Result<Config> load_config(const std::string& path);
Status store_config(const std::string& path, const Config& config);

struct SetupLink {
  std::string server;  // "https://host:8443"
  std::string token;
  std::string ca;  // SHA-256 of the CA's DER, lower-case hex
};
Result<SetupLink> parse_setup_link(std::string_view link);
Result<SetupLink> parse_join_link(std::string_view link);   // the same with "/join": an invitation
std::vector<std::string> pinned_cas(const Config& config);  // PEM, the present one first
Result<identity::Certificate> pinned_ca(const Config& config);
Result<std::string> ca_fingerprint(const Config& config);  // as such a link names it

// "https://host:port" without path; malformed, with an example, when it is something else.
Result<std::string> parse_server(std::string_view url);
// The host of such an address, "[::1]" without its brackets.
std::string host_of_server(std::string_view server);

}  // namespace signet::cli
