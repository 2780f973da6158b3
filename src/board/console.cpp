// What a tool asks over the console (docs/formats/console.md).
#include "board/board.h"
#include "identity/claim.h"

#include <map>

namespace signet::board {
namespace {

constexpr Millis before_restart{50};  // so that the answer to `reset` is out

void wipe(std::string& text) { crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}); }

}  // namespace

void Board::on_console(Bytes typed) {
  console_lines_.feed(typed);
  while (auto line = console_lines_.next()) {
    serve(*line);
    wipe(line->text);  // it may have been a secret's
  }
}

void Board::serve(const LineReader::Line& line) {
  if (line.too_long) {
    return parts_.console.write(refusal_line(std::nullopt, Error{Errc::too_large, "a line has at most 8192 bytes"}));
  }
  if (!is_request(line.text)) return;
  const auto request = parse_request(line.text);
  if (!request) return parts_.console.write(refusal_line(std::nullopt, request.error()));
  const auto result = perform(request.value());
  log_info("console.request", {{"do", request.value().what}, {"result", result ? "ok" : result.error().what.c_str()}});
  const std::int64_t id = request.value().id;
  parts_.console.write(result ? answer_line(id, result.value()) : refusal_line(id, result.error()));
}

Result<json::object> Board::perform(const ConsoleRequest& request) {
  if (request.what == "identify") return identify(request.arguments);  // open to all: nothing that it says is secret
  if (!console_is_open()) {
    return Error{Errc::forbidden, "this board is claimed, so its console is closed: set the board's jumper (" +
                                      parts_.jumper.how() + ") and ask again"};
  }
  static const std::map<std::string_view, Result<json::object> (Board::*)(const json::object&)> table{
      {"claim.sign", &Board::sign_claim},
      {"claim.install", &Board::install},
      {"claim.remove", &Board::remove},
      {"reset", &Board::restart},
      {"log", &Board::tell_history},
      {"secret.set", &Board::set_secret},
      {"secret.ls", &Board::list_secrets},
      {"secret.rm", &Board::remove_secret},
      {"firmware.begin", &Board::begin_firmware},
      {"firmware.write", &Board::write_firmware},
      {"firmware.request", &Board::request_firmware},
      {"firmware.confirm", &Board::confirm_firmware},
  };
  const auto found = table.find(request.what);
  if (found == table.end()) return Error{Errc::not_found, "no such request: \"" + request.what + "\""};
  return (this->*found->second)(request.arguments);
}

Result<json::object> Board::identify(const json::object&) {
  const std::string dcn = unit_.dcn;
  const bool had_chain = !unit_.chain.empty();
  const bool was_barred = unit_.barred;
  TRY(check_element());
  if (unit_.dcn != dcn || !unit_.chain.empty() != had_chain || unit_.barred != was_barred) say_who();
  refresh();
  json::object ok{{"model", config_.model},
                  {"serial", hex(unit_.uid)},
                  {"dcn", unit_.dcn},
                  {"personalised", unit_.personalised},
                  {"bond", name_of(bond_.state)},
                  {"claimed", endpoint_.has_value()},
                  {"console", console_is_open() ? "open" : "closed"},
                  {"firmware", firmware_name()}};
  if (endpoint_) ok["device"] = endpoint_->device;
  tell_firmware(ok);
  return ok;
}

Status Board::require_identity() const {
  if (unit_.barred) return Error{Errc::forbidden, unit_.problem};
  if (!unit_.personalised) return Error{Errc::conflict, unit_.problem};
  return {};
}

Result<json::object> Board::sign_claim(const json::object& arguments) {
  const std::string text = TRY(string_member(arguments, "statement"));
  const Buffer bytes = TRY(decode_base64url(text));
  const auto statement = TRY(identity::decode_claim_statement(bytes));
  TRY(check_element());
  TRY(require_identity());
  if (statement.dcn != unit_.dcn) {
    return Error{Errc::forbidden, "the statement is about " + statement.dcn + ", this board is " + unit_.dcn};
  }
  const auto signature = TRY(parts_.element.sign(crypto::sha256(bytes)));
  return json::object{{"signature", hex(signature)}};
}

