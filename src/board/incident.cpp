#include "board/incident.h"

#include "agent/agent.h"
#include "base/port/file.h"

namespace signet::board {
namespace {

std::string incident_path(const std::string& folder) { return folder + "/incident"; }

}  // namespace

Status keep_incident(const std::string& folder, std::string text) {
  while (text.size() > agent::incident_bytes_max || !is_utf8(text)) text.pop_back();
  const auto kept = load_incident(folder);
  if (kept && kept.value() == text) return {};  // a board that restarts without end does not wear its flash out
  return write_file_atomic(incident_path(folder), bytes_of(text), 0600);
}

Result<std::optional<std::string>> load_incident(const std::string& folder) {
  const auto file = read_file(incident_path(folder), agent::incident_bytes_max);
  if (!file && file.error().code == Errc::not_found) return std::optional<std::string>{};
  if (!file) return file.error();
  std::string text{text_of(file.value())};
  if (!is_utf8(text)) return Error{Errc::corrupt, incident_path(folder) + " is not UTF-8"};
  return std::optional{std::move(text)};
}

Status forget_incident(const std::string& folder) { return remove_file(incident_path(folder)); }

}  // namespace signet::board
