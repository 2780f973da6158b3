#include "cli/config.h"

#include "base/port/file.h"

#include <algorithm>

namespace signet::cli {
namespace {

constexpr std::string_view scheme = "https://";

Error bad_link() {
  return Error{Errc::malformed,
               "this is not a setup link; expected, whole and in quotes: "
               "signet setup 'https://HOST:8443/setup#token=...&ca=...'"};
}

// Takes `prefix` off the front of `text`.
bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

Result<Config> load_config(const std::string& path) {
  if (!file_exists(path)) return Config{};
  const Buffer text = TRY(read_file(path, config_bytes_max));
  const auto read = [&]() -> Result<Config> {
    const json::object object = TRY(parse_json_object(text_of(text)));
    Config out;
    out.server = TRY(optional_string(object, "server"));
    out.ca_pem = TRY(optional_string(object, "ca"));
    out.token = TRY(optional_string(object, "token"));
    out.email = TRY(optional_string(object, "email"));
    return out;
  };
  Result<Config> config = read();
  if (!config) return Error{Errc::corrupt, path + ": " + config.error().what + "; remove it and sign in again"};
  return config;
}

Status store_config(const std::string& path, const Config& config) {
  if (const auto slash = path.rfind('/'); slash != path.npos && slash > 0)
    TRY(make_folder(path.substr(0, slash), 0700));
  const json::object object{
      {"server", config.server}, {"ca", config.ca_pem}, {"token", config.token}, {"email", config.email}};
  return write_file_atomic(path, bytes_of(json::serialize(object) + "\n"), 0600);
}

namespace {

Result<SetupLink> parse_link(std::string_view link, std::string_view page, const Error& bad) {
  if (link.size() > link_bytes_max) return bad;
  const auto path = link.find(page);
  if (path == link.npos) return bad;
  Result<std::string> server = parse_server(link.substr(0, path));
  if (!server) return bad;
  std::string_view rest = link.substr(path + page.size());
  if (!skip(rest, "token=")) return bad;
  const auto ampersand = rest.find("&ca=");
  if (ampersand == 0 || ampersand == rest.npos) return bad;
  SetupLink out{std::move(server).value(), std::string{rest.substr(0, ampersand)}, {}};
  const Result<Buffer> ca = decode_hex(rest.substr(ampersand + 4));
  if (!ca || ca.value().size() != 32) return bad;
  out.ca = hex(ca.value());
  return out;
}

}  // namespace

Result<SetupLink> parse_setup_link(std::string_view link) { return parse_link(link, "/setup#", bad_link()); }

Result<SetupLink> parse_join_link(std::string_view link) {
  return parse_link(
      link, "/join#",
      {Errc::malformed, "that is no invitation; expected, in quotes: https://HOST:8443/join#token=...&ca=..."});
}

std::vector<std::string> pinned_cas(const Config& config) {
  const auto texts = identity::certificate_texts(config.ca_pem);
  return {texts.begin(), texts.end()};
}

Result<identity::Certificate> pinned_ca(const Config& config) {
  const std::vector<std::string> all = pinned_cas(config);
  return identity::read_certificate(bytes_of(all.empty() ? config.ca_pem : all.front()));
}

Result<std::string> ca_fingerprint(const Config& config) {
  const identity::Certificate ca = TRY(pinned_ca(config));
  return hex(identity::fingerprint(ca));
}

Result<std::string> parse_server(std::string_view url) {
  const Error bad{Errc::malformed, "\"" + std::string{url.substr(0, 200)} +
                                       "\" is no manager's address; expected something like https://localhost:8443"};
  std::string_view rest = url;
  if (!skip(rest, scheme)) return bad;
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty() || rest.size() > 300) return bad;
  const auto strange = [](char c) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !plain && c != '.' && c != '-' && c != ':' && c != '[' && c != ']';
  };
  if (std::any_of(rest.begin(), rest.end(), strange)) return bad;
  return std::string{scheme} + std::string{rest};
}

std::string host_of_server(std::string_view server) {
  skip(server, scheme);
  if (skip(server, "[")) return std::string{server.substr(0, server.find(']'))};
  return std::string{server.substr(0, server.find(':'))};
}

}  // namespace signet::cli
