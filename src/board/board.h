// board.h -- the board: boots, knows who it is, runs the firmware, answers its console, lets the agent talk.
#pragma once

#include "board/bond.h"
#include "board/console_history.h"
#include "board/desk.h"
#include "board/endpoint.h"
#include "board/file_disk.h"
#include "board/firmware.h"
#include "board/flash/bootloader.h"
#include "board/fota.h"
#include "board/unit.h"
#include "board/uplink.h"
#include "boot/boot.h"
#include "image/image.h"

namespace signet::board {

inline constexpr Seconds cable_looked_at_every{1};  // while Ethernet is started: it is pulled and put in
inline constexpr Seconds trial_timeout{300};        // a new version that is not confirmed by then goes back

struct BoardConfig {
  std::string folder;   // the board's own storage
  std::string name;     // "virtual"
  std::string model;    // of the element, "ATECC608B"
  std::string release;  // of this program
  std::optional<identity::Certificate> root;
  FirmwareConfig firmware;
  DialRules reach;  // where the program may be connected to
  net::TlsVersion newest_tls = net::TlsVersion::v1_3;
  Seconds trial_limit = trial_timeout;
};

// The hardware. All outlive the board.
struct BoardParts {
  net::Loop& loop;
  element::Element& element;
  Fuses& fuses;
  Console& console;
  Wifi& wifi;
  Jumper& jumper;
  crypto::Random& random;
  Ethernet* ethernet = nullptr;      // null: the board has none
  Bootloader* bootloader = nullptr;  // null: the program of the configuration runs, and nothing is verified
};

class Board final : private Services, private FirmwareEvents, private FotaHost {
 public:
  static Result<std::unique_ptr<Board>> create(BoardConfig config, const BoardParts& parts);
  ~Board() override;

  // Power on: reads the element, says who it is, starts the firmware. What a flash holds of Python is in
  // FOLDER/program/main.py, which the configuration's command is to name.
  void boot(signet::boot::Reset why = signet::boot::Reset::power);

 private:
  Board(BoardConfig config, const BoardParts& parts, agent::Outbox outbox, std::optional<Endpoint> endpoint,
        std::unique_ptr<FileDisk> disk);
  void say(const std::string& text);  // a line of the board's own on the console
  void show(const std::string& line);
  void say_who();
  Status check_element();
  void settle_incident();
  void refresh();
  void arm_desk();

  // The firmware in the flash (loading.cpp)
  void start_firmware(signet::boot::Reset why);
  bool load_firmware(signet::boot::Reset why);
  Status unpack_firmware();
  void watch_trial(bool runs);
  void end_trial_watch();
  Status confirm_firmware();
  bool ask_fota(const std::string& step, const std::string& version) override;
  void install_update() override;
  Status accept_update() override { return confirm_firmware(); }
  void abandon_update(const std::string& why) override;
  void set_firmware(const std::string& name) override;
  std::string firmware_name() const { return fota_ ? fota_->firmware() : "Factory"; }
  void tell_firmware(json::object& to) const;

  // The console (console.cpp)
  void on_console(Bytes typed);
  void serve(const LineReader::Line& line);
  Result<json::object> perform(const ConsoleRequest& request);
  bool console_is_open() const { return !endpoint_ || parts_.jumper.is_set(); }
  Result<json::object> identify(const json::object& arguments);
  Status require_identity() const;
  Result<json::object> sign_claim(const json::object& arguments);
  Result<json::object> install(const json::object& arguments);
  Result<json::object> remove(const json::object& arguments);
  Result<json::object> restart(const json::object& arguments);
  Result<json::object> tell_history(const json::object& arguments);
  Status forget_owner(const char* why);
  Status forget_readings(const char* why);
  Result<json::object> set_secret(const json::object& arguments);
  Result<json::object> list_secrets(const json::object& arguments);
  Result<json::object> remove_secret(const json::object& arguments);
  Status require_flash() const;  // console_firmware.cpp
  Result<json::object> begin_firmware(const json::object& arguments);
  Result<json::object> write_firmware(const json::object& arguments);
  Result<json::object> request_firmware(const json::object& arguments);
  Result<json::object> confirm_firmware(const json::object& arguments);
  void restart(signet::boot::Reset why);
  void restart_after_on_reset();

  // What the firmware may ask for
  Wifi& wifi() override { return parts_.wifi; }
  void wifi_changed() override { refresh(); }
  Ethernet* ethernet() override { return parts_.ethernet; }
  void ethernet_changed() override;
  void watch_cable();
  bool has_network() override { return parts_.wifi.connected() || (parts_.ethernet && parts_.ethernet->connected()); }
  element::Element& element() override { return unit_.barred ? barred_ : parts_.element; }
  Secrets& secrets() override { return secrets_; }
  Status dial(std::uint32_t id, const Dial& wanted) override { return dialler_.dial(id, wanted); }
  void give_up_dial(std::uint32_t id) override { dialler_.give_up(id); }
  void hand_over(const Frame& frame, Fd socket) override { firmware_.send(frame, std::move(socket)); }
  Result<Buffer> device_certificate() override;
  json::object summary() override;
  void start_agent(agent::Program program) override;
  bool online() override { return uplink_.agent().online(); }
  json::object agent_state() override;
  Result<Timestamp> publish(std::string_view tag, std::string_view payload) override;
  Status answer_job(const std::string& job, std::int64_t version, std::string result) override;
  Status tell(std::string key, std::string value, std::optional<std::int64_t> version) override;
  void reset() override;
  void watchdog_bit() override;
  void fota_answered(const std::string& step, const std::string& refused) override;

  // What comes from the manager (orders.cpp)
  void on_told(const std::string& key);
  void on_order(const agent::JobOrdered& job);
  void on_order(const agent::ResetOrdered&);
  void on_order(const agent::VariableWished& wish);
  void on_order(const agent::UpdateTold& update);
  void on_order(const agent::ConditionsTold& told);
  void on_order(const agent::SuccessorTold& told);  // trust.cpp
  void on_server(Bytes certificate);                // the same
  void trust(Endpoint endpoint, const std::string& why);

  void on_firmware_text(std::string_view line) override { show(firmware_line(line)); }
  void on_firmware_request(const Frame& frame) override;
  void on_firmware_refused(const char* call) override;
  void on_firmware_end(const std::string& how) override;

  BoardConfig config_;
  BoardParts parts_;
  std::unique_ptr<FileDisk> disk_;
  agent::Outbox outbox_;
  std::optional<Endpoint> endpoint_;
  Unit unit_;
  Secrets secrets_;
  Bond bond_;
  BarredElement barred_;
  agent::Program program_;
  std::string reset_reason_ = "power";  // why the program began: power, software, watchdog, crash
  bool agent_wanted_ = false;
  bool restarting_ = false;  // the program is ended by the board itself
  LineReader console_lines_;
  ConsoleHistory history_;
  Uplink uplink_;
  Desk desk_;
  Firmware firmware_;
  Fetcher fetcher_;
  Dialler dialler_;
  std::optional<Fota> fota_;      // with a flash
  std::optional<Loaded> loaded_;  // of the flash, without its payload
  std::optional<net::Loop::TimerId> trial_timer_;
  int trial_crashes_ = 0;
  std::optional<net::Loop::TimerId> desk_timer_;
  std::optional<net::Loop::TimerId> cable_timer_;
  bool ethernet_was_connected_ = false;
  std::optional<net::Loop::TimerId> restart_timer_;
  std::optional<net::Loop::TimerId> on_reset_timer_;  // the program's on_reset is at work
};

}  // namespace signet::board
