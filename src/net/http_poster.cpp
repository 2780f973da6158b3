#include "net/http_poster.h"

#include "base/bytes.h"
#include "net/curl_handles.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace signet::net {
namespace {

constexpr Millis connect_within{8'000};
constexpr int poll_at_least_every = 1'000;  // milliseconds

std::string text_of_address(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    (void)::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else if (address.sa_family == AF_INET6) {
    (void)::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text, sizeof text);
  }
  return text;
}

// One POST on its way. libcurl points into it.
struct Transfer {
  HttpPost what;
  std::function<void(HttpPosted)> done;
  const PosterConfig* config = nullptr;
  bool over_tls = true;
  CurlPtr easy{};
  CurlListPtr headers{};
  std::string refused{};  // the judge's word
  std::size_t body_bytes = 0, header_bytes = 0;
  char detail[CURL_ERROR_SIZE] = "";
};

curl_socket_t open_socket(void* of, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(of);
  const std::string text = text_of_address(address->addr);
  const Status judged = text.empty() ? Status{Error{Errc::forbidden, "it is no address of the Internet"}}
                                     : transfer.config->may_reach(text, transfer.over_tls);
  if (!judged) {
    transfer.refused = judged.error().what;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t count_body(char*, std::size_t, std::size_t size, void* of) {
  auto& transfer = *static_cast<Transfer*>(of);
  transfer.body_bytes += size;
  return transfer.body_bytes > post_answer_bytes_max ? 0 : size;
}

std::size_t count_header(char*, std::size_t, std::size_t size, void* of) {
  auto& transfer = *static_cast<Transfer*>(of);
  transfer.header_bytes += size;
  return transfer.header_bytes > post_answer_bytes_max ? 0 : size;
}

CurlListPtr header_lines(const HttpPost& what) {
  std::vector<std::string> lines{"Expect:", "Content-Type: application/json"};
  for (const auto& [name, value] : what.headers) {
    ENSURE(is_plain_line(name) && is_plain_line(value));  // who makes them has checked what people gave
    lines.emplace_back(name).append(": ").append(value);
  }
  CurlListPtr list;
  for (const std::string& line : lines) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    ENSURE(longer);
    [[maybe_unused]] const auto* same = list.release();
    list.reset(longer);
  }
  return list;
}

void set_way(CURL* curl, Transfer& transfer) {
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!transfer.config->ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, transfer.config->ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_within.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(transfer.config->timeout.count()));
}

void prepare(Transfer& transfer) {
  transfer.easy.reset(curl_easy_init());
  ENSURE(transfer.easy);
  CURL* const curl = transfer.easy.get();
  transfer.over_tls = !transfer.what.url.starts_with("http://");
  transfer.headers = header_lines(transfer.what);
  set_way(curl, transfer);
  curl_easy_setopt(curl, CURLOPT_URL, transfer.what.url.c_str());
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.what.body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, transfer.what.body.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer.headers.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "signet");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, count_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer.detail);
  curl_easy_setopt(curl, CURLOPT_PRIVATE, &transfer);
}

HttpPosted outcome_of(const Transfer& transfer, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  // Of an answer that goes on and on the status is known.
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && transfer.body_bytes > post_answer_bytes_max)) {
    return {static_cast<int>(status), ""};
  }
  if (!transfer.refused.empty()) return {0, transfer.refused, true};
  const std::string words = transfer.detail[0] ? transfer.detail : curl_easy_strerror(code);
  return {0, is_utf8(words) ? words : curl_easy_strerror(code)};
}

}  // namespace

struct HttpPoster::State {
  explicit State(PosterConfig c) : config(std::move(c)), multi(curl_multi_init()) { ENSURE(multi); }

  void run();
  void begin_more();
  void end_finished();

  const PosterConfig config;
  CurlMultiPtr multi;
  std::mutex mutex;
  std::deque<std::unique_ptr<Transfer>> waiting;  // with the mutex
  bool stopping = false;                          // with the mutex
  std::unordered_map<Transfer*, std::unique_ptr<Transfer>> running;
  std::thread thread;
};

void HttpPoster::State::begin_more() {
  const std::lock_guard lock{mutex};
  while (!waiting.empty() && running.size() < posts_at_once_max) {
    std::unique_ptr<Transfer> next = std::move(waiting.front());
    waiting.pop_front();
    prepare(*next);
    ENSURE(curl_multi_add_handle(multi.get(), next->easy.get()) == CURLM_OK);
    Transfer* const key = next.get();
    running.emplace(key, std::move(next));
  }
}

void HttpPoster::State::end_finished() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    CURL* const easy = message->easy_handle;
    char* key = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &key);
    const auto found = running.find(reinterpret_cast<Transfer*>(key));
    const std::unique_ptr<Transfer> transfer = std::move(found->second);
    running.erase(found);
    const HttpPosted outcome = outcome_of(*transfer, code);
    curl_multi_remove_handle(multi.get(), easy);
    transfer->done(outcome);
  }
}

void HttpPoster::State::run() {
  while (true) {
    {
      const std::lock_guard lock{mutex};
      if (stopping) break;
    }
    begin_more();
    int still = 0;
    curl_multi_perform(multi.get(), &still);
    end_finished();
    curl_multi_poll(multi.get(), nullptr, 0, poll_at_least_every, nullptr);
  }
  for (const auto& [key, transfer] : running) curl_multi_remove_handle(multi.get(), transfer->easy.get());
  running.clear();
}

Result<std::unique_ptr<HttpPoster>> HttpPoster::create(PosterConfig config) {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  ENSURE(started);
  auto state = std::make_unique<State>(std::move(config));
  State& s = *state;
  s.thread = std::thread{[&s] { s.run(); }};
  return std::unique_ptr<HttpPoster>{new HttpPoster{std::move(state)}};
}

HttpPoster::HttpPoster(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpPoster::~HttpPoster() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->stopping = true;
  }
  curl_multi_wakeup(state_->multi.get());
  state_->thread.join();
}

void HttpPoster::post(HttpPost what, std::function<void(HttpPosted)> done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->what = std::move(what);
  transfer->done = std::move(done);
  transfer->config = &state_->config;
  {
    const std::lock_guard lock{state_->mutex};
    state_->waiting.push_back(std::move(transfer));
  }
  curl_multi_wakeup(state_->multi.get());
}

Result<UrlParts> parse_url(const std::string& text) {
  const CurlUrlPtr url{curl_url()};
  ENSURE(url);
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return Error{Errc::malformed, "not a URL: expected https://HOST/PATH"};
  }
  const bool names_user =
      !part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_PASSWORD).empty();
  if (names_user || !part_of(url.get(), CURLUPART_FRAGMENT).empty()) {
    return Error{Errc::malformed, "a URL with a user, a password or a fragment is not taken"};
  }
  UrlParts out{part_of(url.get(), CURLUPART_SCHEME), part_of(url.get(), CURLUPART_HOST)};
  if (out.host.size() > 2 && out.host.front() == '[') out.host = out.host.substr(1, out.host.size() - 2);
  return out;
}

}  // namespace signet::net
