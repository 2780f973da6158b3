#include "element/open/open.h"

#include "element/atecc/atecc.h"
#include "element/link/open_link.h"
#include "element/open/name.h"

namespace signet::element {
namespace {

// A chip and the link it stands on.
struct Held {
  Held(std::unique_ptr<Link> on, Assurance assurance) : link(std::move(on)), chip(*link, assurance) {}
  std::unique_ptr<Link> link;
  Atecc chip;
};

std::string model_of(Atecc& chip) {
  const auto revision = chip.revision();
  if (!revision) return "ATECC608";
  return revision.value()[3] == 0x02 ? "ATECC608A" : "ATECC608B";
}

template <class Made>
Opened opened(std::unique_ptr<Made> made, std::string model) {
  OwnElement* const own = made.get();
  return Opened{std::move(made), std::move(model), own};
}

Result<crypto::SecretBytes> owner_of(const TpmName& name, const OpenWith& with) {
  if (name.owner == SecretSource{}) return crypto::SecretBytes{};
  return read_secret(name.owner, "owner password", with.ask);
}

struct Opener {
  const OpenWith& with;

  Result<Opened> operator()(const AteccName& name) const {
    auto link = TRY(open_link(name.link));
    const auto assured = is_emulated_link(name.link) ? Assurance::emulated : Assurance::hardware;
    const auto held = std::make_shared<Held>(std::move(link), assured);
    return Opened{std::shared_ptr<Element>{held, &held->chip}, model_of(held->chip), nullptr};
  }
  Result<Opened> operator()(const TpmName& name) const {
    return opened(TRY(TpmElement::open(name.spec, TRY(owner_of(name, with)))), "TPM 2.0");
  }
  Result<Opened> operator()(const Pkcs11Name& name) const {
    const auto pin = TRY(read_secret(name.pin, "PIN", with.ask));
    return opened(TRY(Pkcs11Element::open(name.spec, pin)), "PKCS#11 token");
  }
  Result<Opened> operator()(const SoftwareName& name) const {
    const auto passphrase = TRY(read_secret(name.passphrase, "passphrase", with.ask));
    return opened(TRY(SoftwareElement::open(name.file, passphrase, with.random)), "software, LOW assurance,");
  }
};

struct Maker {
  const OpenWith& with;

  Status operator()(const AteccName&) const {
    return Error{Errc::conflict, "a chip is made an identity by a foundry: signet-foundry personalise"};
  }
  Status operator()(const TpmName& name) const { return TpmElement::create(name.spec, TRY(owner_of(name, with))); }
  Status operator()(const Pkcs11Name& name) const {
    return Pkcs11Element::create(name.spec, TRY(read_secret(name.pin, "PIN", with.ask)));
  }
  Status operator()(const SoftwareName& name) const {
    const auto passphrase = TRY(read_secret(name.passphrase, "new passphrase", with.ask));
    return SoftwareElement::create(name.file, passphrase, with.random);
  }
};

}  // namespace

Result<Opened> open_element(const std::string& name, const OpenWith& with) {
  return std::visit(Opener{with}, TRY(parse_element_name(name)));
}

Status new_element(const std::string& name, const OpenWith& with) {
  return std::visit(Maker{with}, TRY(parse_element_name(name)));
}

}  // namespace signet::element
