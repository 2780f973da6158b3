#include "cli/suggest.h"

#include <algorithm>

namespace signet::cli {

// Optimal string alignment: Levenshtein's rows, and one row more for neighbours that are swapped.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + differs});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::optional<std::string> nearest(std::string_view wanted, const std::vector<std::string>& known) {
  if (wanted.empty() || wanted.size() > suggestion_bytes_max) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t least = 0;
  for (const std::string& one : known) {
    if (one.size() > suggestion_bytes_max) continue;
    const std::size_t away = distance(wanted, one);
    const bool is_near = away <= (std::max(one.size(), wanted.size()) + 2) / 3;
    if (is_near && away < one.size() && (!best || away < least)) best = &one, least = away;
  }
  return best ? std::optional{*best} : std::nullopt;
}

}  // namespace signet::cli
