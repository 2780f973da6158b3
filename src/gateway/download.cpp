#include "gateway/download.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace signet::gateway {
namespace {

constexpr Millis request_wait{50};  // of who asks too fast

std::string_view words_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 206: return "Partial Content";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 416: return "Range Not Satisfiable";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Bad Request";
  }
}

std::string head_of(int status, std::uint64_t body_bytes, std::string_view headers) {
  return "HTTP/1.1 " + std::to_string(status) + " " + std::string{words_of(status)} +
         "\r\nContent-Length: " + std::to_string(body_bytes) + "\r\n" + std::string{headers} + "\r\n";
}

std::string header_of(const net::HttpRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

int status_of(const Error& why) {
  switch (why.code) {
    case Errc::not_found: return 404;
    case Errc::forbidden:
    case Errc::unauthenticated: return 403;
    case Errc::exhausted: return 429;
    default: return 503;
  }
}

}  // namespace

Download::Download(Hall& hall, SessionNumber number)
    : hall_(&hall),
      number_(number),
      reader_({download_header_bytes_max, 0}),
      requests_(download_requests_per_second, download_requests_burst_max, hall.clock().monotonic()),
      moved_(hall.clock().monotonic()) {}

Download::~Download() {
  if (hall_) hall_->forget(number_);
}

void Download::detach() {
  hall_->forget(number_);
  hall_ = nullptr;
  if (connection_) connection_->close_after_send();
}

void Download::on_open(net::Connection& connection) {
  if (!hall_) return connection.close_now();
  connection_ = &connection;
  auto admitted = hall_->gate().admit(connection.peer_certificate());
  if (!admitted) return connection.close_now();  // withdrawn since the judge was asked
  who_ = std::move(admitted).value();
  if (hall_->downloads_of(who_.device) <= downloads_of_device_max) return;
  hall_->refused(connection.peer_address(), who_.dcn,
                 {Errc::exhausted, "it fetches " + std::to_string(downloads_of_device_max) + " times at once already"});
  close();
}

void Download::on_bytes(net::Connection&, Bytes bytes) {
  if (!hall_ || !connection_) return;
  moved_ = hall_->clock().monotonic();
  reader_.add(bytes);
  if (phase_ == Phase::reading && !waits_) advance();
}

void Download::on_close(net::Connection&, const std::optional<Error>&) {
  connection_ = nullptr;
  if (hall_) hall_->forget(number_);
}

void Download::tick() {
  if (!connection_) return;
  if (!hall_->gate().still_admits(who_)) return close();
  if (hall_->clock().monotonic() - moved_ > download_idle_max) close();
}

void Download::close() {
  net::Connection* const connection = std::exchange(connection_, nullptr);
  if (connection) connection->close_now();
}

void Download::advance() {
  const Instant now = hall_->clock().monotonic();
  if (requests_.exhausted(now)) {
    connection_->pause_reading(true);
    return wait_for(request_wait);
  }
  auto next = reader_.next();
  if (auto* request = std::get_if<net::HttpReader::Request>(&next)) return handle(*request);
  const auto* refused = std::get_if<net::HttpReader::Refused>(&next);
  if (!refused) return;
  keep_alive_ = false;
  connection_->pause_reading(true);
  refuse(refused->status);
}

void Download::handle(const net::HttpReader::Request& next) {
  requests_.spend(hall_->clock().monotonic());
  connection_->pause_reading(true);  // what it asks next waits in the socket
  const net::HttpRequest& request = next.request;
  keep_alive_ = next.keep_alive;
  head_only_ = request.method == "HEAD";
  if (request.method != "GET" && !head_only_) return refuse(405, "Allow: GET, HEAD\r\n");
  const auto image = read_image_path(request.path);
  if (!image) return refuse(404);
  wanted_ = image.value();
  range_header_ = header_of(request, "range");
  if_range_ = header_of(request, "if-range");
  if (has_grant()) return begin();
  if (!hall_->desk().has_room()) return refuse(503, "Retry-After: 1\r\n");
  phase_ = Phase::asking;
  hall_->desk().ask(ImageAsked{number_, who_, wanted_});
}

