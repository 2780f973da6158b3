// commands.h -- one handler a command. Chip::execute has judged checksum and opcode; the rest is theirs.
#pragma once

#include "element/emulator/chip.h"

namespace signet::element::emulator {

Answer aes(Chip& chip, const Command& command);
Answer check_mac(Chip& chip, const Command& command);
Answer counter(Chip& chip, const Command& command);
Answer derive_key(Chip& chip, const Command& command);
Answer ecdh(Chip& chip, const Command& command);
Answer gen_dig(Chip& chip, const Command& command);
Answer gen_key(Chip& chip, const Command& command);
Answer info(Chip& chip, const Command& command);
Answer kdf(Chip& chip, const Command& command);
Answer lock(Chip& chip, const Command& command);
Answer mac(Chip& chip, const Command& command);
Answer nonce(Chip& chip, const Command& command);
Answer priv_write(Chip& chip, const Command& command);
Answer random(Chip& chip, const Command& command);
Answer read(Chip& chip, const Command& command);
Answer secure_boot(Chip& chip, const Command& command);
Answer self_test(Chip& chip, const Command& command);
Answer sha(Chip& chip, const Command& command);
Answer sign(Chip& chip, const Command& command);
Answer update_extra(Chip& chip, const Command& command);
Answer verify(Chip& chip, const Command& command);
Answer write(Chip& chip, const Command& command);

}  // namespace signet::element::emulator
