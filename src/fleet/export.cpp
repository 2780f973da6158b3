#include "fleet/export.h"

#include "fleet/state.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace signet::fleet {
namespace {

constexpr std::array<std::string_view, 2> format_names{"csv", "jsonl"};

std::optional<unsigned> number_in(std::string_view text, unsigned most) {
  unsigned out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size() || out > most) return std::nullopt;
  return out;
}

std::string compact(Timestamp at) {  // "20261121T060000Z"
  std::string text = rfc3339(std::chrono::floor<Seconds>(at));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

std::string_view name_of(ExportFormat format) { return format_names.at(static_cast<std::size_t>(format)); }

Result<ExportFormat> export_format(std::string_view name) {
  const auto found = std::find(format_names.begin(), format_names.end(), name);
  if (found == format_names.end()) return Error{Errc::malformed, "a format is csv or jsonl"};
  return static_cast<ExportFormat>(found - format_names.begin());
}

std::string schedule_text(const ExportSchedule& schedule) {
  return std::to_string(schedule.hour) + " " + (schedule.weekday ? std::to_string(*schedule.weekday) : "*");
}

Result<ExportSchedule> parse_schedule(std::string_view text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  const auto hour = number_in(text.substr(0, blank), 23);
  const std::string_view day = text.substr(std::min(blank + 1, text.size()));
  const auto weekday = number_in(day, 6);
  if (hour && (weekday || day == "*")) return ExportSchedule{*hour, weekday};
  return Error{Errc::malformed, "a schedule is an hour (UTC) and a weekday (0 is Sunday) or *, as \"6 *\" or \"23 1\""};
}

Timestamp next_time(const ExportSchedule& schedule, Timestamp after) {
  for (auto day = std::chrono::floor<std::chrono::days>(after);; day += std::chrono::days{1}) {
    const Timestamp at = day + std::chrono::hours{schedule.hour};
    const bool fits = !schedule.weekday || std::chrono::weekday{day}.c_encoding() == *schedule.weekday;
    if (fits && at > after) return at;
  }
}

std::string file_name(const ExportRun& run, unsigned part) {
  const std::string digits = std::to_string(part);
  return compact(run.start) + "-" + compact(run.end) + "-" +
         std::string(3 - std::min<std::size_t>(3, digits.size()), '0') + digits + "." +
         std::string{name_of(run.what.format)};
}

Exports& Fleet::exports() { return state_->exports; }

Status Exports::load() {
  if (loaded_) return {};
  for (Export& one : TRY(fleet_.state_->store.exports())) {
    const ExportId id = one.id;
    all_[id] = std::move(one);
  }
  loaded_ = true;
  return {};
}

Result<std::vector<Export>> Exports::list(const Actor& actor, const WorkspaceId& workspace) {
  TRY(fleet_.state_->require_workspace(actor, workspace, "export.read"));
  TRY(load());
  std::vector<Export> out;
  for (const auto& [id, one] : all_) {
    if (one.workspace == workspace) out.push_back(one);
  }
  return out;
}

Result<Export> Exports::find(const Actor& actor, const WorkspaceId& workspace, const ExportId& id,
                             std::string_view action) {
  Fleet::State& s = *fleet_.state_;
  TRY(s.require_workspace(actor, workspace, action));
  TRY(load());
  const auto found = all_.find(id);
  if (found != all_.end() && found->second.workspace == workspace) return found->second;
  return s.denied(actor, action, id.str(),
                  {Errc::not_found, "workspace " + workspace.str() + " has no export " + id.str()});
}

Result<Export> Exports::get(const Actor& actor, const WorkspaceId& workspace, const ExportId& id) {
  return find(actor, workspace, id, "export.read");
}

Status Exports::fill(const Actor& actor, Export& to, const ExportOrder& order, std::string_view action) {
  if (order.name) {
    TRY(check_name("\"name\"", *order.name));
    to.name = *order.name;
  }
  const std::size_t fleets = order.fleets ? order.fleets->size() : 0, tags = order.tags ? order.tags->size() : 0;
  if (std::max(fleets, tags) > export_filters_max) {
    return Error{Errc::too_large, "at most " + std::to_string(export_filters_max) + " fleets and tags may be named"};
  }
  for (std::size_t i = 0; i < tags; ++i) TRY(check_tag(order.tags->at(i)));
  for (std::size_t i = 0; i < fleets; ++i) {
    TRY(fleet_.state_->require_fleet(actor, to.workspace, order.fleets->at(i), action));
  }
  if (order.fleets) to.fleets = *order.fleets;
  if (order.tags) to.tags = *order.tags;
  if (order.schedule) to.schedule = TRY(parse_schedule(*order.schedule));
  if (order.schedule || order.is_on) to.due_at = next_time(to.schedule, fleet_.now());
  to.is_on = order.is_on.value_or(to.is_on);
  return {};
}

Result<Export> Exports::create(const Actor& actor, const WorkspaceId& workspace, const ExportOrder& order) {
  Fleet::State& s = *fleet_.state_;
  TRY(s.require_workspace(actor, workspace, "export.create"));
  if (TRY(list(actor, workspace)).size() >= exports_max) {
    return Error{Errc::exhausted, "a workspace has at most " + std::to_string(exports_max) + " exports: remove one"};
  }
  if (!order.name || !order.schedule) return Error{Errc::malformed, "\"name\" and \"schedule\" are needed"};
  Export made{.id = s.ids.next<ExportIdKind>(), .workspace = workspace};
  if (order.format) made.format = TRY(export_format(*order.format));
  made.created_at = made.covered = std::chrono::floor<Seconds>(s.clock.now());
  TRY(fill(actor, made, order, "export.create"));
  TRY(s.act(s.entry(actor, "export.create", made.id.str(), made.name),
            [&](Changes& to) { return to.put_export(made); }));
  all_[made.id] = made;
  return made;
}

Status Exports::keep(const Export& changed, const AuditEntry& entry) {
  TRY(fleet_.state_->act(entry, [&](Changes& to) { return to.put_export(changed); }));
  all_[changed.id] = changed;
  return {};
}

Result<Export> Exports::update(const Actor& actor, const WorkspaceId& workspace, const ExportId& id,
                               const ExportOrder& order) {
  Export changed = TRY(find(actor, workspace, id, "export.update"));
  TRY(fill(actor, changed, order, "export.update"));
  TRY(keep(changed, fleet_.state_->entry(actor, "export.update", id.str(), changed.name)));
  return changed;
}

Status Exports::remove(const Actor& actor, const WorkspaceId& workspace, const ExportId& id) {
  Fleet::State& s = *fleet_.state_;
  const Export found = TRY(find(actor, workspace, id, "export.remove"));
  if (files_) TRY(files_->remove_all(id));
  TRY(s.act(s.entry(actor, "export.remove", id.str(), found.name), [&](Changes& to) { return to.remove_export(id); }));
  all_.erase(id);
  asked_for_.erase(id);
  return {};
}

Status Exports::run(const Actor& actor, const WorkspaceId& workspace, const ExportId& id) {
  Fleet::State& s = *fleet_.state_;
  const Export found = TRY(find(actor, workspace, id, "export.run"));
  TRY(s.act(s.entry(actor, "export.run", id.str(), found.name), [](Changes&) { return Status{}; }));
  asked_for_.insert(id);
  return {};
}

Result<std::vector<ExportFile>> Exports::files(const Actor& actor, const WorkspaceId& workspace, const ExportId& id) {
  TRY(find(actor, workspace, id, "export.read"));
  if (!files_) return std::vector<ExportFile>{};
  return files_->list(id);
}

Result<std::string> Exports::read(const Actor& actor, const WorkspaceId& workspace, const ExportId& id,
                                  const std::string& file) {
  const auto all = TRY(files(actor, workspace, id));  // a name that is not among them never reaches the disk
  const bool is_there = std::any_of(all.begin(), all.end(), [&](const ExportFile& one) { return one.name == file; });
  if (is_there) return files_->read(id, file);
  return Error{Errc::not_found, "export " + id.str() + " has no such file: ask for its files"};
}

Result<std::optional<ExportRun>> Exports::due() {
  TRY(load());
  const Timestamp now = fleet_.now();
  for (const auto& [id, one] : all_) {
    const bool is_asked = asked_for_.contains(id), is_time = one.is_on && one.due_at <= now;
    if (!is_asked && !is_time) continue;
    ExportRun out{one, one.covered, std::chrono::floor<Seconds>(now)};
    if (!is_asked) {
      out.end = one.due_at;
      for (Timestamp at = next_time(one.schedule, out.end); at <= now; at = next_time(one.schedule, at)) out.end = at;
    }
    if (fleet_.state_->catch_up) TRY(fleet_.state_->catch_up());
    return std::optional{std::move(out)};
  }
  return std::optional<ExportRun>{};
}

Result<DataPage> Exports::page(const ExportRun& run, const std::optional<DataPosition>& after) {
  DataQuery query{.workspace = run.what.workspace, .fleets = run.what.fleets, .tags = run.what.tags, .after = after};
  query.start = run.start, query.end = run.end;
  query.newest_first = false, query.size = export_page_rows;
  return read_page(fleet_.state_->store, query);
}

Status Exports::finished(const ExportRun& run, const Status& done) {
  const auto found = all_.find(run.what.id);
  asked_for_.erase(run.what.id);
  if (found == all_.end()) return {};
  Export changed = found->second;
  const Timestamp now = fleet_.now();
  changed.trouble = done ? "" : readable(done.error().what, detail_bytes_max);
  changed.due_at = done ? next_time(changed.schedule, std::max(now, run.end)) : now + export_retry_delay;
  if (done) changed.covered = run.end, changed.made_at = now;
  const AuditEntry entry{0,
                         now,
                         "manager",
                         done ? "export.made" : "export.failed",
                         run.what.id.str(),
                         "",
                         bool{done},
                         changed.name + (done ? "" : ": " + changed.trouble)};
  return keep(changed, entry);
}

}  // namespace signet::fleet
