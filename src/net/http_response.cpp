#include "net/http_response.h"

#include "base/bytes.h"
#include "base/log.h"

#include <ctime>

namespace signet::net {
namespace {

constexpr const char* hsts = "max-age=31536000";  // a year, the least that browsers' lists ask for

const char* phrase_of(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 507: return "Insufficient Storage";
    default: return "";  // RFC 9112 4: the phrase may be empty
  }
}

std::string http_date(Timestamp now) {
  const std::time_t seconds = std::chrono::floor<Seconds>(now).time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

bool is_token(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  const auto is_token_char = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || marks.find(c) != marks.npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_char);
}

bool is_field_value(std::string_view value) {
  const auto bad = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; };
  return std::none_of(value.begin(), value.end(), bad);
}

struct NoCase {
  bool operator()(const std::string& a, const std::string& b) const { return lower(a) < lower(b); }
};
using Headers = std::map<std::string, std::string, NoCase>;

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

// The handler's own headers win over the usual ones, but not over what frames the message.
Headers headers_of(const HttpResponse& response, const HttpFraming& framing, Timestamp now) {
  Headers headers{response.headers.begin(), response.headers.end()};
  headers.emplace("X-Content-Type-Options", "nosniff");
  if (response.content_type.starts_with("application/json")) headers.emplace("Cache-Control", "no-store");
  if (!framing.request_id.empty()) headers.insert_or_assign("X-Request-Id", framing.request_id);
  if (framing.over_tls) headers.emplace("Strict-Transport-Security", hsts);
  headers.insert_or_assign("Date", http_date(now));
  headers.erase("Transfer-Encoding");
  headers.erase("Content-Length");
  headers.erase("Connection");
  headers.erase("Content-Type");
  if (may_have_body(response.status)) {
    if (!framing.is_endless) headers["Content-Length"] = std::to_string(response.body.size());
    if (!response.content_type.empty()) headers["Content-Type"] = response.content_type;
  }
  if (framing.close_after) headers["Connection"] = "close";
  return headers;
}

}  // namespace

std::string encode_response(const HttpResponse& response, const HttpFraming& framing, Timestamp now) {
  const Headers headers = headers_of(response, framing, now);
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " " + phrase_of(response.status) + "\r\n";
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || !is_field_value(value)) {
      log_error("net.http_header", {{"name", name}, {"error", "an answer's header cannot be sent as it is"}});
      return encode_response(fixed_error(500, framing.request_id), framing, now);
    }
    out.append(name).append(": ").append(value).append("\r\n");
  }
  out += "\r\n";
  if (!framing.head_only && !framing.is_endless && may_have_body(response.status)) out += response.body;
  return out;
}

namespace {

struct FixedWords {
  std::string_view code;
  std::string_view detail;
};

FixedWords words_of(int status) {
  switch (status) {
    case 400: return {"malformed", "the request is malformed"};
    case 408: return {"unavailable", "the request was too slow"};
    case 413: return {"too_large", "the request is too large"};
    case 415: return {"malformed", "a body is not to be packed: send it without Content-Encoding"};
    case 431: return {"too_large", "the request's header is too large"};
    case 501: return {"malformed", "this is not spoken here"};
    case 503: return {"unavailable", "too busy; try again later"};
    default: return {"corrupt", "something went wrong here"};
  }
}

}  // namespace

std::string_view detail_of(int status) { return words_of(status).detail; }

HttpResponse fixed_error(int status, const std::string& request_id) {
  const FixedWords words = words_of(status);
  std::string body = R"({"error":{"code":")";
  body.append(words.code).append(R"(","message":")").append(phrase_of(status));
  body.append(R"(","detail":")").append(words.detail);
  if (!request_id.empty()) body.append(R"(","request_id":")").append(request_id);
  return {.status = status, .body = body + R"("}})"};
}

}  // namespace signet::net
