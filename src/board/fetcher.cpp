#include "board/fetcher.h"

namespace signet::board {

// One connection. It outlives the fetcher's interest in it: `owner` is then null and its events go nowhere.
class Fetcher::Line final : public net::ConnectionEvents {
 public:
  Line(Fetcher* owner, std::shared_ptr<net::TlsClient> tls) : owner_(owner), tls_(std::move(tls)) {}
  void on_open(net::Connection& connection) override {
    connection_ = &connection;
    is_open_ = true;
    if (owner_) owner_->send_request();
  }
  void on_bytes(net::Connection&, Bytes bytes) override {
    if (owner_) owner_->on_bytes(bytes);
  }
  void on_close(net::Connection&, const std::optional<Error>& why) override {
    connection_ = nullptr;
    Fetcher* const owner = std::exchange(owner_, nullptr);
    if (!owner) return;
    owner->line_.reset();
    owner->answer(why.value_or(Error{Errc::unavailable, "the manager closed the connection"}));
  }
  void attach(net::Connection* connection) { connection_ = connection; }
  bool is_open() const { return is_open_ && connection_; }
  void send(std::string_view text) {
    if (connection_) connection_->send(bytes_of(text));
  }
  void let_go() {
    owner_ = nullptr;
    if (connection_) connection_->close_now();
  }

 private:
  Fetcher* owner_;
  std::shared_ptr<net::TlsClient> tls_;  // must outlive the connection
  net::Connection* connection_ = nullptr;
  bool is_open_ = false;
};

void Fetcher::set_peer(std::optional<Endpoint> endpoint, std::vector<Buffer> chain) {
  if (endpoint == endpoint_ && chain == chain_) return;
  endpoint_ = std::move(endpoint);
  chain_ = std::move(chain);
  tls_.reset();
  let_go();
  if (on_answer_) answer(Error{Errc::unavailable, "the board's connection has changed"});
}

void Fetcher::get(const std::string& path, std::uint32_t first, std::uint32_t size, OnAnswer on_answer) {
  ENSURE(!on_answer_);
  on_answer_ = std::move(on_answer);
  reader_.emplace(size);
  timer_ = loop_.after(fetch_timeout, [this] {
    timer_.reset();
    let_go();
    answer(Error{Errc::unavailable, "the manager sent nothing in time"});
  });
  request_ = "GET " + path + " HTTP/1.1\r\nHost: " + (endpoint_ ? endpoint_->host : "") +
             "\r\nRange: bytes=" + std::to_string(first) + "-" + std::to_string(first + size - 1) + "\r\n\r\n";
  if (line_ && line_->is_open()) return send_request();
  const Status dialled = dial();
  if (dialled) return;
  loop_.cancel(*timer_);
  timer_ = loop_.after(Micros{0}, [this, why = dialled.error()] {  // later, as promised
    timer_.reset();
    answer(why);
  });
}

Status Fetcher::dial() {
  if (!endpoint_ || chain_.empty()) return Error{Errc::unavailable, "the board is not connected"};
  if (!tls_) {
    tls_ =
        TRY(net::TlsClient::create({endpoint_->trust(), endpoint_->host, "http/1.1", newest_tls_}, chain_, element_));
  }
  let_go();
  line_ = std::make_shared<Line>(this, tls_);
  auto connection = net::connect(loop_, endpoint_->host, endpoint_->port, *tls_, line_, fetch_timeout);
  if (!connection) {
    let_go();
    return std::move(connection).error();
  }
  line_->attach(connection.value());
  return {};
}

void Fetcher::send_request() {
  if (on_answer_) line_->send(request_);
}

void Fetcher::on_bytes(Bytes bytes) {
  if (!on_answer_) return let_go();  // it speaks unasked
  auto read = reader_->feed(bytes);
  if (!read) {
    let_go();
    return answer(std::move(read).error());
  }
  std::optional<Fetched> whole = std::move(read).value();
  if (whole) answer(std::move(*whole));
}

void Fetcher::answer(Result<Fetched> what) {
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
  if (const OnAnswer call = std::exchange(on_answer_, nullptr)) call(std::move(what));
}

void Fetcher::let_go() {
  if (const auto line = std::exchange(line_, nullptr)) line->let_go();
}

void Fetcher::cancel() {
  on_answer_ = nullptr;
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
  let_go();
}

}  // namespace signet::board
