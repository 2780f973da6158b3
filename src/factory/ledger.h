// ledger.h -- which certificate each serial number got, for ever. No serial is certified twice with different keys.
//
//   DIR/issued/UNIQUEID.json    { unique_id, batch, at, certificate: base64 DER }      made once, never changed
//
// An entry is on the disk before its certificate leaves the foundry. Whoever takes up an interrupted unit finds the
// certificate here and stores that one, instead of having another one signed.
#pragma once

#include "identity/certificate.h"

#include <optional>

namespace signet::factory {

struct Issued {
  std::string unique_id;  // 18 hex digits, lower case
  std::string batch;      // the one that the unit belongs to
  Timestamp at;
  identity::Certificate certificate;
};

// Any number of threads and processes may use one ledger at a time.
class Ledger {
 public:
  // The folder is made when missing.
  static Result<Ledger> open(const std::string& foundry_folder);

  Result<std::optional<Issued>> find(const std::string& unique_id) const;
  // Durable when it returns. conflict when the serial has an entry of another certificate.
  Status record(const Issued& issued) const;

 private:
  explicit Ledger(std::string folder) : folder_(std::move(folder)) {}
  std::string path_of(const std::string& unique_id) const { return folder_ + "/" + unique_id + ".json"; }
  std::string folder_;
};

// conflict, in the operator's words: the serial got a certificate for another key than the element holds.
Error certified_before(const Issued& issued);

}  // namespace signet::factory
