#include "board/board.h"

#include "base/port/process.h"
#include "board/incident.h"

namespace signet::board {

Result<std::unique_ptr<Board>> Board::create(BoardConfig config, const BoardParts& parts) {
  auto endpoint = TRY(load_endpoint(config.folder));
  auto disk = std::make_unique<FileDisk>(config.folder);
  auto outbox = agent::Outbox::load(*disk);
  if (!outbox) return std::move(outbox).error().within(config.folder);
  return std::unique_ptr<Board>{
      new Board{std::move(config), parts, std::move(outbox).value(), std::move(endpoint), std::move(disk)}};
}

Board::Board(BoardConfig config, const BoardParts& parts, agent::Outbox outbox, std::optional<Endpoint> endpoint,
             std::unique_ptr<FileDisk> disk)
    : config_(std::move(config)),
      parts_(parts),
      disk_(std::move(disk)),
      outbox_(std::move(outbox)),
      endpoint_(std::move(endpoint)),
      secrets_(parts.element, config_.folder),
      barred_(parts.element),
      uplink_(parts.loop, outbox_, parts.random, parts.element, config_.newest_tls),
      desk_(*this, [this](const Frame& frame) { firmware_.send(frame); }),
      firmware_(parts.loop, parts.random, std::move(config_.firmware), *this),
      fetcher_(parts.loop, parts.element, config_.newest_tls),
      dialler_(parts.loop, config_.reach, [this](std::uint32_t id, Result<Fd> socket) {
        desk_.on_dialled(id, std::move(socket));
        arm_desk();
      }) {
  FotaHost& host = *this;
  if (parts_.bootloader) {
    fota_.emplace(parts_.loop, parts_.random, *parts_.bootloader, fetcher_, host, config_.folder);
  }
  parts_.console.on_input([this](Bytes typed) { on_console(typed); });
  uplink_.on_settled([this](Timestamp device_time, const Status& outcome) {
    desk_.on_settled(device_time, outcome);
    if (outbox_.has_ebbed()) return_memory();
  });
  uplink_.on_change([this] { desk_.on_agent_change(); });
  parts_.wifi.on_change([this] {
    say(parts_.wifi.connected() ? "Wi-Fi is back" : "Wi-Fi is lost; the board waits for its return");
    refresh();
  });
  uplink_.on_told([this](const std::string& key) { on_told(key); });
  uplink_.on_order(
      [this](const agent::Order& order) { std::visit([this](const auto& what) { on_order(what); }, order); });
  uplink_.on_server([this](Bytes certificate) { on_server(certificate); });
  uplink_.on_say([this](const std::string& text) { say(text); });
  if (parts_.bootloader) parts_.bootloader->on_say([this](const std::string& text) { say(text); });
}

Board::~Board() {
  parts_.console.on_input([](Bytes) {});
  parts_.wifi.on_change([] {});
  for (const auto& timer : {desk_timer_, restart_timer_, on_reset_timer_, trial_timer_, cable_timer_}) {
    if (timer) parts_.loop.cancel(*timer);
  }
  if (parts_.bootloader) parts_.bootloader->on_say([](const std::string&) {});
}

void Board::say(const std::string& text) { show(board_line(text)); }

void Board::show(const std::string& line) {
  history_.add(line);
  parts_.console.write(line);
}

void Board::boot(signet::boot::Reset why) {
  say("signet-board " + config_.release + ", " + config_.name);
  if (outbox_.cut_bytes() > 0) {
    log_warn("outbox.end_cut", {{"bytes", outbox_.cut_bytes()}});
    say("the outbox ended in a torn record; it was cut");
  }
  if (outbox_.lost() > 0) {
    log_error("outbox.records_lost", {{"count", outbox_.lost()}});
    say(std::to_string(outbox_.lost()) + " readings were not as they had been written, and are lost");
  }
  if (!outbox_.waiting().empty()) say(std::to_string(outbox_.waiting().size()) + " readings wait to be sent");
  if (const Status checked = check_element(); !checked) {
    say("the element does not answer (" + checked.error().what + "); type the reset command to try again");
  } else {
    say_who();
    settle_incident();
  }
  refresh();
  start_firmware(why);
}

void Board::say_who() {
  log(unit_.barred ? LogLevel::warn : LogLevel::info, "board.identified",
      {{"dcn", unit_.dcn}, {"personalised", unit_.personalised}, {"bond", name_of(bond_.state)}});
  say("element " + config_.model + " " + unit_.dcn);
  if (!unit_.barred && !bond_.text.empty()) say(bond_.text);
  if (!unit_.problem.empty()) say(unit_.problem);
  if (unit_.device) {
    const Status valid = identity::check_validity(*unit_.device, parts_.loop.clock().now());
    if (!valid) say("the element's certificate is " + valid.error().what);
  }
  say(endpoint_ ? "claimed as " + endpoint_->device + " at " + endpoint_->host : "not claimed");
  if (endpoint_ && parts_.jumper.is_set()) say("the jumper is set: whoever holds the cable may unclaim this board");
}

Status Board::check_element() {
  Bond bond = TRY(settle_bond(parts_.element, parts_.fuses, parts_.random));
  Unit unit =
      TRY(bond.is_barred() ? read_barred_unit(parts_.element, bond.text) : read_unit(parts_.element, config_.root));
  barred_.because(bond.text);
  bond_ = std::move(bond);
  unit_ = std::move(unit);
  return {};
}

// A board that may not use its element's key cannot tell the manager: it does when it next connects with its own.
void Board::settle_incident() {
  if (bond_.is_barred()) {
    const std::string text = unit_.dcn + " at " + rfc3339(parts_.loop.clock().now()).substr(0, 10) + ": " + bond_.text;
    if (const Status kept = keep_incident(config_.folder, text); !kept) {
      log_error("board.incident_not_kept", {{"error", kept.error().what}});
    }
    return;
  }
  auto incident = load_incident(config_.folder);
  if (!incident) return log_error("board.incident_not_read", {{"error", incident.error().what}});
  if (incident.value()) uplink_.report(*incident.value());
}

void Board::refresh() {
  uplink_.set({agent_wanted_, has_network(), endpoint_, unit_.chain, program_, unit_.barred ? unit_.problem : ""});
  const bool may_fetch = has_network() && !unit_.barred;
  fetcher_.set_peer(may_fetch ? endpoint_ : std::nullopt, unit_.chain);
  desk_.on_agent_change();
}

void Board::ethernet_changed() {
  ethernet_was_connected_ = parts_.ethernet->connected();
  refresh();
  watch_cable();
}

void Board::watch_cable() {
  if (cable_timer_) parts_.loop.cancel(*cable_timer_);
  cable_timer_.reset();
  if (!parts_.ethernet->started()) return;
  cable_timer_ = parts_.loop.after(cable_looked_at_every, [this] {
    cable_timer_.reset();
    const bool connected = parts_.ethernet->connected();
    if (parts_.ethernet->started() && connected != std::exchange(ethernet_was_connected_, connected)) {
      say(connected ? "Ethernet is connected"
                    : "the Ethernet cable was pulled, or its address is gone; the board waits");
      refresh();
    }
    watch_cable();
  });
}

void Board::arm_desk() {
  if (desk_timer_) parts_.loop.cancel(*desk_timer_);
  desk_timer_.reset();
  const auto deadline = desk_.deadline();
  if (!deadline) return;
  const Micros wait = std::max(Micros{0}, *deadline - parts_.loop.clock().monotonic());
  desk_timer_ = parts_.loop.after(wait, [this] {
    desk_timer_.reset();
    desk_.tick(parts_.loop.clock().monotonic());
    arm_desk();
  });
}

Result<Buffer> Board::device_certificate() {
  if (unit_.chain.empty()) return Error{Errc::not_found, unit_.problem.empty() ? "no certificate" : unit_.problem};
  return unit_.chain.front();
}

json::object Board::summary() {
  json::object out{{"board", config_.name},
                   {"release", config_.release},
                   {"element", config_.model},
                   {"dcn", unit_.dcn},
                   {"personalised", unit_.personalised},
                   {"bond", name_of(bond_.state)},
                   {"device", endpoint_ ? json::value(endpoint_->device) : json::value(nullptr)},
                   {"reset_reason", reset_reason_},
                   {"firmware", firmware_name()}};
  tell_firmware(out);
  return out;
}

void Board::start_agent(agent::Program program) {
  const bool again = agent_wanted_ && program == program_;
  program_ = std::move(program);
  agent_wanted_ = true;
  refresh();
  if (again) uplink_.restart_program();
  if (const std::string missing = uplink_.missing(); !missing.empty()) say("the agent waits: " + missing);
}

json::object Board::agent_state() {
  const auto& agent = uplink_.agent();
  return {{"online", agent.online()},
          {"connected", agent.connected()},
          {"has_time", agent.has_time()},
          {"time", agent.has_time() ? json::value(rfc3339(uplink_.time())) : json::value(nullptr)},
          {"firmware", firmware_name()},
          {"waiting", outbox_.waiting().size()},
          {"fota_percent", fota_ ? fota_->percent() : json::array{0, 0}}};
}

Result<Timestamp> Board::publish(std::string_view tag, std::string_view payload) {
  return uplink_.publish(tag, payload);
}

void Board::on_firmware_request(const Frame& frame) {
  desk_.on_request(frame, parts_.loop.clock().monotonic());
  arm_desk();
}

void Board::on_firmware_refused(const char* call) {
  log_warn("firmware.refused", {{"call", call}});
  say(std::string{"the program was refused "} + call +
      "(): a board opens no door; net.dial reaches what its profile names");
}

void Board::on_firmware_end(const std::string& how) {
  reset_reason_ = "crash";
  if (fota_ && !restarting_) fota_->on_trial_over(how);
  desk_.forget();
  dialler_.forget();
  arm_desk();
  log_warn("firmware.ended", {{"how", how}});
  say(how);
  if (!trial_timer_ || restarting_ || !firmware_.has_crashed() || ++trial_crashes_ <= trial_crashes_max) return;
  say("the version on trial crashed " + std::to_string(trial_crashes_) + " times: the board goes back");
  log_warn("board.trial_over", {{"crashes", trial_crashes_}});
  end_trial_watch();
  restart(signet::boot::Reset::watchdog);
}

}  // namespace signet::board
