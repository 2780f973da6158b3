// site.h -- the web console as files: what a browser gets on the people's port beside the routes.
//
//   /assets/NAME-HASH.js    as it is, kept by the browser for ever: another content has another name
//   any other page          index.html, asked for anew each time (ETag); the console reads the path itself
//
// A path whose first part is that of a route is never ours. No script of others, none within a page, no foreign host:
// the Content-Security-Policy says so to the browser. Holds nothing that is secret; may be asked by any thread.
#pragma once

#include "net/http_server.h"

#include <set>

namespace signet::api {

// What tools/build_console.py wrote into the program. All views are for ever.
struct SiteFile {
  std::string_view path;  // "/index.html"
  std::string_view content_type;
  std::string_view etag;  // quoted, of the content
  std::string_view plain;
  std::string_view gzipped;
};
std::vector<SiteFile> built_in_site();  // linked into signetd alone

class Site {
 public:
  explicit Site(std::vector<SiteFile> files);
  // Nothing when it is not about a page: then it is about a route, or wrong.
  std::optional<net::HttpResponse> answer(const net::HttpRequest& request) const;

 private:
  const SiteFile* find(std::string_view path) const;
  std::vector<SiteFile> files_;
  std::set<std::string, std::less<>> taken_;  // first parts of the routes' paths
};

}  // namespace signet::api
