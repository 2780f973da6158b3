// ingest_record.h -- a reading as the ingest log holds it; docs/formats/ingest-log.md. Little-endian, pure.
//   record := "R" flags:u8 device_size:u8 device tag_size:u8 tag device_time:u64 received_at:u64 payload
//   flags  := 1: device_time is the time of arrival. Times: microseconds since 1970
#pragma once

#include "fleet/model.h"

namespace signet::gateway {

void encode_record(const fleet::Reading& reading, Buffer& out);  // appended
Result<fleet::Reading> decode_record(Bytes record);              // corrupt: not what encode_record makes

}  // namespace signet::gateway
