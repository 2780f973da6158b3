// unit.h -- who this board is, as its element says: number, name, certificates.
#pragma once

#include "element/element.h"
#include "identity/certificate.h"

namespace signet::board {

struct Unit {
  element::Uid uid{};
  std::string dcn;
  bool personalised = false;
  bool barred = false;        // board and element are no pair: `problem` says how, and no key is used
  std::vector<Buffer> chain;  // device, signer, as DER; empty when not personalised, or when `problem` says why
  std::optional<identity::Certificate> device;
  std::string problem;  // for the console: what is missing, and the next step
};

// Reads the element and makes its certificates again; the element stores them without what the profile implies.
// `root` is the manufacturer's root: it checks what comes out. An Error means that the element did not answer.
Result<Unit> read_unit(element::Element& element, const std::optional<identity::Certificate>& root);

// The same for an element that may not be used: its number, and why.
Result<Unit> read_barred_unit(element::Element& element, const std::string& why);

// The root given with --root is kept in FOLDER/root.pem; later boots need it no more. Nothing when there is none yet.
Result<std::optional<identity::Certificate>> load_root(const std::string& folder, const std::string& given_file);

}  // namespace signet::board
