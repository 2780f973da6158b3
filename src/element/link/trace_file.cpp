#include "element/link/trace_file.h"

#include "element/wire/packet.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

namespace signet::element {
namespace {

constexpr std::string_view moves[] = {"wake", "idle", "sleep", "renew"};
constexpr std::string_view failed = " ! ";
constexpr std::string_view send_word = "send ";

bool is_packet(std::string_view text) {
  const auto bytes = decode_hex(text);
  const bool fits = bytes && !bytes.value().empty() && bytes.value().size() <= packet_bytes_max;
  return fits && hex(bytes.value()) == text;  // lower case: a replay compares text
}

bool is_failure(std::string_view rest) {
  return rest.starts_with(failed) && rest.size() > failed.size() &&
         std::ranges::all_of(rest, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

bool is_line(std::string_view line) {
  for (const std::string_view move : moves) {
    if (line == move || (line.starts_with(move) && is_failure(line.substr(move.size())))) return true;
  }
  if (!line.starts_with(send_word)) return false;
  line.remove_prefix(send_word.size());
  const std::size_t end = line.find(' ');
  if (end == line.npos || !is_packet(line.substr(0, end))) return false;
  return is_failure(line.substr(end)) || is_packet(line.substr(end + 1)) || line.size() == end + 1;
}

// Owns the link that it records, and the file.
class FileRecorder final : public Link {
 public:
  FileRecorder(std::string path, Fd file, std::unique_ptr<Link> inner)
      : path_(std::move(path)), file_(std::move(file)), inner_(std::move(inner)), recorder_(*inner_) {}

  Status wake() override { return kept(recorder_.wake()); }
  Status idle() override { return kept(recorder_.idle()); }
  Status sleep() override { return kept(recorder_.sleep()); }
  Status renew() override { return kept(recorder_.renew()); }
  Result<Buffer> exchange(Bytes command_packet, std::chrono::milliseconds longest) override {
    return kept(recorder_.exchange(command_packet, longest));
  }

 private:
  // A trace with a hole is no trace: what cannot be written ends the turn.
  template <class T>
  T kept(T result) {
    for (std::string line : recorder_.take_lines()) {
      line += '\n';
      if (::write(file_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
        return os_error("record to", path_);
      }
    }
    return result;
  }

  std::string path_;
  Fd file_;
  std::unique_ptr<Link> inner_;
  RecorderLink recorder_;
};

}  // namespace

Result<std::vector<std::string>> parse_trace(std::string_view text) {
  const auto next_line = [&text] {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  if (next_line() != trace_header) {
    return Error{Errc::malformed, "the first line is not \"" + std::string{trace_header} + "\""};
  }
  std::vector<std::string> out;
  for (std::size_t number = 2; !text.empty(); ++number) {
    const std::string_view line = next_line();
    if (line.empty() || line.front() == '#') continue;
    if (!is_line(line)) {
      return Error{Errc::malformed, "line " + std::to_string(number) + " is none of wake, idle, sleep, renew, send"};
    }
    out.emplace_back(line);
  }
  return out;
}

Result<std::unique_ptr<Link>> record_to_file(const std::string& path, std::unique_ptr<Link> inner) {
  Fd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!file && errno == EEXIST) {
    return Error{Errc::conflict, path + " exists: a trace is never overwritten; name another file"};
  }
  if (!file) return os_error("make", path);
  const std::string head = std::string{trace_header} + "\n# What crossed the bus, in clear. Keep it to yourself.\n";
  if (::write(file.get(), head.data(), head.size()) != static_cast<ssize_t>(head.size())) {
    return os_error("record to", path);
  }
  return std::unique_ptr<Link>{new FileRecorder{path, std::move(file), std::move(inner)}};
}

Result<std::unique_ptr<Link>> replay_file(const std::string& path) {
  const Buffer bytes = TRY(read_file(path, trace_bytes_max));
  auto lines = parse_trace(text_of(bytes));
  if (!lines) return std::move(lines).error().within(path);
  return std::unique_ptr<Link>{new ReplayLink{std::move(lines).value()}};
}

}  // namespace signet::element
