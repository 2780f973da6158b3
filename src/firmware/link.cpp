#include "firmware/link.h"

#include "base/errc_names.h"

#include <sys/socket.h>
#include <cmath>
#include <mutex>

namespace signet::firmware {
namespace {

std::mutex the_mutex;
Link the_link;  // one per process, like the descriptor that it is made of

[[noreturn]] void raise(const Error& error) {
  if (error.code == Errc::malformed || error.code == Errc::too_large) throw std::invalid_argument{error.what};
  throw Refused{std::string{name_of(error.code)}, error.what};
}

bool is_our_socket(int fd) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

bool has_only_numbers_of_json(const json::value& value) {
  const auto well = [](const auto& one) { return has_only_numbers_of_json(one); };
  if (value.is_double()) return std::isfinite(value.get_double());
  if (value.is_array()) return std::all_of(value.get_array().begin(), value.get_array().end(), well);
  if (!value.is_object()) return true;
  const json::object& object = value.get_object();
  return std::all_of(object.begin(), object.end(), [&](const auto& member) { return well(member.value()); });
}

}  // namespace

Link link() {
  const std::lock_guard hold{the_mutex};
  if (the_link) return the_link;
  if (!is_our_socket(board::firmware_fd)) {
    throw Refused{"unavailable", "no board started this program: pack it with 'signet firmware build --kind native'"};
  }
  // What a program prints goes to the console by the line, as it would at a terminal.
  (void)std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  return the_link = std::make_shared<board::Channel>(Fd{board::firmware_fd});
}

void talk_over_for_test(Fd socket) {
  const std::lock_guard hold{the_mutex};
  the_link = std::make_shared<board::Channel>(std::move(socket));
}

json::object ask(board::Channel& channel, std::string_view what, json::object arguments) {
  arguments["do"] = what;
  const auto answer = channel.call(json::serialize(arguments));
  if (!answer) raise(answer.error());
  auto object = parse_json_object(answer.value());
  if (!object) raise(object.error());
  return std::move(object).value();
}

std::string text_of_value(const json::value& value) {
  if (!has_only_numbers_of_json(value)) throw std::invalid_argument{"JSON has no infinite number and no NaN"};
  return json::serialize(value);
}

}  // namespace signet::firmware
