#include "gateway/registrar.h"

#include "base/log.h"

namespace signet::gateway {
namespace {

bool is_withdrawal(Errc code) { return code == Errc::forbidden || code == Errc::unauthenticated; }

}  // namespace

Registrar::Registrar(fleet::Fleet& fleet, std::size_t sessions_max) : fleet_(fleet), sessions_max_(sessions_max) {
  fleet_.observe(this);
  if (const Status recovered = fleet_.recover_sessions(); !recovered) {
    log_error("gateway.sessions_not_recovered", {{"why", recovered.error().what}});
  }
}

Registrar::~Registrar() { fleet_.observe(nullptr); }

std::size_t Registrar::join(AnswerSink& answers) {
  ENSURE(halls_.size() < halls_max);
  halls_.push_back(&answers);
  return halls_.size() - 1;
}

void Registrar::leave(std::size_t hall) { halls_[hall] = nullptr; }

void Registrar::serve(std::vector<Question> questions) {
  for (Question& question : questions) {
    std::visit([this](auto& one) { on(one); }, question);
  }
  write_sessions();
  pass();
  if (std::exchange(wills_may_be_due_, false)) sweep();
}

void Registrar::on(EnterAsked& asked) {
  if (seats_.size() >= sessions_max_ && !seats_.contains(asked.who.device)) {
    Error full{Errc::exhausted, "sessions_max devices are connected already"};
    fleet_.refused(asked.address, asked.who.dcn, full);
    return answer(asked.session, Entered{asked.session, Verdict::full, std::move(full)});
  }
  passages_.push_back({std::move(asked.who), std::move(asked.address), std::nullopt});
  passing_.push_back({asked.session, asked.clean_start, asked.lifetime, std::move(asked.will)});
}

void Registrar::on(Left& left) {
  if (const Seat* seat = find(left.device, left.session)) {
    passages_.push_back({seat->who, seat->address, std::move(left.why)});
    passing_.push_back({left.session, false, left.lifetime, nullptr, left.last_words});
    return;
  }
  // It came in this very call: then it was never here.
  const auto came = std::find(passing_.begin(), passing_.end(), left.session);
  if (came == passing_.end()) return;
  passages_.erase(passages_.begin() + (came - passing_.begin()));
  passing_.erase(came);
}

// What is said after the identity was withdrawn is not heard any more.
void Registrar::on(MessageHeard& heard) {
  Seat* seat = find(heard.device, heard.session);
  if (!seat) return;
  Result<std::vector<fleet::DownMessage>> outcome = Error{Errc::forbidden, "its identity was withdrawn"};
  if (!seat->withdrawn) outcome = fleet_.heard(seat->who, heard.payload);
  if (!outcome) {
    const Error& why = outcome.error();
    if (mqtt::is_worth_retrying(mqtt::puback_reason(why.code))) {
      log_error("gateway.not_taken", {{"device", heard.device.str()}, {"why", why.what}});
    } else {
      fleet_.refused(seat->address, seat->who.dcn, why);
    }
  }
  MessageTaken taken{heard.session, heard.packet_id, std::move(outcome)};
  if (!seat->kept || !taken.outcome) return answer(heard.session, std::move(taken));
  if (heard.once) seat->kept->unreleased.push_back(heard.packet_id);
  keep_down(*seat, taken);
  if (heard.once || !taken.ids.empty()) changed(*seat, Change::more);
  answer_later(heard.session, std::move(taken));
}

void Registrar::on(Refused& refused) { fleet_.refused(refused.address, refused.subject, refused.why, refused.more); }

void Registrar::on(ImageAsked& asked) {
  Result<ImageFile> file = Error{Errc::not_found, "this manager has no firmware"};
  if (judge_image_) file = judge_image_(asked.who, asked.image);
  answer(asked.session, ImageJudged{asked.session, std::move(file)});
}

void Registrar::pass() {
  do {
    if (!passages_.empty()) write_passages();
    welcome_all();
  } while (!passages_.empty());  // whose session could not be opened goes again
}

void Registrar::write_passages() {
  const std::vector<fleet::Passage> passages = std::exchange(passages_, {});
  const std::vector<Passing> sessions = std::exchange(passing_, {});
  const std::vector<Status> written = fleet_.passed(passages);
  for (std::size_t i = 0; i < passages.size(); ++i) {
    const fleet::Passage& one = passages[i];
    if (one.left) {
      if (!written[i]) {
        log_error("gateway.not_written", {{"device", one.who.device.str()}, {"why", written[i].error().what}});
      }
      retire(one.who.device, sessions[i]);
      unseat(one.who.device, sessions[i].session);
    } else if (written[i]) {
      seat(one, sessions[i]);
    } else {
      refuse(one, sessions[i].session, written[i].error());
    }
  }
}

void Registrar::refuse(const fleet::Passage& came, SessionNumber session, const Error& why) {
  const bool withdrawn = is_withdrawal(why.code);
  if (withdrawn) {
    fleet_.refused(came.address, came.who.dcn, why);
  } else {
    log_error("gateway.cannot_admit", {{"device", came.who.device.str()}, {"why", why.what}});
  }
  answer(session, Entered{session, withdrawn ? Verdict::withdrawn : Verdict::failed, why});
}

void Registrar::seat(const fleet::Passage& came, const Passing& passing) {
  std::vector<Seat>& seats = seats_[came.who.device];
  std::optional<std::string> former;
  if (!seats.empty()) former = seats.back().address;
  for (Seat& other : seats) send_away(other, mqtt::ReasonCode::session_taken_over);
  Seat mine;
  mine.session = passing.session, mine.who = came.who, mine.address = came.address;
  mine.clean_start = passing.clean_start, mine.lifetime = passing.lifetime, mine.will = passing.will;
  seats.push_back(std::move(mine));
  waiting_.push_back(came.who.device);
  if (former) fleet_.taken_over(came.who, came.address, *former);  // may expel them all
}

void Registrar::unseat(const DeviceId& device, SessionNumber session) {
  const auto found = seats_.find(device);
  if (found == seats_.end()) return;
  std::erase_if(found->second, [&](const Seat& seat) { return seat.session == session; });
  if (found->second.empty()) {
    seats_.erase(found);
  } else {
    waiting_.push_back(device);
  }
}

void Registrar::welcome_all() {
  std::vector<Opening> openings;
  fleet::SessionBatch batch;
  for (const auto& [device, left] : leaving_) batch.left.push_back(left);
  for (const DeviceId& device : std::exchange(waiting_, {})) {
    const auto found = seats_.find(device);
    if (found == seats_.end() || found->second.size() > 1) continue;  // a former one is still there
    Seat& seat = found->second.back();
    if (seat.welcomed || seat.must_go) continue;
    Opening opening{device, {seat.session, Verdict::welcome, std::nullopt}};
    if (const Status open = open_session(seat, opening, batch); !open) {
      turn_away(seat, open.error());
      continue;
    }
    seat.welcomed = true;
    openings.push_back(std::move(opening));
  }
  const Status written = fleet_.write_sessions(std::move(batch));
  if (written) leaving_.clear();
  for (Opening& one : openings) {
    if (!written && one.writes) {
      turn_away(*find(one.device, one.entered.session), written.error());
    } else {
      answer(one.entered.session, std::move(one.entered));
    }
  }
}

void Registrar::turn_away(Seat& seat, const Error& why) {
  log_error("gateway.no_session", {{"device", seat.who.device.str()}, {"why", why.what}});
  seat.must_go = true;
  seat.stored = false;
  seat.kept.reset();
  passages_.push_back({seat.who, seat.address, "its session cannot be opened"});
  passing_.push_back({seat.session, false, Seconds{0}, nullptr});
  answer(seat.session, Entered{seat.session, Verdict::failed, why});
}

Registrar::Seat* Registrar::find(const DeviceId& device, SessionNumber session) {
  const auto found = seats_.find(device);
  if (found == seats_.end()) return nullptr;
  for (Seat& seat : found->second) {
    if (seat.session == session) return &seat;
  }
  return nullptr;
}

void Registrar::on_expelled(const DeviceId& device) {
  const auto found = seats_.find(device);
  if (found == seats_.end()) return;
  std::vector<SessionNumber> told;
  for (Seat& seat : found->second) {
    seat.must_go = true;
    seat.stored = false;  // it went with the identity, in that commit
    seat.kept.reset();
    if (!std::exchange(seat.withdrawn, true)) told.push_back(seat.session);
  }
  // A hall on this thread may answer at once, and its seat is gone then.
  for (const SessionNumber session : told) answer(session, MustGo{session, mqtt::ReasonCode::administrative_action});
}

void Registrar::send_away(Seat& seat, mqtt::ReasonCode reason) {
  if (!std::exchange(seat.must_go, true)) answer(seat.session, MustGo{seat.session, reason});
}

void Registrar::answer(SessionNumber session, Answer answer) {
  AnswerSink* const hall = halls_.at(hall_of(session));
  if (hall) hall->give(std::move(answer));
}

}  // namespace signet::gateway
