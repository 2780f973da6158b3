// A reading a second, and a job that the owner may order: signet job schedule blink lamp --arg times 3
#include <signet/agent.h>
#include <signet/board.h>

#include <chrono>
#include <cstdio>
#include <thread>

namespace json = boost::json;

json::value blink(signet::Agent&, const json::value& args) {
  const std::int64_t times = args.at("times").as_int64();
  std::printf("blinks %lld times\n", static_cast<long long>(times));
  return {{"blinked", times}};
}

int main() {
  signet::board::init();
  signet::board::summary();
  signet::wifi::configure();  // the network that the owner stored: signet secret set wifi.ssid
  signet::wifi::start();

  signet::Agent agent{{.jobs = {{"blink", blink}}}};
  agent.start();
  for (int value = 0;; ++value) {
    agent.publish({{"value", value}}, "test");
    std::this_thread::sleep_for(std::chrono::seconds{1});
  }
}
