#include "api/routes.h"

namespace signet::api {
namespace {

net::HttpResponse link_page(std::string_view purpose, std::string_view command) {
  net::HttpResponse out;
  out.content_type = "text/plain; charset=utf-8";
  out.body.append("This is a Signet manager. To ").append(purpose);
  out.body.append(", give the whole link to the command line:\n\n  signet ").append(command).append(" 'https://...'\n");
  return out;
}

}  // namespace

Result<net::HttpResponse> get_server(Service& service, const Call&) {
  const About& about = service.about;
  return reply({{"server", json::object{{"version", about.version},
                                        {"fingerprint", about.fingerprint},
                                        {"device_port", about.device_port},
                                        {"store_version", about.store_version},
                                        {"receipt_key", hex(about.receipt_key)}}}});
}

Result<net::HttpResponse> get_ca(Service& service, const Call&) {
  net::HttpResponse out;
  out.body = service.about.ca_pem;
  out.content_type = "application/x-pem-file";
  return out;
}

Result<net::HttpResponse> get_health(Service&, const Call&) { return reply({{"status", "ok"}}); }

Result<net::HttpResponse> get_openapi(Service&, const Call&) {
  static const std::string text = openapi();  // a millisecond, and strangers may ask as often as they like
  net::HttpResponse out;
  out.body = text;
  return out;
}

// Who opens a link of ours in a browser. The token stands behind "#" and never reaches us this way.
Result<net::HttpResponse> get_setup_page(Service&, const Call&) { return link_page("make its first account", "setup"); }
Result<net::HttpResponse> get_join_page(Service&, const Call&) { return link_page("take an invitation", "join"); }

}  // namespace signet::api
