// supplicant_for_test.h -- a wpa_supplicant that speaks the control interface's protocol on a socket in a folder, and
// does with a network what the test says.
#pragma once

#include "net/loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <map>
#include <set>

namespace signet::board {

class Supplicant_for_test {
 public:
  Supplicant_for_test(net::Loop& loop, std::string folder) : loop_(loop), path_(std::move(folder) + "/lo") { start(); }
  Supplicant_for_test(const Supplicant_for_test&) = delete;
  Supplicant_for_test& operator=(const Supplicant_for_test&) = delete;
  ~Supplicant_for_test() { end(); }

  void start() {
    socket_ = Fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    const sockaddr_un address = named(path_);
    ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_TRUE(loop_.watch(socket_.get(), net::Ready::read, [this](net::Ready) { serve(); }));
  }
  // As by a signal that cannot be caught: it says nothing.
  void end() {
    if (socket_) loop_.unwatch(socket_.get());
    socket_.close();
    ::unlink(path_.c_str());
    networks.clear();
    attached_.clear();
  }
  void tell(const std::string& event) {
    for (const std::string& path : attached_) send(path, "<3>" + event);
  }
  void connect(unsigned network = 0) {
    tell("CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00:01 completed [id=" + std::to_string(network) +
         " id_str=]");
  }
  void answer_late(const std::string& to, const std::string& text) { send(to, text); }
  bool heard(const std::string& command) const {
    return std::find(commands.begin(), commands.end(), command) != commands.end();
  }

  std::vector<std::string> commands;                      // all but PING
  std::map<unsigned, std::string> networks;               // its memory
  std::map<std::string, std::optional<std::string>> say;  // instead of what is right, to a command's first word
  std::function<void()> on_select = [] {};
  unsigned next_network = 0;

 private:
  static sockaddr_un named(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
  }
  void send(const std::string& to, const std::string& text) {
    const sockaddr_un address = named(to);
    (void)::sendto(socket_.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                   sizeof address);
  }
  void serve() {
    char text[4096];
    sockaddr_un from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(socket_.get(), text, sizeof text, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return;
    const std::string command(text, static_cast<std::size_t>(got)), word = command.substr(0, command.find(' '));
    if (word != "PING") commands.push_back(command);
    const std::string right = answer(command, word, from.sun_path);
    const auto instead = say.find(word);
    if (instead == say.end()) {
      send(from.sun_path, right + "\n");
    } else if (instead->second) {
      send(from.sun_path, *instead->second);
    }
    if (word == "SELECT_NETWORK") on_select();
  }
  std::string answer(const std::string& command, const std::string& word, const std::string& from) {
    if (word == "PING") return "PONG";
    if (word == "ATTACH") return attached_.insert(from), "OK";
    if (word == "DETACH") return attached_.erase(from), "OK";
    if (word == "ADD_NETWORK") return networks[next_network] = "", std::to_string(next_network++);
    const unsigned number = static_cast<unsigned>(std::stoul(command.substr(word.size())));
    if (!networks.contains(number)) return "FAIL";
    if (word == "SET_NETWORK")
      return networks[number] += command.substr(command.find(' ', word.size() + 1)) + ";", "OK";
    if (word == "SELECT_NETWORK") return "OK";
    if (word == "REMOVE_NETWORK") return networks.erase(number), "OK";
    return "UNKNOWN COMMAND";
  }

  net::Loop& loop_;
  std::string path_;
  Fd socket_;
  std::set<std::string> attached_;
};

}  // namespace signet::board
