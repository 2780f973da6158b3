// uplink.h -- the agent machine on a loop: it dials out when all it needs is there, and not before.
#pragma once

#include "agent/agent.h"
#include "board/endpoint.h"
#include "board/unit.h"
#include "net/connection.h"

namespace signet::board {

class Uplink {
 public:
  struct Needs {
    bool wanted = false;   // the firmware called agent.start
    bool network = false;  // Wi-Fi is up
    std::optional<Endpoint> endpoint;
    std::vector<Buffer> chain;  // device, signer
    agent::Program program;
    std::string barred;  // why no key of the element may be used; empty when it may
  };
  using OnSettled = std::function<void(Timestamp, const Status&)>;
  using OnChange = std::function<void()>;
  using OnOrder = std::function<void(const agent::Order&)>;
  using Say = std::function<void(const std::string&)>;  // for a person at the console

  // All outlive the uplink.
  Uplink(net::Loop& loop, agent::Outbox& outbox, crypto::Random& random, element::Element& element,
         net::TlsVersion newest_tls)
      : loop_(loop), element_(element), newest_tls_(newest_tls), agent_(outbox, random) {}
  ~Uplink();

  void on_settled(OnSettled call) { settled_ = std::move(call); }
  void on_change(OnChange call) { changed_ = std::move(call); }
  void on_say(Say call) { say_ = std::move(call); }
  void on_told(Say call) { told_ = std::move(call); }  // the key that the manager has acknowledged
  void on_order(OnOrder call) { ordered_ = std::move(call); }
  // The manager has shown that it holds this certificate, in DER, and it is one that the endpoint trusts.
  void on_server(std::function<void(Bytes)> call) { server_ = std::move(call); }

  // Starts, stops or starts anew as the needs say.
  void set(Needs needs);
  // See agent::Agent for these.
  void report(const std::string& incident);
  void set_firmware(std::string firmware);
  Status tell(std::string key, std::string value, std::optional<std::int64_t> version = {});
  Status answer(const std::string& job, std::int64_t version, std::string result);
  void restart_program();  // it has begun anew: what is wished of it is asked for once more
  Result<Timestamp> publish(std::string_view tag, std::string_view payload);
  const agent::Agent& agent() const { return agent_; }
  Timestamp time() { return agent_.time(now()); }
  // What is missing before it can dial, for a person; empty when nothing is.
  std::string missing() const;

 private:
  class Line;
  agent::Moment now() { return {loop_.clock().now(), loop_.clock().monotonic()}; }
  void perform();
  void perform_one(agent::Action& action);
  void arm();
  void dial();
  void let_go();
  void lost(const std::string& why);
  void explain_clock();

  net::Loop& loop_;
  element::Element& element_;
  net::TlsVersion newest_tls_;
  agent::Agent agent_;
  Needs needs_;
  std::shared_ptr<net::TlsClient> tls_;
  std::shared_ptr<Line> line_;  // the present connection
  std::optional<net::Loop::TimerId> timer_;
  OnSettled settled_ = [](Timestamp, const Status&) {};
  OnChange changed_ = [] {};
  Say told_ = [](const std::string&) {};
  OnOrder ordered_ = [](const agent::Order&) {};
  std::function<void(Bytes)> server_ = [](Bytes) {};
  Say say_ = [](const std::string&) {};
};

}  // namespace signet::board
