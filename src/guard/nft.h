// nft.h -- the bans as a script for `nft -f -`, so that the kernel drops what would only be refused.
#pragma once

#include "guard/ban_list.h"

namespace signet::guard {

// Table "inet signet", made when it is not there; its two sets are emptied and filled anew, all in one transaction.
// Each element leaves by itself when its ban ends. Only the first packet of a connection to `port` is dropped: whoever
// is connected stays so, as with the guard. What lies within a wider ban is left out, as nftables has no place for
// both. Nothing but addresses and numbers is taken from a ban.
std::string nft_script(std::vector<KeptBan> bans, Timestamp now, std::uint16_t port);

}  // namespace signet::guard
