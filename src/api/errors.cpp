#include "api/errors.h"

#include "base/errc_names.h"
#include "base/json.h"
#include "fleet/permission.h"

namespace signet::api {
namespace {

std::string_view title_of(Errc code) {
  switch (code) {
    case Errc::malformed: return "Bad request";
    case Errc::too_large: return "Too large";
    case Errc::unauthenticated: return "Unauthenticated";
    case Errc::forbidden: return "Forbidden";
    case Errc::not_found: return "Not found";
    case Errc::conflict: return "Conflict";
    case Errc::exhausted: return "Too many requests";
    case Errc::unavailable: return "Unavailable";
    case Errc::corrupt: return "Internal error";
  }
  return "Internal error";
}

std::string_view message_of(const Error& error) {
  switch (error.code) {
    case Errc::malformed:
    case Errc::too_large:
    case Errc::not_found:
    case Errc::conflict:
    case Errc::exhausted: return error.what;
    case Errc::unauthenticated:
      return fleet::may_be_told(error) ? std::string_view{error.what} : "Sign in, or send a valid API key.";
    case Errc::forbidden:
      return fleet::may_be_told(error) ? std::string_view{error.what}
                                       : "This is refused; the manager's audit says why.";
    case Errc::unavailable: return "The manager cannot do this now; try again later.";
    case Errc::corrupt: return "The manager found damage in its own data; its log says more.";
  }
  return "";
}

}  // namespace

int http_status(Errc code) {
  switch (code) {
    case Errc::malformed: return 400;
    case Errc::too_large: return 413;
    case Errc::unauthenticated: return 401;
    case Errc::forbidden: return 403;
    case Errc::not_found: return 404;
    case Errc::conflict: return 409;
    case Errc::exhausted: return 429;
    case Errc::unavailable: return 503;
    case Errc::corrupt: return 500;
  }
  return 500;
}

net::HttpResponse refusal(int status, std::string_view code, std::string_view title, std::string_view message,
                          std::string_view request_id) {
  net::HttpResponse out;
  out.status = status;
  // An operator's file name in a message may hold any byte; JSON holds UTF-8 alone.
  const std::string_view text =
      is_utf8(message) ? message : std::string_view{"the request holds bytes that are not UTF-8"};
  json::object error{{"code", code}, {"message", title}, {"detail", text}};
  if (!request_id.empty()) error["request_id"] = request_id;
  // What stands beside "error" is for clients of the documented API's first version.
  out.body =
      json::serialize(json::object{{"error", std::move(error)}, {"code", code}, {"title", title}, {"message", text}});
  if (status == 401) out.headers["www-authenticate"] = "Bearer";
  if (status == 429) out.headers["retry-after"] = "60";
  return out;
}

net::HttpResponse refusal(const Error& error, std::string_view request_id) {
  return refusal(http_status(error.code), name_of(error.code), title_of(error.code), message_of(error), request_id);
}

}  // namespace signet::api
