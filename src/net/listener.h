// listener.h -- within net: a listener over any kind of stream.
#pragma once

#include "net/connection.h"
#include "net/stream.h"

namespace signet::net {

inline constexpr Millis accept_rest{100};  // after the process ran out of descriptors

Result<std::unique_ptr<Listener>> listen(Loop& loop, const ListenConfig& config, MakeStream make_stream,
                                         MakeOwner make_owner);

}  // namespace signet::net
