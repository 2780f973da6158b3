// lists.h -- private to store/sqlite: short lists within one column, with a line break between.
#pragma once

#include "base/ids.h"

#include <algorithm>
#include <string>
#include <vector>

namespace signet::store {

// What stands in a list holds no line break: ids, and tags that were checked.
template <class List, class TextOf>
std::string joined(const List& list, const TextOf& text_of) {
  std::string out;
  for (const auto& item : list) out.append(out.empty() ? "" : "\n").append(text_of(item));
  return out;
}
inline std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('\n'));
    out.emplace_back(part);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return out;
}
inline std::string joined(const std::vector<FleetId>& fleets) {
  return joined(fleets, [](const FleetId& id) { return id.str(); });
}
inline std::string joined(const std::vector<std::string>& tags) {
  return joined(tags, [](const std::string& tag) { return tag; });
}

}  // namespace signet::store
