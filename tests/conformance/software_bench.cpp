#include "element_kit.h"

#include "base/port/folder_for_test.h"
#include "element/software/software.h"

namespace signet::element::kit {
namespace {

constexpr crypto::StretchCost cheap{1, 64, 1};

class SoftwareBench final : public Bench {
 public:
  SoftwareBench() {
    for (const auto& name : {"one", "two"}) {
      ENSURE(SoftwareElement::create(folder_.file(name), passphrase_, random_, cheap));
    }
    power_cycle();
  }
  Element& element() override { return *one_; }
  Element& other() override { return *two_; }
  OwnElement* own() override { return one_.get(); }
  void power_cycle() override {
    one_.reset();
    two_.reset();
    one_ = SoftwareElement::open(folder_.file("one"), passphrase_, random_).value();
    two_ = SoftwareElement::open(folder_.file("two"), passphrase_, random_).value();
  }

 private:
  Folder_for_test folder_;
  crypto::SecretBytes passphrase_{copy_of(bytes_of("correct horse battery"))};
  crypto::SystemRandom random_;
  std::unique_ptr<SoftwareElement> one_, two_;
};

}  // namespace

Kind software() {
  return {"Software", [] { return std::make_unique<SoftwareBench>(); }};
}

}  // namespace signet::element::kit
