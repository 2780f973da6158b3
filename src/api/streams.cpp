#include "api/streams.h"

#include "api/shapes.h"
#include "fleet/integration.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace signet::api {
namespace {

constexpr std::array<std::string_view, 5> stream_names{"data", "status", "job", "condition", "security"};

std::string_view stream_of(const fleet::Outward& what) {
  if (what.kind != fleet::OutwardKind::event) return fleet::name_of(what.kind);
  return what.label == "connection" || what.label == "disconnection" ? "status" : std::string_view{what.label};
}

bool has_tag(std::string_view stream) { return stream == "data" || stream == "condition"; }

std::string event_text(std::string_view id, std::string_view name, std::string_view json) {
  std::string out;
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  return out.append("event: ")
      .append(name)
      .append("\ndata: ")
      .append(json_on_one_line(std::string{json}))
      .append("\n\n");
}

}  // namespace

Streams::Streams(fleet::Fleet& fleet, Clock& clock)
    : fleet_(fleet), clock_(clock), boot_(std::to_string(epoch_micros(clock.now()))) {
  fleet_.listen(this);
}

Streams::~Streams() {
  fleet_.listen(nullptr);
  for (Open& one : open_) finish(one, "the manager is shutting down");
}

bool Streams::listens() const { return !open_.empty() || (keep_until_ && clock_.monotonic() < *keep_until_); }

Status Streams::check(const Watcher& who, const Watch& what) {
  TRY(fleet_.workspace(who.actor, what.workspace));
  if (what.streams.contains("security")) TRY(fleet_.secure(who.actor, "security.read", "", ""));
  return {};
}

Result<net::HttpResponse> Streams::open(Watcher who, Watch what, std::string_view last_event_id) {
  TRY(check(who, what));
  for (const std::string& name : what.streams) {
    if (std::find(stream_names.begin(), stream_names.end(), name) == stream_names.end()) {
      return Error{Errc::malformed, "query \"stream\" is none of data, status, job, condition, security"};
    }
  }
  if (std::max({what.devices.size(), what.fleets.size(), what.tags.size()}) > watch_filters_max) {
    return Error{Errc::too_large, "at most " + std::to_string(watch_filters_max) + " of a kind may be named"};
  }
  forget_gone();
  const auto of_account = std::count_if(open_.begin(), open_.end(),
                                        [&](const Open& one) { return one.who.actor.account == who.actor.account; });
  if (open_.size() >= streams_max || static_cast<std::size_t>(of_account) >= streams_of_account_max) {
    return Error{Errc::exhausted, "too many streams are open: end one, or come back later"};
  }
  const Instant now = clock_.monotonic();
  open_.push_back({std::move(who), std::move(what), std::make_shared<net::HttpStream>(), now, now});
  Open& one = open_.back();
  send(one, "retry: 2000\n: here is what happens; a line like this one every 15 seconds says that nothing did\n\n");
  if (!last_event_id.empty()) catch_up(one, last_event_id);
  net::HttpResponse out;
  out.content_type = "text/event-stream";
  out.headers["x-accel-buffering"] = "no";  // a proxy that waits for more would hold it back
  out.stream = one.stream;
  return out;
}

// What it missed; or that this is not known any more.
void Streams::catch_up(Open& one, std::string_view last_event_id) {
  const auto dash = last_event_id.find('-');
  std::uint64_t last = 0;
  const std::string_view digits = dash == last_event_id.npos ? "" : last_event_id.substr(dash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), last);
  const bool is_ours = error == std::errc{} && end == digits.data() + digits.size() &&
                       last_event_id.substr(0, dash) == boot_ && last <= number_;
  const std::uint64_t first_kept = kept_.empty() ? number_ + 1 : kept_.front().number;
  if (!is_ours || last + 1 < first_kept) {
    return send(one, event_text("", "gap",
                                R"({"message":"what happened meanwhile is not kept here; readings are at )"
                                R"(/v3/timeseries"})"));
  }
  for (const Event& event : kept_) {
    if (event.number > last && wants(one.what, event)) send(one, event.text);
  }
}

