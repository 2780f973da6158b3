// data_text.h -- readings as text: a JSON object each, and RFC 4180's CSV. Pure.
#pragma once

#include "fleet/model.h"

namespace signet::fleet {

inline constexpr std::string_view csv_heading = "timestamp_device,timestamp_in,fleet_id,device_id,tag,payload\r\n";

void append_json(std::string& out, const DataRow& row);       // as the documented interface has it
void append_json_line(std::string& out, const DataRow& row);  // the same on one line, and its end
// A cell that a spreadsheet would take for a formula begins with an apostrophe.
void append_csv_line(std::string& out, const DataRow& row);

}  // namespace signet::fleet
