// packed_id.h -- an id in 8 bytes, for tables of millions: its 12 characters as a number of base 36, and one more, so
// that 0 names nothing. 36^12 + 1 fits 63 bits; the topmost is free for its user.
#pragma once

#include "base/ids.h"

namespace signet {

inline constexpr std::uint64_t packed_id_max = 4'738'381'338'321'616'896;  // of "zzzzzzzzzzzz": 36^12

// REQUIRES: the suffix of an id, 12 characters of [0-9a-z].
std::uint64_t pack_id_suffix(std::string_view suffix);
// REQUIRES: 0 < number <= packed_id_max.
std::string unpack_id_suffix(std::uint64_t number);

template <class Kind>
class PackedId {
 public:
  PackedId() = default;  // names nothing, as an empty id
  explicit PackedId(const Id<Kind>& id) {
    if (!id.empty()) number_ = pack_id_suffix(std::string_view{id.str()}.substr(std::string_view{Kind::prefix}.size()));
  }
  // REQUIRES: number <= packed_id_max.
  static PackedId of_number(std::uint64_t number) {
    PackedId out;
    out.number_ = number;
    return out;
  }
  std::uint64_t number() const { return number_; }
  bool empty() const { return number_ == 0; }
  Id<Kind> id() const { return empty() ? Id<Kind>{} : IdMaker<Kind>::make(unpack_id_suffix(number_)); }
  bool operator==(const PackedId&) const = default;

 private:
  std::uint64_t number_ = 0;
};
using PackedDeviceId = PackedId<DeviceIdKind>;
using PackedWorkspaceId = PackedId<WorkspaceIdKind>;

}  // namespace signet
