// fetcher.h -- brings parts of an image from the manager that the board was claimed by: mutual TLS with the element's
// key and the manager's CA, ALPN http/1.1, on the port that it speaks MQTT on. No other host is ever asked.
#pragma once

#include "board/endpoint.h"
#include "board/fetched.h"
#include "net/connection.h"

namespace signet::board {

inline constexpr Seconds fetch_timeout{60};  // of one part of an image, with the way there

// Where the bytes of an update come from, one question at a time.
struct ImageSource {
  using OnAnswer = std::function<void(Result<Fetched>)>;
  virtual ~ImageSource() = default;
  // REQUIRES: nothing is being asked. The answer comes later, once.
  virtual void get(const std::string& path, std::uint32_t first, std::uint32_t size, OnAnswer on_answer) = 0;
  virtual void cancel() = 0;  // no answer comes any more, and the line is given up
};

class Fetcher final : public ImageSource {
 public:
  Fetcher(net::Loop& loop, element::Element& element, net::TlsVersion newest_tls)
      : loop_(loop), element_(element), newest_tls_(newest_tls) {}
  ~Fetcher() override { cancel(); }

  // None: not claimed, no network, or no key that may be used.
  void set_peer(std::optional<Endpoint> endpoint, std::vector<Buffer> chain);
  void get(const std::string& path, std::uint32_t first, std::uint32_t size, OnAnswer on_answer) override;
  void cancel() override;

 private:
  class Line;
  Status dial();
  void let_go();
  void send_request();
  void on_bytes(Bytes bytes);
  void answer(Result<Fetched> what);

  net::Loop& loop_;
  element::Element& element_;
  net::TlsVersion newest_tls_;
  std::optional<Endpoint> endpoint_;
  std::vector<Buffer> chain_;
  std::shared_ptr<net::TlsClient> tls_;
  std::shared_ptr<Line> line_;
  std::string request_;
  std::optional<FetchedReader> reader_;
  OnAnswer on_answer_;
  std::optional<net::Loop::TimerId> timer_;
};

}  // namespace signet::board
