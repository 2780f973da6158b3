// station.h -- one place at the line: a blank element goes in, a unit of the batch comes out.
#pragma once

#include "element/atecc/atecc.h"
#include "factory/authority.h"
#include "factory/batch.h"
#include "identity/manifest.h"

#include <functional>

namespace signet::factory {

// How the manifest names the part. Model " (emulated)" at its end: no chip, a file.
struct Part {
  std::string model = "ATECC608B";
  std::string number;
};

struct Made {
  std::string unique_id;  // 18 hex digits, lower case
  identity::Certificate certificate;
  bool was_finished = false;  // the element was personalised before; only the batch entry was made again
  bool is_bound = false;      // to its board: here, with a secret that the operator keeps, or in the field
};

// Told of each step as it begins, for the operator.
using TellStep = std::function<void(std::string_view step)>;

class Station {
 public:
  // Everything must outlive the station.
  Station(Authority& authority, Batch& batch, Clock& clock, crypto::Random& random)
      : authority_(authority), batch_(batch), clock_(clock), random_(random) {}

  // May be run again after any interruption: what is locked is checked, what is missing is done. conflict when the
  // element was configured or certified by somebody else, belongs to another batch, or holds another key than the one
  // that its serial number was certified with; nothing is written to such an element. One that is bound to its board
  // already is left alone: its certificate is the ledger's.
  // `board_secret`: binds the unit to its board here, so that the secret never crosses a bus in the field.
  Result<Made> personalise(element::Atecc& chip, const Part& part, const TellStep& tell,
                           const element::BoardSecret* board_secret = nullptr);

 private:
  using Keys = std::map<unsigned, crypto::PublicKey>;

  Status configure(element::Atecc& chip, const TellStep& tell);
  Status open_for_line(element::Atecc& chip);
  Result<element::BondKey> new_sealing_value(element::Atecc& chip);
  Result<Made> left_alone(const std::string& unique_id);
  Status require_in_batch(const std::string& unique_id);
  Result<identity::Certificate> certificate_of(element::Atecc& chip, const element::Uid& uid, const TellStep& tell);
  Status certify(element::Atecc& chip, const element::Uid& uid, const TellStep& tell);
  Result<identity::Certificate> read_back(element::Atecc& chip, const element::Uid& uid);
  Status prove(element::Atecc& chip, const identity::Certificate& certificate);
  Status publish(element::Atecc& chip, const element::Uid& uid, const identity::Certificate& certificate,
                 const Part& part);

  Authority& authority_;
  Batch& batch_;
  Clock& clock_;
  crypto::Random& random_;
};

}  // namespace signet::factory
