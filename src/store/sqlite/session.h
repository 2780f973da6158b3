// session.h -- the part of a kept session that is one blob.
//   state   := 1:u8 listens:u8 last_id:u16 count:u16 unreleased:u16{count} count:u16 down{count}
//   down    := packet_id:u16 sent:u8 expires_at:u64 size:u32 payload      listens: 255 is not; expires_at: 0 is never
// Big-endian. Lifetime and end are columns of their own.
#pragma once

#include "base/bytes.h"
#include "fleet/model.h"

namespace signet::store {

Buffer encode_session_state(const fleet::DeviceSession& session);
// Into `session`, whose other fields stay. corrupt: the bytes are none of ours.
Status decode_session_state(Bytes state, fleet::DeviceSession& session);

}  // namespace signet::store