bool Download::has_grant() const {
  return granted_ == wanted_ && hall_->clock().monotonic() - granted_at_ <= grant_time;
}

void Download::on_judged(ImageJudged& judged) {
  if (!connection_ || phase_ != Phase::asking) return;
  const Status opened = judged.file ? open(judged.file.value()) : Status{judged.file.error()};
  if (opened) return begin();
  granted_.reset();
  hall_->refused(connection_->peer_address(), who_.dcn, opened.error());
  keep_alive_ = false;  // who asks for what it is not to have comes by the guard again
  const int status = status_of(opened.error());
  refuse(status, status == 429 || status == 503 ? "Retry-After: 10\r\n" : "");
}

Status Download::open(const ImageFile& file) {
  Fd opened{::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!opened) return os_error("open", file.path);
  struct stat found {};
  if (::fstat(opened.get(), &found) != 0) return os_error("look at", file.path);
  if (static_cast<std::uint64_t>(found.st_size) != file.bytes) {
    return Error{Errc::unavailable, file.path + ": not as long as the store says"};
  }
  file_ = std::move(opened);
  size_ = file.bytes;
  etag_ = "\"" + file.sha256 + "\"";
  granted_ = wanted_;
  granted_at_ = hall_->clock().monotonic();
  return {};
}

void Download::begin() {
  const bool ranged = !range_header_.empty() && (if_range_.empty() || if_range_ == etag_);
  const auto asked = ranged ? read_range(range_header_, size_) : std::optional<ByteRange>{};
  const std::string whole = std::to_string(size_);
  if (!asked) return refuse(416, "Content-Range: bytes */" + whole + "\r\n");
  const auto& range = asked.value();
  left_ = range.value_or(ByteRange{0, size_});
  std::string headers = "Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\nETag: " + etag_ + "\r\n";
  if (range) {
    headers += "Content-Range: bytes " + std::to_string(range->first) + "-" +
               std::to_string(range->first + range->size - 1) + "/" + whole + "\r\n";
  }
  phase_ = Phase::sending;
  connection_->send(bytes_of(head_of(range ? 206 : 200, left_.size, headers)));
  if (head_only_) left_ = {};
  if (left_.size != 0) send_next();  // or when this is written, so that who asks ahead does not lead ever deeper
}

// One piece: the next one goes when this one is written, and when the rate allows.
void Download::send_next() {
  if (!hall_ || !connection_) return;
  if (left_.size == 0) return finish();
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_.size, download_piece_bytes));
  if (const Micros wait = hall_->wait_for_download(size); wait > Micros{0}) {
    return wait_for(wait);
  }
  std::array<std::uint8_t, download_piece_bytes> piece;
  const ssize_t got = ::pread(file_.get(), piece.data(), size, static_cast<off_t>(left_.first));
  if (got != static_cast<ssize_t>(size)) return close();  // the length is promised: an end is all that can be said
  moved_ = hall_->clock().monotonic();
  left_.first += size;
  left_.size -= size;
  connection_->send(Bytes{piece.data(), size});
}

void Download::wait_for(Micros wait) {
  waits_ = true;
  hall_->after(wait, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->waits_ = false;
    self->go_on();
  });
}

void Download::go_on() {
  if (!hall_ || !connection_) return;
  if (phase_ == Phase::sending) return send_next();
  connection_->pause_reading(false);
  advance();
}

void Download::on_drained(net::Connection&) {
  if (phase_ == Phase::sending && !waits_) send_next();
}

void Download::finish() {
  if (!keep_alive_) return connection_->close_after_send();
  phase_ = Phase::reading;
  connection_->pause_reading(false);
  advance();
}

void Download::refuse(int status, std::string_view headers) {
  left_ = {};
  phase_ = Phase::sending;
  const std::string ending = keep_alive_ ? "" : "Connection: close\r\n";
  connection_->send(bytes_of(head_of(status, 0, std::string{headers} + ending)));
}

}  // namespace signet::gateway
