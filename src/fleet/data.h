// data.h -- pages of readings that keep their place while others come and go.
//   cursor := base64url(1:u8 newest_first:u8 micros:u64 device:16 tag)      the reading that a page ended with
//
// A cursor holds nothing that its bearer has not seen, and gives no right: the query is judged as any other.
#pragma once

#include "fleet/readings.h"

namespace signet::fleet {

inline constexpr std::size_t data_cursor_page_max = 10'000;
inline constexpr std::size_t data_cursor_page_bytes_max = 8u << 20;  // of payloads; a longer one is alone on its page

struct DataPage {
  std::vector<DataRow> rows;
  std::optional<DataPosition> next;  // absent: there was no more
};

struct DataCursor {
  DataPosition after;
  bool newest_first = true;
  bool operator==(const DataCursor&) const = default;
};
// One page of them. Judges nobody: that is done by Fleet, or by who was judged before.
Result<DataPage> read_page(Readings& from, const DataQuery& query);
std::string encode(const DataCursor& cursor);
Result<DataCursor> decode_data_cursor(std::string_view text);

}  // namespace signet::fleet
