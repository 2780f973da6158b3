// What the manager ordered, and what it has acknowledged: the board hands it to who is concerned.
#include "board/board.h"
#include "board/incident.h"

namespace signet::board {

void Board::on_told(const std::string& key) {
  if (fota_) fota_->on_told(key);
  if (key != "#incident") return;
  const Status gone = forget_incident(config_.folder);
  if (!gone) log_warn("board.incident_told_again_later", {{"error", gone.error().what}});
}

void Board::on_order(const agent::JobOrdered& job) {
  log_info("board.job", {{"name", job.name}});
  desk_.give_job(job);
}

void Board::on_order(const agent::ResetOrdered&) {
  log_info("board.reset_ordered");
  say("the manager resets the board");
  restart_after_on_reset();
}

// The program puts away what it has in its hands; one that does not come to an end is ended.
void Board::restart_after_on_reset() {
  if (on_reset_timer_ || restart_timer_) return;
  if (!desk_.tell_reset()) return restart(signet::boot::Reset::request);
  on_reset_timer_ = parts_.loop.after(on_reset_max, [this] {
    on_reset_timer_.reset();
    say("the program's on_reset took more than " + std::to_string(on_reset_max.count()) + " s; the board starts anew");
    restart(signet::boot::Reset::request);
  });
}

void Board::on_order(const agent::VariableWished& wish) { desk_.give_wish(wish); }

void Board::on_order(const agent::ConditionsTold& told) { desk_.give_conditions(told); }

// A board that runs a program of its command line has no slot for another one.
void Board::on_order(const agent::UpdateTold& update) {
  if (fota_ && update.key == "@fota") return fota_->on_offer(update.version, update.value);
  if (fota_) return fota_->on_info(update.value);
  if (update.key != "@fota") return;
  json::object answer{{"result", "fail"}, {"msg", "this board runs a program from a file: it takes no updates"}};
  const auto wanted = parse_json_object(update.value);
  for (const char* name : {"fw_id", "fw_version"}) {
    const auto member = wanted ? string_member(wanted.value(), name) : wanted.error();
    if (member) answer[name] = member.value();
  }
  const Status told = uplink_.tell("@fota", json::serialize(answer), update.version);
  if (!told) log_error("board.update_not_answered", {{"error", told.error().what}});
}

Status Board::answer_job(const std::string& job, std::int64_t version, std::string result) {
  Status answered = uplink_.answer(job, version, std::move(result));
  if (answered && fota_) fota_->on_heard();
  return answered;
}

Status Board::tell(std::string key, std::string value, std::optional<std::int64_t> version) {
  return uplink_.tell(std::move(key), std::move(value), version);
}

void Board::reset() {
  if (!on_reset_timer_) say("the program resets the board");
  restart(signet::boot::Reset::request);
}

void Board::watchdog_bit() {
  firmware_.fail("did not kick its watchdog in time");
  reset_reason_ = "watchdog";
}

void Board::fota_answered(const std::string& step, const std::string& refused) {
  log_info("board.fota_answered", {{"step", step}, {"refused", refused}});
  if (fota_) fota_->on_program(step, refused);
}

}  // namespace signet::board
