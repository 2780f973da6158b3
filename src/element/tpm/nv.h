// nv.h -- the TPM's non-volatile indices that an element uses.
#pragma once

#include "element/tpm/context.h"

namespace signet::element::tpm {

// A counter that the TPM lets only rise, also when somebody deletes and defines it anew; counted once, so that it
// reads.
Status make_counter(Context& context, TPM2_HANDLE index);
Result<std::uint64_t> read_counter(Context& context, TPM2_HANDLE index);
Status count(Context& context, TPM2_HANDLE index);

// Data that anyone may read and the owner alone may change. not_found when there is none.
Result<Buffer> read_data(Context& context, TPM2_HANDLE index);
// Defines the index anew; a power cut may leave it half written, which its reader must see.
Status write_data(Context& context, TPM2_HANDLE index, Bytes data);

}  // namespace signet::element::tpm
