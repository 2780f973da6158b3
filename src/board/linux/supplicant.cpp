#include "board/linux/supplicant.h"

#include "base/log.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

namespace signet::board {
namespace {

// REQUIRES: it fits; create() has looked.
sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

template <class Call>
int with_address(Call call, const Fd& socket, const std::string& path) {
  const sockaddr_un address = address_of(path);
  return call(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Error unreachable(const std::string& path, const std::string& interface, const std::string& folder) {
  const int number = errno;
  Error error{Errc::unavailable, os_error("reach wpa_supplicant at", path).what};
  if (number == EACCES || number == EPERM) {
    error.what += "; add the board's user to the group that its ctrl_interface names: usermod -aG netdev USER";
  } else {
    error.what += "; start it: wpa_supplicant -B -i " + interface + " -C " + folder;
  }
  return error;
}

std::optional<std::uint32_t> network_number(const std::string& text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data(), end, number);
  if (wrong != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace

Result<std::unique_ptr<Supplicant>> Supplicant::create(net::Loop& loop, SupplicantParts parts) {
  const std::string own = parts.folder + "/wpa";
  const std::size_t own_max = own.size() + sizeof "/4294967295-18446744073709551615" - 1;
  if (own_max > socket_path_bytes_max) {
    return Error{Errc::too_large,
                 "a socket in " + own + " would have a name of over 107 bytes: choose a shorter --dir"};
  }
  std::unique_ptr<Supplicant> wifi{new Supplicant{loop, std::move(parts)}};
  if (wifi->server().size() > socket_path_bytes_max) {
    return Error{Errc::too_large, wifi->server() + ": a socket's name has at most 107 bytes"};
  }
  std::error_code ignored;
  std::filesystem::remove_all(own, ignored);  // the sockets of a board that was killed
  TRY(make_folder(own, 0700));
  return wifi;
}

Supplicant::~Supplicant() { leave(); }

Status Supplicant::configure(const std::string& ssid, const std::string& password) {
  TRY(check_ssid(ssid));
  TRY(check_wifi_password(password));
  ssid_ = ssid;
  password_ = crypto::SecretBytes{copy_of(bytes_of(password))};
  configured_ = true;
  return {};
}

void Supplicant::start(Started started) {
  leave();
  joined_ = false;
  wait_.begin(std::move(started));
  if (!configured_) return wait_.settle(Error{Errc::conflict, "wifi.configure() comes first"});
  if (Status begun = begin(); !begun) fail(std::move(begun).error());
}

void Supplicant::stop() {
  const std::string missing = what_is_missing();
  leave();
  joined_ = false;
  wait_.settle(Error{Errc::unavailable, missing});
}

Status Supplicant::begin() {
  TRY(open());
  ask(Step::attach, bytes_of("ATTACH"));
  return {};
}

Status Supplicant::open() {
  Fd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket) return os_error("open", "a socket");
  own_path_ = parts_.folder + "/wpa/" + std::to_string(::getpid()) + "-" + std::to_string(++sockets_);
  if (with_address(::bind, socket, own_path_) != 0) return os_error("bind", own_path_);
  if (with_address(::connect, socket, server()) != 0) {
    Error error = unreachable(server(), parts_.interface.name(), parts_.control);
    ::unlink(own_path_.c_str());
    return error;
  }
  TRY(loop_.watch(socket.get(), net::Ready::read, [this](net::Ready) { on_ready(); }));
  socket_ = std::move(socket);
  return {};
}

// Afterwards nothing of ours is in its memory.
void Supplicant::leave() {
  for (auto* timer : {&answer_timer_, &address_timer_, &alive_timer_}) disarm(*timer);
  if (socket_) {
    remove_network();
    (void)send(bytes_of("DETACH"));
    loop_.unwatch(socket_.get());
    socket_.close();
    ::unlink(own_path_.c_str());
  }
  network_.reset();
  step_ = Step::idle;
  unanswered_ = associated_ = connected_ = false;
  missed_ = 0;
}

void Supplicant::remove_network() {
  const Instant until = loop_.clock().monotonic() + supplicant_farewell_max;
  while (step_ == Step::add && unanswered_) {
    const auto left = std::chrono::duration_cast<Millis>(until - loop_.clock().monotonic());
    pollfd readable{socket_.get(), POLLIN, 0};
    if (left <= Millis{0} || ::poll(&readable, 1, static_cast<int>(left.count())) < 1) break;
    const auto received = receive();
    if (!received) break;
    const auto& message = received.value();
    const auto* const reply = message ? std::get_if<SupplicantReply>(&*message) : nullptr;
    if (!reply) continue;
    network_ = network_number(reply->text);
    unanswered_ = false;
  }
  if (network_) (void)send(bytes_of("REMOVE_NETWORK " + std::to_string(*network_)));
}

Status Supplicant::send(Bytes command) {
  const ssize_t sent = ::send(socket_.get(), command.data(), command.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(command.size())) return {};
  return unreachable(server(), parts_.interface.name(), parts_.control);
}

void Supplicant::ask(Step step, Bytes command) {
  step_ = step;
  unanswered_ = true;
  if (Status sent = send(command); !sent) return fail(std::move(sent).error());
  arm(answer_timer_, supplicant_answer_timeout, &Supplicant::look_after_it);
}

Result<std::optional<SupplicantMessage>> Supplicant::receive() {
  std::uint8_t datagram[supplicant_message_bytes_max + 1];
  const ssize_t got = ::recv(socket_.get(), datagram, sizeof datagram, 0);
  if (got < 0 && errno != EAGAIN && errno != EINTR) return Error{Errc::unavailable, "wpa_supplicant has ended"};
  if (got < 0) return std::optional<SupplicantMessage>{};
  auto message = parse_supplicant_message(Bytes{datagram, static_cast<std::size_t>(got)});
  if (message) return std::optional{std::move(message).value()};
  log_warn("wifi.not_understood", {{"why", message.error().what}});
  return std::optional<SupplicantMessage>{};
}

void Supplicant::on_ready() {
  auto received = receive();
  if (!received) return fail(std::move(received).error());
  const auto& message = received.value();
  if (!message) return;
  if (const auto* const reply = std::get_if<SupplicantReply>(&*message)) return on_reply(*reply);
  on_event(std::get<SupplicantEvent>(*message));
}

void Supplicant::on_reply(const SupplicantReply& reply) {
  if (!unanswered_) return log_warn("wifi.not_understood", {{"why", "a reply to nothing"}});
  unanswered_ = false;
  disarm(answer_timer_);
  if (step_ == Step::add) network_ = network_number(reply.text);
  const bool well = step_ == Step::add ? network_.has_value() : reply.text == (step_ == Step::watching ? "PONG" : "OK");
  if (!well) return fail({Errc::unavailable, "wpa_supplicant answered: " + reply.text.substr(0, 64)});
  switch (step_) {
    case Step::idle: return;
    case Step::attach: return ask(Step::add, bytes_of("ADD_NETWORK"));
    case Step::add: return ask(Step::name, bytes_of(ssid_command(*network_, ssid_)));
    case Step::name: return ask(Step::key, key_command(*network_, password_.reveal()).reveal());
    case Step::key: return ask(Step::select, bytes_of("SELECT_NETWORK " + std::to_string(*network_)));
    case Step::select: step_ = Step::watching; [[fallthrough]];
    case Step::watching: return arm(alive_timer_, supplicant_looked_after_every, &Supplicant::look_after_it);
  }
}

// What is told of other networks is not ours.
void Supplicant::on_event(const SupplicantEvent& event) {
  using What = SupplicantEvent::What;
  const bool is_ours = network_ && step_ >= Step::select && event.network.value_or(*network_) == *network_;
  switch (event.what) {
    case What::other: return;
    case What::terminating: return fail({Errc::unavailable, "wpa_supplicant has ended"});
    case What::connected:
      if (is_ours) associated_ = true;
      return look();
    case What::disconnected: associated_ = false; return look();
    case What::not_found:
      if (!is_ours || associated_ || !wait_.waits() || ++missed_ < scans_without) return;
      return fail({Errc::not_found, "no network \"" + ssid_ + "\" is in reach"});
    case What::disabled:
      if (!is_ours || !event.network || !event.wrong_key || !wait_.waits()) return;
      return fail({Errc::unauthenticated, "wrong password for \"" + ssid_ + "\""});
  }
}

void Supplicant::look() {
  const bool up = associated_ && parts_.has_address(parts_.interface);
  if (associated_ && !up) arm(address_timer_, address_looked_at_every, &Supplicant::look);
  if (up == std::exchange(connected_, up)) return;
  if (up) joined_ = true;
  if (wait_.waits()) return wait_.settle({});
  changed_();
}

// A command was not answered, or it is time to ask whether somebody would, or to look for one who does.
void Supplicant::look_after_it() {
  if (unanswered_) return fail(no_answer());
  if (socket_) {
    look();
    return ask(Step::watching, bytes_of("PING"));
  }
  if (Status begun = begin(); !begun) fail(std::move(begun).error());
}

// Whoever waits is told, and that is the end of it; a network that was joined is joined again.
void Supplicant::fail(Error why) {
  const bool was_connected = connected_;
  leave();
  if (joined_) arm(alive_timer_, supplicant_looked_after_every, &Supplicant::look_after_it);
  if (wait_.waits()) return wait_.settle(std::move(why));
  if (!was_connected) return;
  log_warn("wifi.lost", {{"error", why.what}});
  changed_();
}

void Supplicant::arm(std::optional<net::Loop::TimerId>& timer, Micros after, void (Supplicant::*run)()) {
  disarm(timer);
  timer = loop_.after(after, [this, &timer, run] {
    timer.reset();
    (this->*run)();
  });
}

void Supplicant::disarm(std::optional<net::Loop::TimerId>& timer) {
  if (timer) loop_.cancel(*timer);
  timer.reset();
}

Error Supplicant::no_answer() const { return {Errc::unavailable, "wpa_supplicant does not answer at " + server()}; }

std::string Supplicant::what_is_missing() const {
  if (associated_) {
    return "joined \"" + ssid_ + "\", but no address came: a DHCP client gets one (systemd-networkd, dhcpcd)";
  }
  if (step_ != Step::watching) return no_answer().what;
  return missed_ > 0 ? "the network \"" + ssid_ + "\" was not heard" : "\"" + ssid_ + "\" has not let the board in";
}

Result<WifiInfo> Supplicant::info() {
  if (!connected_) return Error{Errc::unavailable, "Wi-Fi is not connected"};
  return parts_.interface.info();
}

}  // namespace signet::board
