// core.h -- private to firmware/: what an Agent shares with its thread and its conditions.
#pragma once

#include "firmware/link.h"

#include <signet/agent.h>

#include <mutex>

namespace signet {

struct AgentCore : std::enable_shared_from_this<AgentCore> {
  AgentConfig config;
  firmware::Link link;
  std::mutex busy;         // held while a function of the config runs
  Agent* agent = nullptr;  // none: it has gone, and the thread ends at its next event
  bool is_served = false;  // the thread is there

  void serve();  // the thread: asks the board for the next event, and calls the function that it is for
  Condition condition(const std::string& tag, const std::string& id = "", const std::string& start = "");

 private:
  bool serve_one();
  void on_event(const json::object& event);
  void do_job(const json::object& event);
  void do_reset();
  void do_variable(const json::object& event);
  void do_conditions(const json::object& event);
  void do_fota(const json::object& event);
};

}  // namespace signet
