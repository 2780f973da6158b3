#include "courier/exporter.h"

#include "base/log.h"
#include "fleet/data_text.h"

#include <algorithm>
#include <filesystem>

namespace signet::courier {
namespace {

constexpr Micros look_interval{1'000'000};

bool is_export_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'T' || c == 'Z' || c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= fleet::export_name_bytes_max && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), fits) && (name.ends_with(".csv") || name.ends_with(".jsonl"));
}

Error trouble_of(const std::error_code& code, const std::string& path) {
  return Error{Errc::unavailable, path + ": " + code.message()};
}

}  // namespace

Result<std::vector<fleet::ExportFile>> ExportFolder::list(const fleet::ExportId& id) {
  std::vector<fleet::ExportFile> out;
  std::error_code code;
  std::filesystem::directory_iterator at{path(id), code}, end;
  if (code == std::errc::no_such_file_or_directory) return out;
  for (; !code && at != end; at.increment(code)) {
    const std::string name = at->path().filename().string();
    if (!is_export_name(name)) continue;
    const auto bytes = at->file_size(code);
    if (!code) out.push_back({name, bytes});
  }
  if (code) return trouble_of(code, path(id));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

Result<std::string> ExportFolder::read(const fleet::ExportId& id, const std::string& name) {
  if (!is_export_name(name)) return Error{Errc::not_found, "there is no such file"};
  const std::size_t longest_line = 2 * fleet::payload_bytes_max + 1024;
  const Buffer bytes = TRY(read_plain_file(path(id) + "/" + name, fleet::export_file_bytes_max + longest_line));
  return std::string{text_of(bytes)};
}

Status ExportFolder::remove_all(const fleet::ExportId& id) {
  std::error_code code;
  std::filesystem::remove_all(path(id), code);
  if (code) return trouble_of(code, path(id));
  return {};
}

Status ExportFolder::remove_old(const fleet::ExportId& id) {
  const auto all = TRY(list(id));
  for (std::size_t i = 0; i + fleet::export_files_max < all.size(); ++i) {
    TRY(remove_file(path(id) + "/" + all[i].name));
  }
  return {};
}

Exporter::Exporter(ExportFolder& folder, fleet::Fleet& fleet, net::Loop& loop)
    : folder_(folder), fleet_(fleet), loop_(loop) {
  fleet_.exports().keep_in(&folder_);
  step_later(look_interval);
}

Exporter::~Exporter() {
  loop_.cancel(timer_);
  fleet_.exports().keep_in(nullptr);
}

void Exporter::step_later(Micros delay) {
  timer_ = loop_.after(delay, [this] { step_later(step() ? export_pause : look_interval); });
}

bool Exporter::step() {
  const bool had_work = work_.has_value();
  const Result<bool> more = had_work ? write_page() : begin();
  if (more && more.value()) return true;
  if (!had_work && !work_) {
    if (!more) log_warn("exporter.failed", {{"why", more.error().what}, {"next", "tried again in a second"}});
    return false;
  }
  end(more ? Status{} : Status{more.error()});
  return true;
}

// False with no work: nothing is due.
Result<bool> Exporter::begin() {
  std::optional<fleet::ExportRun> due = TRY(fleet_.exports().due());
  if (!due) return false;
  work_.emplace(Work{std::move(*due)});
  TRY(make_folder(folder_.path(work_->run.what.id), 0700));
  TRY(open_part());
  return true;
}

Status Exporter::open_part() {
  Work& work = *work_;
  if (work.file) TRY(work.file->commit());
  work.file.reset();
  const std::string path = folder_.path(work.run.what.id) + "/" + fleet::file_name(work.run, ++work.part);
  work.file.emplace(TRY(AtomicFile::create(path, 0600)));
  work.written = 0;
  if (work.run.what.format != fleet::ExportFormat::csv) return {};
  return work.file->write(bytes_of(fleet::csv_heading));
}

// False: it was the last.
Result<bool> Exporter::write_page() {
  Work& work = *work_;
  const fleet::DataPage page = TRY(fleet_.exports().page(work.run, work.after));
  const auto append =
      work.run.what.format == fleet::ExportFormat::csv ? fleet::append_csv_line : fleet::append_json_line;
  std::string text;
  for (const fleet::DataRow& row : page.rows) {
    if (work.written + text.size() >= fleet::export_file_bytes_max) {
      TRY(work.file->write(bytes_of(text)));
      text.clear();
      TRY(open_part());
    }
    append(text, row);
  }
  TRY(work.file->write(bytes_of(text)));
  work.written += text.size();
  work.after = page.next;
  if (page.next) return true;
  TRY(work.file->commit());
  TRY(folder_.remove_old(work.run.what.id));
  return false;
}

void Exporter::end(const Status& done) {
  const fleet::ExportRun run = work_->run;
  work_.reset();  // a file that is not whole goes with it
  if (!done) log_warn("exporter.failed", {{"export", run.what.id.str()}, {"why", done.error().what}});
  const Status kept = fleet_.exports().finished(run, done);
  if (!kept) log_error("exporter.not_kept", {{"export", run.what.id.str()}, {"why", kept.error().what}});
}

}  // namespace signet::courier
