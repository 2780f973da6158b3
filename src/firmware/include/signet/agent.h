// agent.h -- this device at its manager, for firmware in C++ (docs/native.md). The board holds connection, key and
// outbox; this is their handle. Python programs have the same as zdm.Agent.
//
//   signet::Agent agent{{.jobs = {{"blink", blink}}, .conditions = {"door"}}};
//   agent.start();
//   agent.publish({{"temperature", 21.5}}, "room");
//
// Values are Boost.JSON's. Errors are exceptions: refused.h.
#pragma once

#include <signet/refused.h>

#include <boost/json.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace signet {

namespace json = boost::json;

class Agent;
class Condition;
struct AgentCore;  // what is behind an Agent, private to the library

// They run in the agent's thread, one at a time. What a job returns is its answer (8,192 bytes of JSON), what it throws
// makes it fail with that text.
using Job = std::function<json::value(Agent&, const json::value& args)>;
// What the manager wishes. Returns what it made of the wish, or nothing when it did as it was wished; when it throws,
// the wish is told again after the next start of the program.
using OnVariable = std::function<std::optional<json::value>(Agent&, const json::value& value)>;
using OnConditions = std::function<void(Agent&, std::vector<Condition>)>;  // the answer to request_conditions()
// `step` is "check_version" or "accept". Returns why not, or nothing: it agrees. What it throws refuses too.
using OnFota = std::function<std::string(Agent&, const std::string& step, const json::value& arg)>;
using OnReset = std::function<void(Agent&)>;  // the board starts anew, by an order or for an update, in 5 s at most
using OnConnection = std::function<void(Agent&, bool online)>;  // at each change

// start() throws std::invalid_argument for a time out of its range.
struct Tuning {
  std::chrono::seconds keepalive{60};                 // between signs of life, 5 to 600
  std::chrono::milliseconds reconnect_after{5000};    // the first wait is anything up to it; 1,000 to 60,000
  std::chrono::milliseconds network_timeout{60'000};  // 1,000 to 120,000
  std::chrono::seconds set_clock_every{300};
  bool keep_newest = false;  // 16 MiB of readings wait: the oldest go for later ones; else OutboxFull
};

struct AgentConfig {
  std::map<std::string, Job> jobs{};              // 64 of each kind, names of 1 to 64 bytes
  std::map<std::string, OnVariable> variables{};  //
  std::vector<std::string> conditions{};          // tags for new_condition
  OnConditions on_conditions{};
  OnFota on_fota{};  // without it the board decides: what has connected, received a job and confirmed it
  OnConnection on_connection{};
  OnReset on_reset{};
  Tuning tuning{};
};

// One per program; it lives as long as the program works.
class Agent {
 public:
  explicit Agent(AgentConfig config = {});
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();  // waits for the function of the config that is running

  // Goes online and stays so. Returns when online, or after `wait`.
  void start(std::chrono::milliseconds wait = std::chrono::seconds{10});
  bool online() const;     // connected, subscribed, and the time is known
  bool connected() const;  // connected and subscribed
  bool has_time() const;
  std::string firmware() const;  // "Factory", or id and version of what was installed over the air

  // Once this returns the reading survives power cuts, online or not. With a `timeout` it waits for the manager's
  // acknowledgement too. OutboxFull, MQTTPublishTimeout.
  void publish(const json::object& payload, const std::string& tag = "default",
               std::chrono::milliseconds timeout = std::chrono::milliseconds{0});
  Condition new_condition(const std::string& tag);  // std::invalid_argument: the config does not name it
  void request_conditions();                        // which ones are open: on_conditions hears
  void set_variable(const std::string& name, const json::value& value);
  void reset();  // the board begins anew, as after power-on; this program ends

 private:
  std::shared_ptr<AgentCore> core_;
};

// Something that begins and ends, like a door that stands open: of Agent::new_condition, or one that on_conditions
// found.
class Condition {
 public:
  // It has begun or ended: now by the manager's clock, or at a time, RFC 3339. std::invalid_argument: it is open
  // already, or it is not.
  void open(const json::value& payload = json::object{}, const std::string& start = "");
  void close(const json::value& payload = json::object{}, const std::string& finish = "");
  void reset();  // forgets what it was, so that it can be opened anew; the manager is told nothing

  bool is_open() const { return !id_.empty() && !finish_; }
  const std::string& tag() const { return tag_; }
  const std::string& id() const { return id_; }        // its name at the manager, "" before open()
  const std::string& start() const { return start_; }  // "" when nobody knew the time
  std::string finish() const { return finish_.value_or(""); }
  const json::value& payload_open() const { return payload_open_; }
  const json::value& payload_close() const { return payload_close_; }

 private:
  friend struct AgentCore;
  Condition(std::shared_ptr<AgentCore> agent, std::string tag) : agent_(std::move(agent)), tag_(std::move(tag)) {}
  std::string time_or_now(const std::string& given) const;

  std::shared_ptr<AgentCore> agent_;
  std::string tag_, id_, start_;
  std::optional<std::string> finish_;
  json::value payload_open_, payload_close_;
};

}  // namespace signet