Result<json::object> Board::install(const json::object& arguments) {
  const Endpoint endpoint = TRY(read_endpoint(arguments));
  if (unit_.chain.empty()) TRY(check_element());
  TRY(require_identity());
  if (endpoint_ && endpoint_->device != endpoint.device) TRY(forget_owner("the board became another device"));
  TRY(store_endpoint(config_.folder, endpoint));
  endpoint_ = endpoint;
  log_info("board.claimed", {{"device", endpoint.device}, {"host", endpoint.host}});
  say("claimed as " + endpoint.device + " at " + endpoint.host);
  refresh();
  return json::object{};
}

Result<json::object> Board::remove(const json::object&) {
  TRY(forget_owner("the board was unclaimed"));  // first: a power cut in between must not leave them to the next owner
  TRY(remove_endpoint(config_.folder));
  endpoint_.reset();
  refresh();
  say("not claimed");
  return json::object{};
}

// What the last owner left is neither the next one's to send nor to use.
Status Board::forget_owner(const char* why) {
  desk_.forget_owner();
  history_.clear();  // what the program showed
  if (fota_) fota_->forget();
  TRY(forget_readings(why));
  return secrets_.forget();
}

Result<json::object> Board::set_secret(const json::object& arguments) {
  std::string text = TRY(string_member(arguments, "value"));
  auto decoded = decode_base64url(text);
  wipe(text);
  const crypto::SecretBytes value{TRY(std::move(decoded))};
  TRY(secrets_.set(TRY(string_member(arguments, "name")), value.reveal()));
  return json::object{};
}

Result<json::object> Board::list_secrets(const json::object&) {
  json::array names;
  for (const std::string& name : TRY(secrets_.names())) names.emplace_back(name);
  return json::object{{"names", std::move(names)}};
}

Result<json::object> Board::remove_secret(const json::object& arguments) {
  if (!arguments.contains("name")) {
    TRY(secrets_.forget());
  } else {
    TRY(secrets_.remove(TRY(string_member(arguments, "name"))));
  }
  return json::object{};
}

Result<json::object> Board::tell_history(const json::object& arguments) {
  const std::int64_t after = arguments.contains("after") ? TRY(integer_member(arguments, "after")) : 0;
  if (after < 0) return Error{Errc::malformed, "\"after\" is the number of a line, or 0"};
  return history_.behind(static_cast<std::uint64_t>(after));
}

Result<json::object> Board::restart(const json::object&) {
  restart(signet::boot::Reset::request);
  return json::object{};
}

// Readings belong to the owner under whom they were made; the next one must not be sent them.
Status Board::forget_readings(const char* why) {
  const std::size_t count = outbox_.waiting().size();
  TRY(outbox_.clear());  // also when none waits: the file may hold acknowledged ones, and a power cut revive them
  if (count == 0) return {};
  log_warn("outbox.forgotten", {{"readings", count}, {"why", why}});
  say(std::to_string(count) + " readings were forgotten: " + why);
  return {};
}

void Board::restart(signet::boot::Reset why) {
  if (restart_timer_) return;
  if (on_reset_timer_) parts_.loop.cancel(*on_reset_timer_);
  on_reset_timer_.reset();
  restart_timer_ = parts_.loop.after(before_restart, [this, why] {
    restart_timer_.reset();
    end_trial_watch();
    if (fota_) fota_->stop();
    firmware_.stop();
    restarting_ = true;
    on_firmware_end("reset");
    restarting_ = false;
    reset_reason_ = why == signet::boot::Reset::watchdog ? "watchdog" : "software";
    parts_.wifi.stop();
    if (parts_.ethernet) parts_.ethernet->stop();
    agent_wanted_ = false;
    program_ = {};
    unit_ = Unit{};
    refresh();
    boot(why);
  });
}

}  // namespace signet::board
