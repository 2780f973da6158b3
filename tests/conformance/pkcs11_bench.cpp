// SoftHSM2 in a folder of its own: one token, two elements in it.
#include "element_kit.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"
#include "crypto/pkcs11/token.h"
#include "element/pkcs11/pkcs11.h"

#include <cstdlib>

namespace signet::element::kit {
namespace {

class Pkcs11Bench final : public Bench {
 public:
  Pkcs11Bench() {
    ENSURE(make_folder(folder_.file("tokens"), 0700));
    const std::string text = "directories.tokendir = " + folder_.file("tokens") + "\nobjectstore.backend = file\n";
    ENSURE(write_file_atomic(folder_.file("conf"), bytes_of(text), 0600));
    ::setenv("SOFTHSM2_CONF", folder_.file("conf").c_str(), 1);
    ENSURE(crypto::Token::create(one_spec_.module_file, "bench", pin_,
                                 crypto::SecretBytes{copy_of(bytes_of("officer pin"))}));
    for (const Pkcs11Spec& spec : {one_spec_, two_spec_}) {
      const Status made = Pkcs11Element::create(spec, pin_);
      if (!made) std::fprintf(stderr, "%s\n", made.error().what.c_str());
      ENSURE(made);
      ENSURE(Pkcs11Element::create(spec, pin_).error().code == Errc::conflict);
    }
    power_cycle();
  }
  ~Pkcs11Bench() override { ::unsetenv("SOFTHSM2_CONF"); }
  Element& element() override { return *one_; }
  Element& other() override { return *two_; }
  OwnElement* own() override { return one_.get(); }
  bool may_bind() override { return false; }
  void power_cycle() override {
    one_.reset();
    two_.reset();  // the last user of the module: it forgets all it knew
    one_ = Pkcs11Element::open(one_spec_, pin_).value();
    two_ = Pkcs11Element::open(two_spec_, pin_).value();
  }

 private:
  Folder_for_test folder_;
  crypto::SecretBytes pin_{copy_of(bytes_of("correct pin"))};
  Pkcs11Spec one_spec_{.token = "bench", .label = "one"};
  Pkcs11Spec two_spec_{.token = "bench", .label = "two", .id = {7, 8, 9}};
  std::unique_ptr<Pkcs11Element> one_, two_;
};

}  // namespace

Kind pkcs11() {
  return {"Pkcs11", [] { return std::make_unique<Pkcs11Bench>(); }};
}

}  // namespace signet::element::kit
