// open.h -- any element by its name (name.h).
#pragma once

#include "crypto/random.h"
#include "element/own.h"

#include <functional>
#include <memory>
#include <string>

namespace signet::element {

struct SecretSource;  // name.h

// Where a secret comes from when the name does not say: a person at a terminal. `what` is "PIN", "passphrase".
using AskSecret = std::function<Result<crypto::SecretBytes>(std::string_view what)>;

// Both outlive what is opened.
struct OpenWith {
  crypto::Random& random;
  AskSecret ask;
};

struct Opened {
  std::shared_ptr<Element> element;
  std::string model;          // "ATECC608B", "TPM 2.0", ...
  OwnElement* own = nullptr;  // the same, when its owner certifies it
};

Result<Opened> open_element(const std::string& name, const OpenWith& with);
// Makes its keys. conflict for a chip (signet-foundry does that) and for what exists already.
Status new_element(const std::string& name, const OpenWith& with);

// Asks at the terminal without echo; unauthenticated, with what to write instead, when there is none.
Result<crypto::SecretBytes> ask_at_terminal(std::string_view what);
// The first line of the source. malformed when empty, too_large past 1024 bytes.
Result<crypto::SecretBytes> read_secret(const SecretSource& source, std::string_view what, const AskSecret& ask);

}  // namespace signet::element
