// name.h -- the name of an element, as signet-board --element and signet element take it.
//
//   atecc:LINK                                                     a chip: atecc:i2c:/dev/i2c-1:0x60, atecc:unix:PATH
//                                                                  (element/link/open_link.h); the bare LINK too
//   tpm:TCTI[?handle=0x81020100][&owner-source=SECRET]             tpm:device:/dev/tpmrm0, tpm:swtpm:path=/run/tpm.sock
//   pkcs11:token=LABEL[;object=LABEL][;id=%01][?module-path=FILE][&pin-source=SECRET]        RFC 7512, a part of it
//   software:FILE[?passphrase-source=SECRET]
//
//   SECRET := file:PATH | fd:NUMBER        a secret itself is never in a name; without one the terminal is asked
#pragma once

#include "element/pkcs11/pkcs11.h"
#include "element/software/software.h"
#include "element/tpm/tpm.h"

#include <string>
#include <variant>

namespace signet::element {

inline constexpr std::size_t name_bytes_max = 1024;

struct SecretSource {
  std::string file{};
  std::optional<int> fd{};
  bool operator==(const SecretSource&) const = default;
};

struct AteccName {
  std::string link;
};
struct TpmName {
  TpmSpec spec{};
  SecretSource owner{};  // none: the owner hierarchy has no password
};
struct Pkcs11Name {
  Pkcs11Spec spec{};
  SecretSource pin{};
};
struct SoftwareName {
  std::string file{};
  SecretSource passphrase{};
};
using ElementName = std::variant<AteccName, TpmName, Pkcs11Name, SoftwareName>;

// malformed, naming what is wrong and what there is. A secret in the name is refused, and not repeated.
Result<ElementName> parse_element_name(std::string_view name);

}  // namespace signet::element
