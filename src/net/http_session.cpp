#include "net/http_session.h"

#include "net/http_response.h"

namespace signet::net {

HttpSession::HttpSession(Loop& loop, HttpShared& shared)
    : loop_(loop), shared_(shared), reader_({shared.config.header_bytes_max, shared.config.body_bytes_max}) {}

void HttpSession::on_open(Connection& connection) {
  connection_ = &connection;
  start_timer();
}

void HttpSession::on_bytes(Connection&, Bytes bytes) {
  if (phase_ == Phase::streaming) return connection_->close_now();  // the connection ends with the stream: no answer
  account(accounted_ + bytes.size());
  reader_.add(bytes);
  if (phase_ == Phase::reading) advance();
}

void HttpSession::on_close(Connection&, const std::optional<Error>&) {
  connection_ = nullptr;
  loop_.cancel(timer_);
  account(0);
  if (stream_) stream_->detach();
}

void HttpSession::account(std::size_t bytes) {
  shared_.reading_bytes += bytes - accounted_;
  accounted_ = bytes;
}

void HttpSession::start_timer() {
  loop_.cancel(timer_);
  timer_ = loop_.after(shared_.config.request_timeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->on_late();
  });
}

void HttpSession::on_late() {
  if (!connection_) return;
  switch (phase_) {
    case Phase::reading:
      if (begun_) return refuse(408);
      return connection_->close_after_send();  // idle
    case Phase::handling: return refuse(503);
    case Phase::sending:
    case Phase::streaming: return connection_->close_now();
  }
}

void HttpSession::advance() {
  if (shared_.reading_bytes > shared_.config.requests_bytes_max) return refuse(503);
  if (!begun_ && reader_.begun()) {
    begun_ = true;
    start_timer();
  }
  auto next = reader_.next();
  if (auto* request = std::get_if<HttpReader::Request>(&next)) return handle(std::move(*request));
  if (const auto* refused = std::get_if<HttpReader::Refused>(&next)) return refuse(refused->status);
  if (std::get<HttpReader::NeedMore>(next).wants_continue) {
    connection_->send(bytes_of("HTTP/1.1 100 Continue\r\n\r\n"));
  }
}

void HttpSession::handle(HttpReader::Request next) {
  phase_ = Phase::handling;
  begun_ = false;
  head_only_ = next.request.method == "HEAD";
  close_after_ = !next.keep_alive;
  next.request.peer_address = connection_->peer_address();
  id_ = next.request.id = shared_.ids->name(next.request.headers);
  connection_->pause_reading(true);  // a pipelined request waits in the socket, not in our memory
  start_timer();
  const auto reply_once = [mailbox = shared_.mailbox, weak = weak_from_this(),
                           number = ++number_](HttpResponse response) {
    const std::lock_guard lock{mailbox->mutex};
    if (!mailbox->loop) return;
    auto deliver = [weak, number, response = std::move(response)] {
      if (const auto self = weak.lock()) self->reply(number, response);
    };
    // Refused when the loop is full of work: the client then hears 503 when its time is up.
    [[maybe_unused]] const Status posted = mailbox->loop->post(std::move(deliver));
  };
  shared_.handler(std::move(next.request), reply_once);
}

void HttpSession::reply(std::uint64_t number, const HttpResponse& response) {
  if (connection_ && number == number_ && phase_ == Phase::handling) answer(response);
}

void HttpSession::refuse(int status) {
  ++number_;
  close_after_ = true;
  connection_->pause_reading(true);
  if (id_.empty()) id_ = shared_.ids->make();
  const bool is_theirs = status != 503;
  if (is_theirs && shared_.config.on_refused) shared_.config.on_refused(connection_->peer_address(), detail_of(status));
  answer(fixed_error(status, id_));
}

void HttpSession::answer(const HttpResponse& response) {
  if (response.stream) return begin_stream(response);
  phase_ = Phase::sending;
  account(0);
  out_ = encode_response(response, {head_only_, close_after_, shared_.over_tls, false, id_}, loop_.clock().now());
  sent_ = 0;
  send_piece();
}

void HttpSession::send_piece() {
  start_timer();
  const Bytes piece = bytes_of(out_).subspan(sent_, std::min(send_piece_bytes, out_.size() - sent_));
  sent_ += piece.size();
  connection_->send(piece);
  if (sent_ == out_.size() && close_after_) connection_->close_after_send();
}

void HttpSession::begin_stream(const HttpResponse& response) {
  phase_ = Phase::streaming;
  account(0);
  stream_ = response.stream;
  stream_->attach([mailbox = shared_.mailbox, weak = weak_from_this()] {
    const std::lock_guard lock{mailbox->mutex};
    if (!mailbox->loop) return true;
    return static_cast<bool>(mailbox->loop->post([weak] {
      const auto self = weak.lock();
      if (self && self->connection_) self->stream_on();
    }));
  });
  const HttpFraming framing{head_only_, true, shared_.over_tls, true, id_};
  stream_sends_ = true;
  start_timer();
  connection_->pause_reading(false);  // so that a reader who leaves is missed at once, not at the next words for it
  connection_->send(bytes_of(encode_response(response, framing, loop_.clock().now())));
}

// One piece at a time: what waits meanwhile waits in the stream, which has a limit. A reader that takes nothing of a
// piece for request_timeout is cut.
void HttpSession::stream_on() {
  if (stream_sends_) return;
  const HttpStream::Piece piece = stream_->take();
  if (!piece.text.empty()) {
    stream_sends_ = true;
    start_timer();
    connection_->send(bytes_of(piece.text));
  } else {
    loop_.cancel(timer_);
  }
  if (piece.is_last) connection_->close_after_send();
}

void HttpSession::on_drained(Connection&) {
  if (phase_ == Phase::streaming) {
    stream_sends_ = false;
    return stream_on();
  }
  if (phase_ != Phase::sending) return;
  if (sent_ < out_.size()) return send_piece();
  out_ = {};
  id_.clear();
  phase_ = Phase::reading;
  head_only_ = false;
  start_timer();
  connection_->pause_reading(false);
  advance();
}

}  // namespace signet::net
