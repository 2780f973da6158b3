#include "api/site.h"

#include "api/routes.h"

#include <algorithm>

namespace signet::api {
namespace {

constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
constexpr std::string_view hashed = "/assets/";

std::string_view first_part(std::string_view path) { return path.substr(0, path.find('/', 1)); }

std::string_view header_in(const net::HttpRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string_view{} : std::string_view{found->second};
}

bool lists(std::string_view header, std::string_view word) { return header.find(word) != header.npos; }

void add_rules(net::HttpResponse& out, const SiteFile& file) {
  out.headers["etag"] = file.etag;
  out.headers["vary"] = "Accept-Encoding";
  out.headers["cache-control"] = file.path.starts_with(hashed) ? "public, max-age=31536000, immutable" : "no-cache";
  out.headers["content-security-policy"] = policy;
  out.headers["cross-origin-opener-policy"] = "same-origin";
  out.headers["cross-origin-resource-policy"] = "same-origin";
  out.headers["permissions-policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
  out.headers["referrer-policy"] = "same-origin";
  out.headers["x-frame-options"] = "DENY";
}

net::HttpResponse send(const SiteFile& file, const net::HttpRequest& request) {
  net::HttpResponse out;
  out.content_type = file.content_type;
  add_rules(out, file);
  if (lists(header_in(request, "if-none-match"), file.etag)) {
    out.status = 304;
    return out;
  }
  if (lists(header_in(request, "accept-encoding"), "gzip") && file.gzipped.size() < file.plain.size()) {
    out.headers["content-encoding"] = "gzip";
    out.body = file.gzipped;
  } else {
    out.body = file.plain;
  }
  return out;
}

}  // namespace

Site::Site(std::vector<SiteFile> files) : files_(std::move(files)) {
  for (const Route& route : routes()) taken_.emplace(first_part(route.path));
}

const SiteFile* Site::find(std::string_view path) const {
  const auto found = std::find_if(files_.begin(), files_.end(), [&](const SiteFile& f) { return f.path == path; });
  return found == files_.end() ? nullptr : &*found;
}

std::optional<net::HttpResponse> Site::answer(const net::HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  if (request.path.size() > path_bytes_max || taken_.contains(first_part(request.path))) return std::nullopt;
  if (const SiteFile* file = find(request.path)) return send(*file, request);
  const bool is_page = request.path == "/" || lists(header_in(request, "accept"), "text/html");
  const SiteFile* const index = find("/index.html");
  if (!is_page || !index || request.path.starts_with(hashed)) return std::nullopt;
  return send(*index, request);
}

}  // namespace signet::api
