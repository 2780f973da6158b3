#include "board/fota.h"

#include "base/log.h"

namespace signet::board {
namespace {

constexpr Millis fota_goodbye_pause{300};  // it may have been the acknowledgement of an earlier status
constexpr unsigned percent_step = 10;      // between two that are told

json::object about(const FotaOffer& offer) { return {{"fw_id", offer.id}, {"fw_version", offer.version}}; }

}  // namespace

Fota::Fota(net::Loop& loop, crypto::Random& random, Bootloader& bootloader, ImageSource& source, FotaHost& host,
           std::string folder)
    : loop_(loop),
      bootloader_(bootloader),
      host_(host),
      folder_(std::move(folder)),
      download_(loop, random, bootloader, source) {
  auto record = load_fota_record(folder_);
  if (!record) {
    log_error("fota.record_lost", {{"error", record.error().what}});
  } else {
    record_ = std::move(record).value();
  }
}

void Fota::cancel_timer() {
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
}

void Fota::after(Micros time, std::function<void()> run) {
  cancel_timer();
  timer_ = loop_.after(time, [this, run = std::move(run)] {
    timer_.reset();
    run();
  });
}

void Fota::stop() {
  cancel_timer();
  download_.stop();
  phase_ = Phase::idle;
}

void Fota::forget() {
  stop();
  record_ = {};
  firmware_ = "Factory";
  host_.set_firmware(firmware_);
  const Status gone = remove_fota_record(folder_);
  if (!gone) log_error("fota.record_not_removed", {{"error", gone.error().what}});
}

// Without its record an update still goes on; what a power cut then costs is an answer to the manager, or a download.
void Fota::keep() {
  const Status kept = store_fota_record(folder_, record_);
  if (!kept) log_error("fota.record_not_kept", {{"error", kept.error().what}});
}

void Fota::tell_status(const json::object& status) {
  const Status told = host_.tell("_fota_status", json::serialize(status), {});
  if (!told) log_warn("fota.status_not_told", {{"error", told.error().what}});
}

void Fota::tell_end() {
  json::object answer = about(record_.offer);
  answer["result"] = record_.is_success ? "success" : "fail";
  answer["msg"] = record_.reason;
  (void)host_.tell("_fota_status", "null", {});  // a trifle, told again with the next update
  const Status told = host_.tell("@fota", json::serialize(answer), record_.order);
  if (!told) log_error("fota.answer_not_told", {{"error", told.error().what}});
}

void Fota::end(bool is_success, std::string reason) {
  stop();
  while (reason.size() > fota_reason_bytes_max || !is_utf8(reason)) reason.pop_back();
  log(is_success ? LogLevel::info : LogLevel::warn, "fota.ended",
      {{"version", name_of(record_.offer)}, {"success", is_success}, {"why", reason}});
  record_.step = FotaStep::answer;
  record_.is_success = is_success;
  record_.reason = std::move(reason);
  keep();
  tell_end();
}

// The manager says it with every connection until it is answered.
void Fota::on_offer(std::int64_t order, std::string_view value) {
  auto offer = read_fota_offer(value);
  if (!offer) return log_warn("fota.offer_ignored", {{"error", offer.error().what}});
  const bool is_known = order == record_.order && offer.value() == record_.offer;
  if (phase_ == Phase::trial) return on_heard();
  if (phase_ == Phase::accepting || phase_ == Phase::resetting) return;
  if (is_known && (record_.step == FotaStep::answer || record_.step == FotaStep::told)) return tell_end();
  const bool is_running = phase_ != Phase::idle && order == order_ && offer.value() == offer_;
  if (is_running && phase_ == Phase::asking) return ask_info();
  if (is_running) return;
  stop();
  begin(order, std::move(offer).value());
}

void Fota::begin(std::int64_t order, FotaOffer offer) {
  order_ = order;
  offer_ = std::move(offer);
  const bool is_resumed = record_.step == FotaStep::download && record_.offer == offer_;
  record_.order = order;
  record_.offer = offer_;
  if (!is_resumed) {
    record_.step = FotaStep::none;
    record_.images = {};
  }
  if (record_.running == offer_ && is_in_work(record_.running_images)) return end(true, "it runs already");
  phase_ = Phase::checking;
  if (is_resumed || !host_.ask_fota("check_version", offer_.version)) return on_program("check_version", "");
  after(fota_check_timeout, [this] { end(false, "the program did not answer on_fota's check_version in time"); });
}

void Fota::on_program(const std::string& step, const std::string& refused) {
  if (phase_ == Phase::checking && step == "check_version") {
    if (!refused.empty()) return end(false, "the program refused it: " + refused);
    phase_ = Phase::asking;
    asked_ = 0;
    return ask_info();
  }
  if (phase_ != Phase::accepting || step != "accept") return;
  if (!refused.empty()) {
    on_trial_over("the program did not accept it: " + refused);
    return host_.abandon_update(record_.reason);
  }
  const Status accepted = host_.accept_update();
  if (accepted) return;
  on_trial_over("it could not be confirmed: " + accepted.error().what);
  host_.abandon_update(record_.reason);
}

void Fota::ask_info() {
  if (++asked_ > fota_info_max) return end(false, "the manager does not say what the version consists of");
  tell_status({{"fw_version", offer_.version}, {"progress", "waiting fota info"}});
  const Status told = host_.tell("#fota_info", json::serialize(about(offer_)), {});
  if (!told) log_warn("fota.info_not_asked", {{"error", told.error().what}});
  after(fota_info_every, [this] { ask_info(); });
}

void Fota::on_info(std::string_view value) {
  if (phase_ != Phase::asking) return;
  auto info = read_fota_info(value);
  if (info && info.value().offer != offer_) return log_warn("fota.info_ignored", {});
  if (!info) return end(false, info.error().what);
  if (const Status prepared = prepare(info.value()); !prepared) return end(false, prepared.error().what);
  cancel_timer();
  phase_ = Phase::downloading;
  percent_ = told_percent_ = {};
  tell_status({{"fw_version", offer_.version}, {"progress", "downloading"}, {"percent", json::array{0, 0}}});
  download_.start(
      std::move(info).value(), [this](const FotaDownload::Percent& percent) { on_progress(percent); },
      [this](const Status& how) { on_downloaded(how); });
}

// PARK is erased once for these images; a download that was cut goes on.
Status Fota::prepare(const FotaInfo& info) {
  PartDigests wanted;
  parts_ = 0;
  for (const FotaImage& image : info.images) {
    wanted[static_cast<std::size_t>(image.part)] = hex(image.sha256);
    parts_ |= boot::parts_of(image.part);
  }
  if (record_.step == FotaStep::download && record_.images == wanted) return {};
  record_.step = FotaStep::none;
  for (const FotaImage& image : info.images) TRY(bootloader_.prepare(image.part));
  record_.step = FotaStep::download;
  record_.images = wanted;
  keep();
  return {};
}

void Fota::on_progress(const FotaDownload::Percent& percent) {
  percent_ = percent;
  bool is_news = false;
  for (std::size_t i = 0; i < percent.size(); ++i) is_news = is_news || percent[i] >= told_percent_[i] + percent_step;
  if (!is_news) return;
  told_percent_ = percent;
  tell_status({{"fw_version", offer_.version},
               {"progress", "downloading"},
               {"percent", json::array{json::value(percent[0]), json::value(percent[1])}}});
}

void Fota::on_downloaded(const Status& how) {
  const Status done = how ? install() : how;
  if (!done) return end(false, done.error().what);
  phase_ = Phase::resetting;
  tell_status({{"fw_version", offer_.version}, {"progress", "done, resetting"}});
  after(fota_goodbye_timeout, [this] { host_.install_update(); });
}

// The record comes first: an update that was asked for and is not remembered would never be answered.
Status Fota::install() {
  record_.step = FotaStep::install;
  record_.reason.clear();
  TRY(store_fota_record(folder_, record_));
  return bootloader_.request(parts_);
}

void Fota::on_told(const std::string& key) {
  if (key == "_fota_status" && phase_ == Phase::resetting)
    return after(fota_goodbye_pause, [this] { host_.install_update(); });
  if (key != "@fota" || record_.step != FotaStep::answer) return;
  record_.step = FotaStep::told;
  keep();
}

bool Fota::is_in_work(const PartDigests& images) {
  bool is_any = false;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i].empty()) continue;
    const auto digest = bootloader_.work_digest(static_cast<boot::Part>(i));
    if (!digest || hex(digest.value()) != images[i]) return false;
    is_any = true;
  }
  return is_any;
}

