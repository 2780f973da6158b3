#include "cli/data.h"

#include "base/port/file.h"

#include <filesystem>
#include <fstream>

namespace signet::cli {
namespace {

constexpr std::size_t export_page_rows = 10'000;
constexpr std::size_t state_bytes_max = 64 * 1024;
constexpr unsigned tries_max = 5;  // of one page: a manager that is busy is asked again
constexpr Millis retry_after{1000};

// What FILE.cursor says of an export that was cut off: FILE.part holds `bytes` of it, and `cursor` is what comes next.
struct Progress {
  std::string asked;  // by the person
  std::string query;  // what that meant when it began
  std::string cursor;
  std::uintmax_t bytes = 0;
};

Result<Progress> load_progress(const std::string& path) {
  const Buffer text = TRY(read_file(path, state_bytes_max));
  const json::object object = TRY(parse_json_object(text_of(text)));
  Progress out;
  out.asked = TRY(string_member(object, "asked"));
  out.query = TRY(string_member(object, "query"));
  out.cursor = TRY(string_member(object, "cursor"));
  const json::value* bytes = object.if_contains("bytes");
  if (!bytes || !bytes->is_int64() || bytes->as_int64() < 0) return Error{Errc::malformed, "it does not say how far"};
  out.bytes = static_cast<std::uintmax_t>(bytes->as_int64());
  return out;
}

Status store_progress(const std::string& path, const Progress& progress) {
  const json::object object{{"asked", progress.asked},
                            {"query", progress.query},
                            {"cursor", progress.cursor},
                            {"bytes", static_cast<std::int64_t>(progress.bytes)}};
  return write_file_atomic(path, bytes_of(json::serialize(object) + "\n"), 0600);
}

Result<net::HttpAnswer> fetch_page(Session& session, const std::string& path) {
  for (unsigned tried = 1;; ++tried) {
    Result<net::HttpAnswer> page = fetch(session, "GET", path);
    const bool busy = !page && (page.error().code == Errc::unavailable || page.error().code == Errc::exhausted);
    if (!busy || tried == tries_max) return page;
    session.env.wait(retry_after);
  }
}

class Export {
 public:
  Export(Session& session, std::string path, Progress progress)
      : session_(session), path_(std::move(path)), progress_(std::move(progress)) {}

  Status to_stream(std::ostream& out) {
    do {
      TRY(one_page(out));
    } while (!progress_.cursor.empty());
    return {};
  }

  // FILE is there only when it is whole. What was cut off goes on where its last whole page ended.
  Status to_file(const std::string& file) {
    const std::string part = file + ".part", state = file + ".cursor";
    if (file_exists(file)) return Error{Errc::conflict, file + " is there already: name another, or remove it"};
    if (file_exists(state)) TRY(resume(part, state));
    std::ofstream out{part, std::ios::binary | (progress_.bytes > 0 ? std::ios::app : std::ios::trunc)};
    if (!out) return Error{Errc::forbidden, "cannot write " + part};
    do {
      TRY(one_page(out));
      if (!out.flush()) return Error{Errc::exhausted, "cannot write " + part + ": is the disk full?"};
      if (!progress_.cursor.empty()) TRY(store_progress(state, progress_));
    } while (!progress_.cursor.empty());
    out.close();
    std::error_code failed;
    std::filesystem::rename(part, file, failed);
    if (failed) return Error{Errc::unavailable, "cannot rename " + part + ": " + failed.message()};
    std::filesystem::remove(state, failed);
    return {};
  }
  std::uintmax_t bytes() const { return progress_.bytes; }

 private:
  Status one_page(std::ostream& out) {
    std::string asked = path_ + progress_.query;
    if (!progress_.cursor.empty()) asked += "&cursor=" + percent_encode(progress_.cursor);
    const net::HttpAnswer page = TRY(fetch_page(session_, asked));
    out.write(page.body.data(), static_cast<std::streamsize>(page.body.size()));
    progress_.bytes += page.body.size();
    const auto next = page.headers.find("x-next-cursor");
    progress_.cursor = next == page.headers.end() ? "" : next->second;
    return {};
  }
  Status resume(const std::string& part, const std::string& state) {
    Result<Progress> found = load_progress(state);
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(part, failed);
    const bool fits = found && !failed && found.value().asked == progress_.asked && size >= found.value().bytes;
    if (!fits) {
      return Error{Errc::conflict, "another export to this file was cut off: remove " + state + " and " + part};
    }
    std::filesystem::resize_file(part, found.value().bytes, failed);
    if (failed) return Error{Errc::unavailable, "cannot shorten " + part + ": " + failed.message()};
    progress_ = std::move(found).value();
    return {};
  }

  Session& session_;
  std::string path_;
  Progress progress_;
};

}  // namespace

Status run_data_export(Session& session) {
  const Arguments& args = session.args;
  const std::string path = TRY(workspace_path(session)) + "/data." + (args.format.empty() ? "csv" : args.format);
  const std::string chosen = TRY(data_filters(session));
  const std::string asked = args.start + " " + args.end + " " + path + chosen;
  std::string query = "?sort=timestamp_device&size=" + std::to_string(export_page_rows);
  if (!args.start.empty()) query += "&start=" + percent_encode(TRY(moment(session, args.start)));
  const std::string end = args.end.empty() ? rfc3339(session.env.clock.now()) : TRY(moment(session, args.end));
  query += "&end=" + percent_encode(end) + chosen;
  Export exported{session, path, {asked, query, "", 0}};
  if (args.out_file.empty() || args.out_file == "-") return exported.to_stream(session.env.out);
  TRY(exported.to_file(args.out_file));
  if (args.as_json)
    print_json(session.env.out, json::object{{"file", args.out_file}, {"bytes", exported.bytes()}});
  else
    session.env.out << "Exported " << exported.bytes() << " bytes to " << args.out_file << std::endl;
  return {};
}

}  // namespace signet::cli
