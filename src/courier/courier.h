// courier.h -- carries what is due to integrations: asks the fleet what that is, posts it, tells what became of it.
//
//   X-Signet-Delivery: batch id      X-Signet-Timestamp: seconds since 1970      X-Auth-Token: as the person chose
//   X-Signet-Signature: v1=HEX       HMAC-SHA256(secret, timestamp "." body)
//
// It asks and tells on the fleet's thread; what waits for a peer is on the poster's.
#pragma once

#include "courier/reach.h"
#include "crypto/digest.h"
#include "fleet/integration.h"
#include "net/http_poster.h"
#include "net/loop.h"

#include <mutex>

namespace signet::courier {

inline constexpr std::string_view signature_version = "v1=";

struct Config {
  Reach reach;
  std::string ca_file{};  // PEM; empty: what this system believes
};

std::string signature_of(const Block<32>& secret, std::string_view timestamp, std::string_view body);
net::HttpPost post_of(const fleet::Delivery& delivery, Timestamp now);

class Courier {
 public:
  // The fleet and its loop must outlive it; it lives on their thread.
  static Result<std::unique_ptr<Courier>> create(const Config& config, fleet::Fleet& fleet, net::Loop& fleet_loop);
  ~Courier();

 private:
  struct Done {
    fleet::Delivery delivery;
    net::HttpPosted posted;
  };
  Courier(fleet::Fleet& fleet, net::Loop& loop) : fleet_(fleet), loop_(loop) {}
  void tend_later();
  void tend();
  void settle();
  void send(fleet::Delivery delivery);
  void tell(const Status& done);

  fleet::Fleet& fleet_;
  net::Loop& loop_;
  net::Loop::TimerId timer_ = 0;
  std::size_t under_way_ = 0;
  bool failing_ = false;
  std::shared_ptr<Courier*> self_ = std::make_shared<Courier*>(this);  // null when it is gone
  std::mutex mutex_;
  std::vector<Done> done_;                   // with the mutex
  std::unique_ptr<net::HttpPoster> poster_;  // gone first: its thread calls back
};

}  // namespace signet::courier
