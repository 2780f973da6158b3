// Two swtpm with unix sockets in a folder of their own. A power cycle ends each process and starts it again.
#include "element_kit.h"

#include "base/port/folder_for_test.h"
#include "element/tpm/tpm.h"
#include "swtpm.h"

namespace signet::element::kit {
namespace {

class TpmBench final : public Bench {
 public:
  TpmBench() {
    for (Swtpm* tpm : {&one_tpm_, &two_tpm_}) {
      tpm->start();
      const Status made = TpmElement::create({.tcti = tpm->tcti()}, {});
      if (!made) std::fprintf(stderr, "%s\n", made.error().what.c_str());
      ENSURE(made);
    }
    power_cycle();
  }
  Element& element() override { return *one_; }
  Element& other() override { return *two_; }
  OwnElement* own() override { return one_.get(); }
  void power_cycle() override {
    one_.reset();
    two_.reset();
    one_tpm_.start();
    two_tpm_.start();
    one_ = TpmElement::open({.tcti = one_tpm_.tcti()}, {}).value();
    two_ = TpmElement::open({.tcti = two_tpm_.tcti()}, {}).value();
  }

 private:
  Folder_for_test folder_;
  Swtpm one_tpm_{folder_.file("one")}, two_tpm_{folder_.file("two")};
  std::unique_ptr<TpmElement> one_, two_;
};

}  // namespace

Kind tpm() {
  return {"Tpm", [] { return std::make_unique<TpmBench>(); }};
}

}  // namespace signet::element::kit
