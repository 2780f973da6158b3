#include "net/http_client.h"

#include "base/bytes.h"
#include "net/curl_handles.h"
#include "net/socket.h"

#include <memory>

namespace signet::net {
namespace {

constexpr std::size_t answer_header_bytes_max = 256 * 1024;
constexpr Seconds silence_max{60};  // of an answer without a timeout

struct Place {
  std::string scheme, host, port;
  std::string name() const { return host + ":" + port; }
};

struct Receiving {
  HttpAnswer answer;
  std::size_t body_bytes_max = 0;
  std::size_t header_bytes = 0;
  bool too_large = false;
  CURL* curl = nullptr;
  const std::function<bool(std::string_view)>* on_body = nullptr;
  bool stopped = false;  // by on_body
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto from = text.find_first_not_of(blank);
  return from == text.npos ? "" : text.substr(from, text.find_last_not_of(blank) - from + 1);
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* into) {
  auto& receiving = *static_cast<Receiving*>(into);
  long status = 0;
  curl_easy_getinfo(receiving.curl, CURLINFO_RESPONSE_CODE, &status);
  if (*receiving.on_body && status == 200) {
    receiving.stopped = !(*receiving.on_body)({data, size});
    return receiving.stopped ? 0 : size;
  }
  if (receiving.answer.body.size() + size > receiving.body_bytes_max) {
    receiving.too_large = true;
    return 0;
  }
  receiving.answer.body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* into) {
  auto& receiving = *static_cast<Receiving*>(into);
  receiving.header_bytes += size;
  if (receiving.header_bytes > answer_header_bytes_max) {
    receiving.too_large = true;
    return 0;
  }
  const std::string_view line{data, size};
  if (line.starts_with("HTTP/")) receiving.answer.headers.clear();  // what came before was a 100 Continue
  const auto colon = line.find(':');
  if (colon == line.npos) return size;
  receiving.answer.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
  return size;
}

Result<Place> place_of(const std::string& text) {
  const CurlUrlPtr url{curl_url()};
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return Error{Errc::malformed, "not a URL: expected https://HOST:PORT/PATH"};
  }
  Place place{part_of(url.get(), CURLUPART_SCHEME), part_of(url.get(), CURLUPART_HOST),
              part_of(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
  if (place.scheme.empty() || place.host.empty() || place.port.empty()) return Error{Errc::malformed, "not a URL"};
  const bool bracketed = place.host.size() > 2 && place.host.front() == '[';
  const std::string bare = bracketed ? place.host.substr(1, place.host.size() - 2) : place.host;
  if (place.scheme == "http" && !is_loopback(bare)) {
    return Error{Errc::forbidden, "plain http is for this machine alone: use https://" + place.name()};
  }
  return place;
}

Result<CurlListPtr> headers_of(const HttpCall& call) {
  bool typed = call.body.empty();
  std::vector<std::string> lines{"Expect:"};  // curl would wait a second for a 100 Continue
  for (const auto& [name, value] : call.headers) {
    if (name.empty() || !is_plain_line(name) || !is_plain_line(value)) {
      return Error{Errc::malformed, "a header to send has a line break in it"};
    }
    lines.push_back(name + ": " + value);
    typed |= lower(name) == "content-type";
  }
  if (!typed) lines.push_back("Content-Type: application/json");
  CurlListPtr list;
  for (const std::string& line : lines) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    ENSURE(longer);
    [[maybe_unused]] const auto* same = list.release();
    list.reset(longer);
  }
  return list;
}

void set_trust(CURL* curl, const HttpCall& call) {
  const bool blind = call.accept_any_certificate_to_learn_its_ca;
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, blind ? 0L : 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, blind ? 0L : 2L);
  curl_easy_setopt(curl, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);  // Debian's curl trusts /etc/ssl/certs unless told otherwise
  if (call.ca_pem.empty()) return;
  curl_blob ca{const_cast<char*>(call.ca_pem.data()), call.ca_pem.size(), CURL_BLOB_COPY};
  curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &ca);
}

void set_request(CURL* curl, const HttpCall& call) {
  if (call.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (!call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(Millis{call.timeout}.count()));
  if (call.timeout > Seconds{0}) return;
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(silence_max.count()));
}

void set_receiver(CURL* curl, Receiving& receiving) {
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiving);
}

Error explain(CURLcode code, const Place& place, const HttpCall& call, const Receiving& receiving, const char* detail) {
  const std::string at = place.name();
  const std::string more = *detail ? std::string{" ("} + detail + ")" : "";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return {Errc::unavailable,
              "nobody answers at " + at + ": is the manager running, and is the address right?" + more};
    case CURLE_OPERATION_TIMEDOUT:
      return {Errc::unavailable,
              "no answer from " + at + " within " + std::to_string(call.timeout.count()) + " s" + more};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Errc::unavailable,
              at +
                  " shows a certificate that is not accepted: is it the manager you set up, under this "
                  "name, and is this machine's clock right?" +
                  more};
    case CURLE_SSL_CACERT_BADFILE: return {Errc::malformed, "the CA certificate to believe is not readable" + more};
    case CURLE_WRITE_ERROR:
      if (receiving.too_large) return {Errc::too_large, "the answer of " + at + " is larger than allowed here"};
      [[fallthrough]];
    default: return {Errc::unavailable, "no conversation with " + at + ": " + curl_easy_strerror(code) + more};
  }
}

}  // namespace

Result<HttpAnswer> http_call(const HttpCall& call) {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  ENSURE(started);
  const Place place = TRY(place_of(call.url));
  if (call.method.empty() || call.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != call.method.npos) {
    return Error{Errc::malformed, "not an HTTP method"};
  }
  if (place.scheme == "https" && call.ca_pem.empty() && !call.accept_any_certificate_to_learn_its_ca) {
    return Error{Errc::forbidden, "the CA of " + place.name() + " is not known here: set up the connection first"};
  }
  const CurlListPtr headers = TRY(headers_of(call));
  const CurlPtr curl{curl_easy_init()};
  ENSURE(curl);
  Receiving receiving;
  receiving.body_bytes_max = call.response_bytes_max;
  receiving.curl = curl.get();
  receiving.on_body = &call.on_body;
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  set_trust(curl.get(), call);
  set_request(curl.get(), call);
  set_receiver(curl.get(), receiving);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK && !receiving.stopped) {
    long verification = 0;  // curl files a wrong signature of a CA with the right name under "connect error"
    curl_easy_getinfo(curl.get(), CURLINFO_SSL_VERIFYRESULT, &verification);
    const bool distrusted = code == CURLE_SSL_CONNECT_ERROR && verification != 0;
    return explain(distrusted ? CURLE_PEER_FAILED_VERIFICATION : code, place, call, receiving, detail);
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  receiving.answer.status = static_cast<int>(status);
  return std::move(receiving.answer);
}

}  // namespace signet::net
