#include "courier/courier.h"

#include "base/log.h"

namespace signet::courier {
namespace {

constexpr Millis tend_every{500};

}  // namespace

std::string signature_of(const Block<32>& secret, std::string_view timestamp, std::string_view body) {
  const std::string signed_text = std::string{timestamp}.append(".").append(body);
  return std::string{signature_version} + hex(crypto::hmac_sha256(Bytes{secret}, bytes_of(signed_text)));
}

net::HttpPost post_of(const fleet::Delivery& delivery, Timestamp now) {
  const std::string timestamp = std::to_string(epoch_millis(now) / 1000);
  net::HttpPost out{delivery.url};
  out.headers["X-Signet-Delivery"] = delivery.batch_id;
  out.headers["X-Signet-Timestamp"] = timestamp;
  out.headers["X-Signet-Signature"] = signature_of(delivery.secret, timestamp, delivery.body);
  if (!delivery.token.empty()) out.headers["X-Auth-Token"] = delivery.token;
  out.body = delivery.body;
  return out;
}

Result<std::unique_ptr<Courier>> Courier::create(const Config& config, fleet::Fleet& fleet, net::Loop& fleet_loop) {
  net::PosterConfig posting;
  posting.may_reach = [reach = config.reach](const std::string& address, bool over_tls) {
    return reach.judge(address, over_tls);
  };
  posting.ca_file = config.ca_file;
  std::unique_ptr<Courier> out{new Courier{fleet, fleet_loop}};
  out->poster_ = TRY(net::HttpPoster::create(std::move(posting)));
  out->tend_later();
  return out;
}

Courier::~Courier() {
  loop_.cancel(timer_);
  *self_ = nullptr;
}

void Courier::tend_later() {
  timer_ = loop_.after(tend_every, [this] {
    settle();
    tend();
    tend_later();
  });
}

// A line when trouble begins, and one when it is over.
void Courier::tell(const Status& done) {
  if (done && std::exchange(failing_, false)) log_info("courier.works_again");
  if (!done && !std::exchange(failing_, true)) {
    log_error("courier.failed", {{"why", done.error().what}, {"next", "tried again twice a second"}});
  }
}

void Courier::tend() {
  if (under_way_ >= net::posts_at_once_max) return;
  Result<std::vector<fleet::Delivery>> due = fleet_.integrations().due(net::posts_at_once_max - under_way_);
  if (!due) return tell(due.error());
  for (fleet::Delivery& delivery : std::move(due).value()) send(std::move(delivery));
}

void Courier::send(fleet::Delivery delivery) {
  ++under_way_;
  net::HttpPost post = post_of(delivery, fleet_.now());
  delivery.body.clear();
  const auto done = [this, self = self_, delivery = std::move(delivery)](net::HttpPosted posted) {
    {
      const std::lock_guard lock{mutex_};
      done_.push_back({delivery, std::move(posted)});
    }
    // A loop that is full is looked after by the timer.
    [[maybe_unused]] const Status told = loop_.post([self] {
      if (!*self) return;
      (*self)->settle();
      (*self)->tend();
    });
  };
  poster_->post(std::move(post), done);
}

void Courier::settle() {
  std::vector<Done> done;
  {
    const std::lock_guard lock{mutex_};
    done.swap(done_);
  }
  for (const Done& one : done) {
    --under_way_;
    tell(fleet_.integrations().settled(one.delivery, {one.posted.status, one.posted.trouble, one.posted.refused}));
  }
}

}  // namespace signet::courier
