#include "fleet/data.h"

#include "fleet/state.h"

namespace signet::fleet {
namespace {

constexpr std::uint8_t cursor_version = 1;
constexpr std::size_t cursor_text_bytes_max = 128;

Result<DataCursor> read_cursor(Bytes bytes) {
  Reader in{bytes};
  DataCursor out;
  const std::uint8_t version = TRY(in.u8());
  const std::uint8_t order = TRY(in.u8());
  if (version != cursor_version || order > 1) return Error{Errc::malformed, "another version"};
  out.newest_first = order == 1;
  const std::uint64_t micros = TRY(in.u64_be());
  if (micros > static_cast<std::uint64_t>(epoch_micros(Timestamp::max()))) return Error{Errc::malformed, "no time"};
  out.after.device_time = from_epoch_micros(static_cast<std::int64_t>(micros));
  const Bytes device = TRY(in.take(id_chars));
  out.after.device = TRY(DeviceId::parse(text_of(device)));
  out.after.tag = text_of(in.rest());
  TRY(check_tag(out.after.tag));
  return out;
}

DataRow row_of(const ReadingView& r) {
  return {{r.device, std::string{r.tag}, r.device_time, r.received_at, std::string{r.payload}}, r.fleet};
}

}  // namespace

Result<DataPage> read_page(Readings& from, const DataQuery& query) {
  DataPage out;
  std::size_t bytes = 0;
  TRY(from.scan(query, [&](const ReadingView& reading) {
    const bool full = out.rows.size() == query.size || bytes + reading.payload.size() > data_cursor_page_bytes_max;
    if (full && !out.rows.empty()) {  // so there is more
      const Reading& last = out.rows.back().reading;
      out.next = DataPosition{last.device_time, last.device, last.tag};
      return false;
    }
    out.rows.push_back(row_of(reading));
    bytes += reading.payload.size();
    return true;
  }));
  return out;
}

std::string encode(const DataCursor& cursor) {
  Buffer out;
  Writer{out}
      .u8(cursor_version)
      .u8(cursor.newest_first ? 1 : 0)
      .u64_be(static_cast<std::uint64_t>(epoch_micros(cursor.after.device_time)))
      .text(cursor.after.device.str())
      .text(cursor.after.tag);
  return base64url(out);
}

Result<DataCursor> decode_data_cursor(std::string_view text) {
  const Error wrong{Errc::malformed, "the cursor is none of ours: give the \"next\" of the page before as it came"};
  if (text.size() > cursor_text_bytes_max) return wrong;
  const Result<Buffer> bytes = decode_base64url(text);
  if (!bytes) return wrong;
  Result<DataCursor> cursor = read_cursor(bytes.value());
  if (!cursor) return wrong;
  return cursor;
}

// Whose data it is, and how much may be asked for at once.
Status Fleet::State::require_data(const Actor& actor, const DataQuery& query) {
  TRY(require_workspace(actor, query.workspace, "data.read"));
  for (const std::size_t named : {query.devices.size(), query.fleets.size(), query.tags.size()}) {
    if (named <= data_filters_max) continue;
    return Error{Errc::too_large,
                 "at most " + std::to_string(data_filters_max) + " devices, fleets or tags may be named"};
  }
  for (const std::string& tag : query.tags) TRY(check_tag(tag));
  for (const FleetId& fleet : query.fleets) TRY(require_fleet(actor, query.workspace, fleet, "data.read"));
  for (const DeviceId& device : query.devices) {
    const Device named = TRY(require_device(actor, device, "data.read"));
    if (named.workspace != query.workspace) {
      return Error{Errc::not_found, "workspace " + query.workspace.str() + " has no device " + device.str()};
    }
  }
  return {};
}

Result<Question<std::vector<DataRow>>> Fleet::ask_data(const Actor& actor, const DataQuery& query) {
  State& s = *state_;
  TRY(s.require_data(actor, query));
  if (query.size > data_page_max) {
    return Error{Errc::too_large, "size is at most " + std::to_string(data_page_max) + ": ask page by page"};
  }
  if (query.page > page_number_max) return Error{Errc::too_large, "there is no such page"};
  if (s.catch_up && query.size > 0) TRY(s.catch_up());
  return Question<std::vector<DataRow>>{[query](Readings& from) -> Result<std::vector<DataRow>> {
    if (query.size == 0) return std::vector<DataRow>{};
    return from.data(query);
  }};
}

Result<Question<DataPage>> Fleet::ask_data_page(const Actor& actor, const DataQuery& query) {
  State& s = *state_;
  TRY(s.require_data(actor, query));
  if (query.size == 0 || query.size > data_cursor_page_max) {
    return Error{Errc::too_large, "size is 1 to " + std::to_string(data_cursor_page_max) + ": ask page by page"};
  }
  if (s.catch_up) TRY(s.catch_up());
  return Question<DataPage>{[query](Readings& from) { return read_page(from, query); }};
}

Result<std::vector<DataRow>> Fleet::data(const Actor& actor, const DataQuery& query) {
  return TRY(ask_data(actor, query))(state_->store);
}
Result<DataPage> Fleet::data_page(const Actor& actor, const DataQuery& query) {
  return TRY(ask_data_page(actor, query))(state_->store);
}
Readings& Fleet::readings() { return state_->store; }

}  // namespace signet::fleet
