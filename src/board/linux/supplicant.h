// supplicant.h -- Wi-Fi by wpa_supplicant: a network of the board's own in its memory, gone when the board leaves it,
// and never in its configuration file. Connected is to be associated and to have an address, which the system's DHCP
// client gets. A network that goes out of reach, and a wpa_supplicant that is started anew, are joined again.
#pragma once

#include "board/linux/interface.h"
#include "board/linux/start_wait.h"
#include "board/linux/supplicant_message.h"
#include "net/loop.h"

namespace signet::board {

inline constexpr Seconds supplicant_answer_timeout{2};      // of one command
inline constexpr Millis supplicant_farewell_max{250};       // a network that is just being added is waited for
inline constexpr Seconds supplicant_looked_after_every{5};  // does it live; looked for as often when it does not
inline constexpr Millis address_looked_at_every{250};       // while there is none
inline constexpr int scans_without = 2;                     // the network: then it is not in reach
inline constexpr std::size_t socket_path_bytes_max = 107;   // Linux' sockaddr_un

struct SupplicantParts {
  Interface interface;
  std::string control = "/run/wpa_supplicant";  // the folder of its sockets
  std::string folder;                           // the board's
  std::function<bool(const Interface&)> has_address = &Interface::has_address;
};

class Supplicant final : public Wifi {
 public:
  // It need not run yet. too_large: the name of a socket would be. `loop` outlives it.
  static Result<std::unique_ptr<Supplicant>> create(net::Loop& loop, SupplicantParts parts);
  ~Supplicant() override;

  Status configure(const std::string& ssid, const std::string& password) override;
  void start(Started started) override;
  void stop() override;
  bool connected() const override { return connected_; }
  Result<WifiInfo> info() override;
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  // What was asked last, in this order. `watching`: PING, while the network is looked for and after it was joined.
  enum class Step : std::uint8_t { idle, attach, add, name, key, select, watching };
  Supplicant(net::Loop& loop, SupplicantParts parts) : loop_(loop), parts_(std::move(parts)) {}
  std::string server() const { return parts_.control + "/" + parts_.interface.name(); }
  Status begin();
  Status open();
  void leave();
  void remove_network();
  // Nothing: it was not understood. An error: nobody will say more.
  Result<std::optional<SupplicantMessage>> receive();
  Status send(Bytes command);
  void ask(Step step, Bytes command);
  void on_ready();
  void on_reply(const SupplicantReply& reply);
  void on_event(const SupplicantEvent& event);
  void fail(Error why);
  void look();
  void look_after_it();
  void arm(std::optional<net::Loop::TimerId>& timer, Micros after, void (Supplicant::*run)());
  void disarm(std::optional<net::Loop::TimerId>& timer);
  Error no_answer() const;
  std::string what_is_missing() const;

  net::Loop& loop_;
  SupplicantParts parts_;
  std::string ssid_;
  crypto::SecretBytes password_;
  bool configured_ = false;
  Fd socket_;
  std::string own_path_;
  std::uint64_t sockets_ = 0;  // a late message to an earlier one is none to this
  Step step_ = Step::idle;
  bool unanswered_ = false;
  std::optional<std::uint32_t> network_;
  int missed_ = 0;  // scans that did not hear the network
  bool associated_ = false;
  bool connected_ = false;
  bool joined_ = false;  // since the start: from then on it is joined again by itself
  StartWait wait_;
  std::function<void()> changed_ = [] {};
  std::optional<net::Loop::TimerId> answer_timer_, address_timer_, alive_timer_;
};

}  // namespace signet::board
