// element_kit.h -- what every secure element of ours must do, whatever it is made of: one set of tests, a bench each.
#pragma once

#include "element/own.h"

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

namespace signet::element::kit {

// One element on the bench. It and the other are personalised or new; neither is bound to a board.
struct Bench {
  virtual ~Bench() = default;
  virtual Element& element() = 0;
  virtual Element& other() = 0;                  // of the same kind, with keys of its own
  virtual void power_cycle() = 0;                // element() afterwards is what a freshly started program finds
  virtual bool seals_alone() { return true; }    // a chip seals only together with its board
  virtual bool may_bind() { return true; }       // PKCS#11 has no such bond: its PIN is one
  virtual OwnElement* own() { return nullptr; }  // element(), when its owner certifies it
};

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Bench>()> make;
};

void PrintTo(const Kind& kind, std::ostream* out);  // for GoogleTest's messages

Kind software();
Kind atecc();
Kind pkcs11();
Kind tpm();

}  // namespace signet::element::kit
