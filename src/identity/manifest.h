// manifest.h -- what a manufacturer publishes of the units it made: Microchip's Trust Platform format, ours the same.
//
//   manifest := [ unit, ... ]
//   unit     := { payload, protected, header: { uniqueId }, signature }     flattened JWS (RFC 7515), ES256
#pragma once

#include "element/element.h"
#include "identity/certificate.h"

#include <map>

namespace signet::identity {

inline constexpr std::size_t manifest_unit_bytes_max = 64 * 1024;
inline constexpr std::size_t manifest_units_max = 100'000;
inline constexpr std::size_t manifest_chain_max = 3;  // of "x5c": device, signer, root
inline constexpr unsigned key_slot_max = 15;

// Ends the model of a unit whose key lies in a file and not in a chip: the manufacturer says so under its signature.
inline constexpr std::string_view emulated_suffix = " (emulated)";

struct Unit {
  std::string unique_id;  // 18 hex digits, lower case
  std::string dcn;        // CN of the device certificate
  std::string model;      // "ATECC608B"
  std::string part_number;
  Timestamp provisioned_at;
  std::map<unsigned, crypto::PublicKey> keys;  // by slot
  std::vector<Certificate> chain;              // x5c of slot 0: device, signer, and the root if it was there
  std::string jws;                             // the unit exactly as it stood in the file, for audit and re-export
};

struct Trust {
  // Pinned by the operator; judged at provisioning time. Without: the one that stands in the unit's own header ("x5c"),
  // when one of the roots itself issued it as a log signer. Microchip's is no such one: pin it.
  std::optional<Certificate> log_signer;
  std::vector<Certificate> roots;  // who may have issued the signers
};

// Reads all of it or nothing. An error names the unit: "unit 17 (0123f1822c38dd7a01): signature does not verify"; the
// first is unit 1. Refuses: a cut or trailing file, a wrong signature, an id that differs between header, payload and
// certificate, a key that differs between JWK and certificate, a unit named twice, a chain that does not lead to a
// root, no chain. Certificates are judged at the time of provisioning. Codes: malformed, too_large.
Result<std::vector<Unit>> read_manifest(Bytes file, const Trust& trust);
// The same, one unit at a time, for files whose units do not fit in memory together. Stops at the first refusal, also
// of `take`: what `take` did before is then the caller's to undo.
Status read_units(Bytes file, const Trust& trust, const std::function<Status(Unit&&)>& take,
                  std::size_t units_max = manifest_units_max);

// Fills `out` with the next bytes of a file; 0 at its end.
using ReadMore = std::function<Result<std::size_t>(std::span<std::uint8_t> out)>;
// The same for a file of any size, in bounded memory; each unit, or why it is refused. An error of its own when the
// units can no longer be told apart, and what `take` says.
Status judge_units(const ReadMore& read_more, const Trust& trust, const std::function<Status(Result<Unit>&&)>& take,
                   std::size_t units_max = manifest_units_max);

// One unit as our foundry publishes it; `keys` are slot 0..4, the chain goes into slot 0's x5c.
struct NewUnit {
  element::Uid uid;
  std::string model = "ATECC608B";
  std::string part_number;
  std::string organization;
  Block<4> revision;
  Timestamp provisioned_at;
  std::map<unsigned, crypto::PublicKey> keys;
  std::vector<Certificate> chain;  // device, signer
};
// One JSON object; a manifest file is these joined by "," inside "[" and "]". conflict when the parts do not fit each
// other: read_manifest would refuse the result.
Result<std::string> write_unit(const NewUnit& unit, const Certificate& log_signer, const SignDigest& log_signer_signs);

}  // namespace signet::identity
