#include "net/http_reader.h"

#include "base/bytes.h"
#include "net/http_target.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace signet::net {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

std::string_view view_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool may_not_repeat(std::string_view name) {
  return name == "host" || name == "authorization" || name == "content-type" || name == "content-length" ||
         name == "transfer-encoding";
}

// False when one that must be single comes twice.
bool collect_headers(const Parser& parser, std::map<std::string, std::string>& into) {
  for (const auto& field : parser.get()) {
    const std::string name = lower(view_of(field.name_string()));
    const std::string value{view_of(field.value())};
    const auto [place, fresh] = into.emplace(name, value);
    if (fresh) continue;
    if (may_not_repeat(name)) return false;
    place->second += (name == "cookie" ? "; " : ", ") + value;
  }
  return true;
}

int status_of(boost::beast::error_code ec) {
  if (ec == http::error::header_limit) return 431;
  if (ec == http::error::body_limit) return 413;
  return 400;
}

}  // namespace

struct HttpReader::State {
  explicit State(const HttpLimits& l) : limits(l) { start(); }

  void start() {
    parser.emplace();
    parser->eager(true);
    parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    parser->body_limit(limits.body_bytes_max);
    header_judged = false;
    continue_told = false;
    request = {};
  }

  // 0: good. Once a request, as soon as its header is whole.
  int judge_header() {
    const auto& message = parser->get();
    if (message.version() != 10 && message.version() != 11) return 400;
    if (!collect_headers(*parser, request.headers)) return 400;
    if (message.version() == 11 && !request.headers.contains("host")) return 400;  // RFC 9112 3.2
    if (const auto coding = request.headers.find("transfer-encoding"); coding != request.headers.end()) {
      if (message.version() == 10 || request.headers.contains("content-length")) return 400;  // RFC 9112 6.1
      if (lower(coding->second) != "chunked") return 501;
    }
    // What is packed is not unpacked: a few bytes could stand for any number of them.
    const auto packing = request.headers.find("content-encoding");
    if (packing != request.headers.end() && lower(packing->second) != "identity") return 415;
    const auto length = request.headers.find("content-length");  // Beast takes "1, 1"; other readers may not
    if (length != request.headers.end() && length->second.find_first_not_of("0123456789") != std::string::npos) {
      return 400;
    }
    auto target = parse_target(view_of(message.target()));
    if (!target) return target.error().code == Errc::too_large ? 431 : 400;
    request.path = std::move(target.value().path);
    request.query = std::move(target.value().query);
    request.method = view_of(message.method_string());
    return 0;
  }

  NeedMore more() {
    const auto expect = request.headers.find("expect");
    const bool waits = header_judged && expect != request.headers.end() && lower(expect->second) == "100-continue";
    return {waits && !std::exchange(continue_told, true)};
  }

  HttpLimits limits;
  std::string in;
  std::optional<Parser> parser;
  HttpRequest request;
  bool header_judged = false;
  bool continue_told = false;
};

HttpReader::HttpReader(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {}
HttpReader::~HttpReader() = default;

void HttpReader::add(Bytes bytes) { state_->in += text_of(bytes); }

bool HttpReader::begun() const { return !state_->in.empty() || state_->parser->got_some(); }

HttpReader::Next HttpReader::next() {
  State& s = *state_;
  while (!s.parser->is_done()) {
    if (s.in.empty()) return s.more();
    boost::beast::error_code ec;
    const std::size_t used = s.parser->put(boost::asio::const_buffer{s.in.data(), s.in.size()}, ec);
    s.in.erase(0, used);
    if (ec && ec != http::error::need_more) return Refused{status_of(ec)};
    if (s.parser->is_header_done() && !std::exchange(s.header_judged, true)) {
      if (const int status = s.judge_header()) return Refused{status};
    }
    if (ec == http::error::need_more) return s.more();
  }
  const bool keep_alive = s.parser->keep_alive();
  HttpRequest request = std::move(s.request);
  request.body = std::move(s.parser->get().body());
  s.start();
  return Request{std::move(request), keep_alive};
}

}  // namespace signet::net