void Fota::on_boot(boot::Outcome outcome) {
  stop();
  if (record_.step == FotaStep::install && outcome == boot::Outcome::trial) {
    phase_ = Phase::trial;
    offer_ = record_.offer;
    order_ = record_.order;
  } else if (record_.step == FotaStep::install && outcome != boot::Outcome::nothing) {
    if (is_in_work(record_.images)) return on_accepted();  // the power was cut right after it was accepted
    name_firmware(outcome);
    end(false, record_.reason.empty() ? "the board was reset before the new version was accepted, and went back"
                                      : record_.reason);
  } else if (record_.step == FotaStep::answer) {
    tell_end();
  }
  name_firmware(outcome);
}

void Fota::name_firmware(boot::Outcome outcome) {
  firmware_ = "Factory";
  if (phase_ == Phase::trial && outcome == boot::Outcome::trial)
    firmware_ = "testing-" + name_of(record_.offer);
  else if (is_in_work(record_.running_images))
    firmware_ = name_of(record_.running);
  host_.set_firmware(firmware_);
}

void Fota::on_heard() {
  if (phase_ != Phase::trial) return;
  phase_ = Phase::accepting;
  if (!host_.ask_fota("accept", offer_.version)) on_program("accept", "");
}

void Fota::on_accepted() {
  if (record_.step != FotaStep::install) {  // brought over the console
    name_firmware(boot::Outcome::permanent);
    return;
  }
  record_.running = record_.offer;
  for (std::size_t i = 0; i < boot::part_count; ++i) {
    const auto digest = bootloader_.work_digest(static_cast<boot::Part>(i));
    record_.running_images[i] = digest ? hex(digest.value()) : "";
  }
  end(true, "");
  name_firmware(boot::Outcome::permanent);
}

void Fota::on_trial_over(const std::string& why) {
  const bool is_trial = phase_ == Phase::trial || phase_ == Phase::accepting;
  if (!is_trial || !record_.reason.empty()) return;  // the first reason is the cause of the others
  record_.reason = why;
  keep();
}

}  // namespace signet::board
