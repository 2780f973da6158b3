// session.h -- the part of a kept session that is one blob.
//   state   := 1:u8 listens:u8 last_id:u16 count:u16 unreleased:u16{count} count:u16 down{count}
//   down    := packet_id:u16 sent:u8 expires_at:u64 size:u32 payload      listens: 255 is not; expires_at: 0 is never
//   will    := 1:u8 flags:u8 device_time:u64 size:u8 tag payload         flags: 1 is on j/up; 2 has a device time
// Big-endian. Lifetime and end, and when a will is due, are columns of their own.
#pragma once

#include "base/bytes.h"
#include "fleet/model.h"

namespace signet::store {

Buffer encode_session_state(const fleet::DeviceSession& session);
// Into `session`, whose other fields stay. corrupt: the bytes are none of ours.
Status decode_session_state(Bytes state, fleet::DeviceSession& session);

Buffer encode_will(const fleet::DeviceSession::Will& will);
Result<fleet::DeviceSession::Will> decode_will(Bytes bytes);  // without `due`

}  // namespace signet::store
