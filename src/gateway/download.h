// download.h -- a device that comes for an image: HTTP/1.1 on the devices' port, by the same certificate.
//
//   reading -> asking (the fleet: is it to have this image?) -> sending, a piece at a time -> reading ...
//
// A grant holds for grant_time: an update that was called off ends a download by then. What was sent is not in memory:
// the image's file is read a piece at a time, when the piece before it has left.
#pragma once

#include "gateway/download_request.h"
#include "gateway/hall.h"
#include "net/http_reader.h"

namespace signet::gateway {

inline constexpr std::size_t download_header_bytes_max = 4096;
inline constexpr std::size_t download_piece_bytes = 64 * 1024;
inline constexpr Seconds download_idle_max{30};  // without a request, or without a piece that leaves
inline constexpr Seconds grant_time{10};
inline constexpr std::size_t downloads_of_device_max = 4;  // at once, on each loop
// Of one connection; a faster one is not read for a while.
inline constexpr std::uint32_t download_requests_per_second = 100;
inline constexpr std::uint32_t download_requests_burst_max = 400;

class Download final : public net::ConnectionEvents, public std::enable_shared_from_this<Download> {
 public:
  Download(Hall& hall, SessionNumber number);
  ~Download() override;

  void on_open(net::Connection& connection) override;
  void on_bytes(net::Connection& connection, Bytes bytes) override;
  void on_drained(net::Connection& connection) override;
  void on_close(net::Connection& connection, const std::optional<Error>& why) override;

  void on_judged(ImageJudged& judged);  // the desk's answer
  void tick();                          // once a second
  void detach();                        // the hall goes
  const DeviceId& device() const { return who_.device; }

 private:
  enum class Phase : std::uint8_t { reading, asking, sending };
  void advance();
  void handle(const net::HttpReader::Request& next);
  Status open(const ImageFile& file);
  void begin();
  void send_next();
  void wait_for(Micros wait);
  void go_on();
  void refuse(int status, std::string_view headers = "");
  void finish();
  void close();
  bool has_grant() const;

  Hall* hall_;  // null once detached
  SessionNumber number_;
  net::Connection* connection_ = nullptr;
  fleet::Admission who_;
  net::HttpReader reader_;
  Rate requests_;
  Phase phase_ = Phase::reading;
  Instant moved_{};  // when something was last heard or sent
  bool keep_alive_ = true;
  bool head_only_ = false;
  ImageName wanted_;
  std::string range_header_;
  std::string if_range_;
  // The grant
  std::optional<ImageName> granted_;
  Instant granted_at_{};
  Fd file_;
  std::uint64_t size_ = 0;
  std::string etag_;
  ByteRange left_;      // still to be sent
  bool waits_ = false;  // for its share of a rate
};

}  // namespace signet::gateway
