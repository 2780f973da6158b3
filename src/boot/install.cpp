// What running firmware, or the console of a board that has none, asks of the boot code.
#include "boot/boot.h"
#include "boot/plan.h"

namespace signet::boot {

using image::Fault;

// In a trial PARK is the way back, and in a swap it may be the only copy.
bool Boot::may_write_park() {
  journal_.load();
  return is_damaged_ || (!journal_.is_empty() && journal_.newest().status == Status::permanent);
}

Answer Boot::prepare(Part part) {
  if (!may_write_park()) return Answer::busy;
  const Place& place = board_.map.place(Area::park, part);
  for (std::uint32_t at = 0; at < place.bytes; at += board_.map.sector_bytes) {
    if (!board_.flash.erase(place.at + at)) return Answer::failed;
  }
  return Answer::done;
}

Answer Boot::write(Part part, std::uint32_t at, std::span<const std::uint8_t> data) {
  if (!may_write_park()) return Answer::busy;
  const Place& place = board_.map.place(Area::park, part);
  const std::uint32_t unit = board_.map.program_bytes;
  const bool is_inside = at <= place.bytes && data.size() <= place.bytes - at;
  if (!is_inside || at % unit != 0 || data.size() % unit != 0) {
    fault_ = Fault::too_large;
    return Answer::refused;
  }
  return board_.flash.program(place.at + at, data) ? Answer::done : Answer::failed;
}

Answer Boot::request(Parts parts) {
  if (!may_write_park()) return Answer::busy;
  if (parts == 0 || parts > parts_all) return Answer::refused;
  const Pair pair = pair_with(parts);
  fault_ = slots_.judge(pair);
  if (fault_ != Fault::none) return Answer::refused;
  if (is_damaged_) return begin_restore(pair) ? Answer::done : Answer::failed;
  fault_ = slots_.judge(pair_in_work);  // what the way back leads to
  if (fault_ != Fault::none) return Answer::refused;
  const Entry& newest = journal_.newest();
  Entry of{.parts = parts, .work = newest.work};
  of.park = (newest.work > newest.park ? newest.work : newest.park) + 1;
  for (std::size_t i = 0; i < part_count; ++i) {
    const Part part = static_cast<Part>(i);
    if (!slots_.identify(Area::work, part, of.work_ids[i])) return Answer::failed;
    if (has(parts, part) && !slots_.identify(Area::park, part, of.park_ids[i])) return Answer::failed;
  }
  return journal_.append(first_step(of, Cause::update)) ? Answer::done : Answer::failed;
}

Answer Boot::confirm() {
  journal_.load();
  if (journal_.is_empty() || journal_.newest().status != Status::testing) return Answer::busy;
  fault_ = slots_.judge(pair_in_work);
  if (fault_ != Fault::none) return Answer::refused;
  if (!journal_.append(permanent_as_confirmed(journal_.newest()))) return Answer::failed;
  slots_.settle();  // after the entry: before it, a cut would leave an old image that its own counter forbids
  return Answer::done;
}

}  // namespace signet::boot
