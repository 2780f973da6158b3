// fota.h -- updates over the air: the manager offers, the program may refuse, the board downloads, installs, tries, and
// says how it went. docs/formats/flash.md
//
//   idle --@fota--> checking (the program's on_fota) --> asking (#fota_info) --> downloading --> resetting
//   after the reset: trial --heard the manager--> accepting (on_fota) --> idle, success; or back, and fail with why
//
// What counts is remembered in DIR/fota.json before it is done, so that every power cut leads to an answer.
#pragma once

#include "board/fota_download.h"
#include "board/fota_record.h"

namespace signet::board {

inline constexpr Seconds fota_check_timeout{60};   // for the program's on_fota, step check_version
inline constexpr Seconds fota_info_every{60};      // asks for #fota_info again
inline constexpr unsigned fota_info_max = 10;      // times
inline constexpr Seconds fota_goodbye_timeout{5};  // for the manager to acknowledge "done, resetting"

// What it asks of the rest of the board.
struct FotaHost {
  virtual ~FotaHost() = default;
  virtual Status tell(std::string key, std::string value, std::optional<std::int64_t> version) = 0;
  virtual bool ask_fota(const std::string& step, const std::string& version) = 0;  // false: the program has no on_fota
  virtual void install_update() = 0;                                               // restarts the board
  virtual Status accept_update() = 0;                                              // what is on trial stays
  virtual void abandon_update(const std::string& why) = 0;  // restarts the board, which goes back
  virtual void set_firmware(const std::string& name) = 0;
};

class Fota {
 public:
  // All outlive it. A record that cannot be read is forgotten, with a line in the log.
  Fota(net::Loop& loop, crypto::Random& random, Bootloader& bootloader, ImageSource& source, FotaHost& host,
       std::string folder);
  ~Fota() { stop(); }

  void on_boot(boot::Outcome outcome);                        // after Bootloader::start
  void on_offer(std::int64_t order, std::string_view value);  // "@fota"
  void on_info(std::string_view value);                       // "#fota_info"
  void on_program(const std::string& step, const std::string& refused);
  void on_told(const std::string& key);  // the manager has acknowledged it
  void on_heard();                       // an order of the manager's was done: it is there, and so is the program
  void on_accepted();                    // the trial is over, by whomever
  void on_trial_over(const std::string& why);
  void stop();    // before a restart
  void forget();  // the board changes its owner
  std::string firmware() const { return firmware_; }
  // How much of the last update was downloaded: of the OS and of the application.
  json::array percent() const { return {percent_[0], percent_[1]}; }

 private:
  enum class Phase : std::uint8_t { idle, checking, asking, downloading, resetting, trial, accepting };
  void begin(std::int64_t order, FotaOffer offer);
  void ask_info();
  Status prepare(const FotaInfo& info);
  void on_progress(const FotaDownload::Percent& percent);
  void on_downloaded(const Status& how);
  Status install();
  void end(bool is_success, std::string reason);
  void tell_end();
  void tell_status(const json::object& status);
  bool is_in_work(const PartDigests& images);
  void name_firmware(boot::Outcome outcome);
  void keep();
  void after(Micros time, std::function<void()> run);
  void cancel_timer();

  net::Loop& loop_;
  Bootloader& bootloader_;
  FotaHost& host_;
  std::string folder_;
  FotaDownload download_;
  FotaRecord record_;
  Phase phase_ = Phase::idle;
  FotaOffer offer_;  // from checking on
  std::int64_t order_ = 0;
  boot::Parts parts_ = 0;
  FotaDownload::Percent percent_{};
  FotaDownload::Percent told_percent_{};
  unsigned asked_ = 0;
  std::string firmware_ = "Factory";
  std::optional<net::Loop::TimerId> timer_;
};

}  // namespace signet::board