bool Streams::wants(const Watch& what, const Event& event) {
  const bool is_security = event.stream == "security";
  if (what.streams.empty() ? is_security : !what.streams.contains(event.stream)) return false;
  if (is_security) return true;
  if (event.workspace != what.workspace) return false;
  return fleet::is_wanted(what.devices, event.device) && fleet::is_wanted(what.fleets, event.fleet) &&
         (!has_tag(event.stream) || fleet::is_wanted(what.tags, event.tag));
}

void Streams::on_happened(const WorkspaceId& workspace, const fleet::Outward& what) {
  Event event;
  event.stream = stream_of(what), event.workspace = workspace, event.fleet = what.fleet, event.device = what.device;
  event.tag = what.label;
  tell(std::move(event), fleet::write_line(workspace, std::to_string(number_ + 1), what));
}

void Streams::on_refusal(const fleet::AuditEntry& entry) {
  Event event;
  event.stream = "security";
  tell(std::move(event), json::serialize(shape(entry)));
}

void Streams::tell(Event event, std::string_view json) {
  event.number = ++number_;
  event.text = event_text(boot_ + "-" + std::to_string(event.number), event.stream, json);
  for (Open& one : open_) {
    if (!one.is_over && wants(one.what, event)) send(one, event.text);
  }
  kept_bytes_ += event.text.size();
  kept_.push_back(std::move(event));
  while (kept_.size() > kept_events_max || kept_bytes_ > kept_event_bytes_max) {
    kept_bytes_ -= kept_.front().text.size();
    kept_.pop_front();
  }
}

void Streams::send(Open& to, std::string_view text) {
  switch (to.stream->push(text)) {
    case net::HttpStream::Pushed::taken: break;
    case net::HttpStream::Pushed::gone: to.is_over = true; break;
    case net::HttpStream::Pushed::full:
      ++cut_;
      finish(to, "you read too slowly: come again with Last-Event-ID");
      break;
  }
}

void Streams::finish(Open& one, std::string_view reason) {
  if (std::exchange(one.is_over, true)) return;
  one.stream->end(event_text("", "end", json::serialize(json::object{{"reason", reason}})));
}

// Whoever signed out, was taken out of the workspace or lost the key is let go.
void Streams::judge(Open& one) {
  Result<fleet::Actor> actor = fleet_.authenticate(one.who.token, one.who.address, false);
  if (!actor) return finish(one, "sign in again");
  one.who.actor = std::move(actor).value();
  if (!check(one.who, one.what)) return finish(one, "you may not watch this any more");
}

void Streams::beat(Open& one) {
  one.checked = clock_.monotonic();
  if (!one.stream->was_taken()) return finish(one, "nobody took it");
  judge(one);
  if (!one.is_over) send(one, ":\n\n");
}

void Streams::look_again() {
  if (!std::exchange(rights_withdrawn_, false)) return;
  for (Open& one : open_) {
    if (!one.is_over) judge(one);
  }
}

// Those that ended, and those whose reader has left: who leafs through pages opens and leaves one a page.
void Streams::forget_gone() {
  open_.remove_if([](const Open& one) { return one.is_over || one.stream->is_gone(); });
}

void Streams::tend() {
  look_again();
  const Instant now = clock_.monotonic();
  for (Open& one : open_) {
    if (one.is_over) continue;
    if (now - one.since >= stream_time_max) {
      finish(one, "come again with Last-Event-ID");
    } else if (now - one.checked >= heartbeat_interval) {
      beat(one);
    }
  }
  const bool had_some = !open_.empty();
  forget_gone();
  if (!open_.empty() || had_some) keep_until_ = now + keep_events_time;
  if (listens()) return;
  kept_.clear();
  kept_bytes_ = 0;
}

}  // namespace signet::api
