#include "api/routes.h"

namespace signet::api {

Result<net::HttpResponse> get_server(Service& service, const Call&) {
  const About& about = service.about;
  return reply({{"server", json::object{{"version", about.version},
                                        {"fingerprint", about.fingerprint},
                                        {"device_port", about.device_port},
                                        {"store_version", about.store_version},
                                        {"receipt_key", hex(about.receipt_key)},
                                        {"next_ca", about.successor}}}});
}

Result<net::HttpResponse> get_ca(Service& service, const Call&) {
  net::HttpResponse out;
  out.body = service.about.ca_pem;
  out.content_type = "application/x-pem-file";
  return out;
}

Result<net::HttpResponse> get_health(Service&, const Call&) { return reply({{"status", "ok"}}); }

Result<net::HttpResponse> get_openapi(Service&, const Call&) {
  static const std::string text = openapi();  // a millisecond
  net::HttpResponse out;
  out.body = text;
  return out;
}

}  // namespace signet::api
