#include "board/uplink.h"

namespace signet::board {

// One connection. It outlives the uplink's interest in it: `owner` is then null and its events go nowhere.
class Uplink::Line final : public net::ConnectionEvents {
 public:
  Line(Uplink* owner, std::shared_ptr<net::TlsClient> tls) : owner_(owner), tls_(std::move(tls)) {}
  void on_open(net::Connection& connection) override {
    connection_ = &connection;
    if (!owner_) return;
    owner_->agent_.on_open(owner_->now());
    owner_->perform();
    if (owner_) owner_->server_(connection.peer_certificate());
  }
  void on_bytes(net::Connection&, Bytes bytes) override {
    if (!owner_) return;
    owner_->agent_.on_bytes(bytes, owner_->now());
    owner_->perform();
  }
  void on_close(net::Connection&, const std::optional<Error>& why) override {
    connection_ = nullptr;
    if (Uplink* owner = std::exchange(owner_, nullptr)) owner->lost(why ? why->what : "");
  }
  void attach(net::Connection* connection) { connection_ = connection; }
  void send(Bytes bytes) {
    if (connection_) connection_->send(bytes);
  }
  void let_go() {
    owner_ = nullptr;
    if (connection_) connection_->close_after_send();
  }

 private:
  Uplink* owner_;
  std::shared_ptr<net::TlsClient> tls_;  // must outlive the connection
  net::Connection* connection_ = nullptr;
};

Uplink::~Uplink() {
  if (timer_) loop_.cancel(*timer_);
  let_go();
}

std::string Uplink::missing() const {
  if (!needs_.barred.empty()) return needs_.barred;
  if (needs_.chain.empty()) return "the element has no certificate yet";
  if (!needs_.endpoint) return "the board is not claimed: signet device claim --board CONSOLE";
  if (!needs_.network) return "Wi-Fi is not connected: wifi.start()";
  if (!needs_.wanted) return "the program has not started its agent: agent.start()";
  return "";
}

namespace {

// Whom it connects to, whichever CAs it trusts: a connection that is up has been judged.
bool is_same_peer(std::optional<Endpoint> one, std::optional<Endpoint> other) {
  for (std::optional<Endpoint>* endpoint : {&one, &other}) {
    if (*endpoint) (*endpoint)->ca.clear(), (*endpoint)->next_ca.clear();
  }
  return one == other;
}

}  // namespace

void Uplink::set(Needs needs) {
  const bool same_chain = needs.chain == needs_.chain;
  const bool same_peer = same_chain && is_same_peer(needs.endpoint, needs_.endpoint);
  const bool same_trust = same_chain && needs.endpoint == needs_.endpoint;
  const bool new_program = needs.program != needs_.program;
  needs_ = std::move(needs);
  const bool can = missing().empty();
  const bool runs = agent_.phase() != agent::Phase::stopped;
  if (runs && (!can || !same_peer)) {
    agent_.stop(now());
    perform();
  }
  if (!same_trust) tls_.reset();
  if (can && agent_.phase() == agent::Phase::stopped) {
    agent_.start(needs_.endpoint->device, needs_.program, now());
  } else if (can && new_program) {
    agent_.set_program(needs_.program, now());
  }
  perform();
}

Result<Timestamp> Uplink::publish(std::string_view tag, std::string_view payload) {
  auto device_time = agent_.publish(tag, payload, now());
  perform();
  return device_time;
}

void Uplink::report(const std::string& incident) {
  agent_.report(incident, now());
  perform();
}

void Uplink::set_firmware(std::string firmware) {
  agent_.set_firmware(std::move(firmware), now());
  perform();
}

Status Uplink::tell(std::string key, std::string value, std::optional<std::int64_t> version) {
  Status told = agent_.tell(std::move(key), std::move(value), now(), version);
  perform();
  return told;
}

Status Uplink::answer(const std::string& job, std::int64_t version, std::string result) {
  Status answered = agent_.answer(job, version, std::move(result), now());
  perform();
  return answered;
}

void Uplink::restart_program() {
  agent_.set_program(needs_.program, now());
  perform();
}

void Uplink::perform() {
  for (auto actions = agent_.take_actions(); !actions.empty(); actions = agent_.take_actions()) {
    for (auto& action : actions) perform_one(action);
  }
  arm();
  changed_();
}

void Uplink::perform_one(agent::Action& action) {
  if (std::holds_alternative<agent::Dial>(action)) return dial();
  if (const auto* transmit = std::get_if<agent::Transmit>(&action)) {
    if (line_) line_->send(transmit->bytes);
  } else if (const auto* hang_up = std::get_if<agent::HangUp>(&action)) {
    let_go();
    agent_.on_closed(hang_up->why, now());
  } else if (const auto* settled = std::get_if<agent::Settled>(&action)) {
    settled_(settled->device_time, settled->outcome);
  } else if (const auto* told = std::get_if<agent::Told>(&action)) {
    told_(told->key);
  } else if (const auto* order = std::get_if<agent::Order>(&action)) {
    ordered_(*order);
  } else if (const auto* note = std::get_if<agent::Note>(&action)) {
    log(note->level, note->event, {{"detail", note->text}});
    if (note->level != LogLevel::debug) say_(note->text);
  }
}

void Uplink::arm() {
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
  const auto deadline = agent_.deadline();
  if (!deadline) return;
  const Micros wait = std::max(Micros{0}, *deadline - loop_.clock().monotonic());
  timer_ = loop_.after(wait, [this] {
    timer_.reset();
    agent_.tick(now());
    perform();
  });
}

void Uplink::dial() {
  const auto& endpoint = *needs_.endpoint;
  if (!tls_) {
    auto tls = net::TlsClient::create({endpoint.trust(), endpoint.host, "mqtt", newest_tls_}, needs_.chain, element_);
    if (!tls) return lost(tls.error().what);
    tls_ = std::move(tls).value();
  }
  line_ = std::make_shared<Line>(this, tls_);
  const auto connection =
      net::connect(loop_, endpoint.host, endpoint.port, *tls_, line_, needs_.program.tuning.network_timeout);
  if (!connection) {
    let_go();
    return lost(connection.error().what);
  }
  line_->attach(connection.value());
}

void Uplink::let_go() {
  if (!line_) return;
  line_->let_go();
  line_.reset();
}

void Uplink::lost(const std::string& why) {
  line_.reset();
  explain_clock();
  agent_.on_closed(why, now());
  perform();
}

// A board whose clock is wrong sees every certificate as not valid yet, or no longer: the likeliest reason, said
// plainly.
void Uplink::explain_clock() {
  if (!needs_.endpoint) return;
  const auto ca = identity::read_certificate(bytes_of(needs_.endpoint->ca));
  if (!ca) return;
  const Status valid = identity::check_validity(ca.value(), loop_.clock().now());
  if (!valid) say_("the manager's certificate is " + valid.error().what);
}

}  // namespace signet::board
