#include "token/backend.h"

#include "element/atecc/atecc.h"
#include "element/link/open_link.h"
#include "identity/chain_of.h"

#include <cstdlib>

namespace signet::token {
namespace {

// A chip and the link it stands on.
struct Held {
  Held(std::unique_ptr<element::Link> on, element::Assurance assurance) : link(std::move(on)), chip(*link, assurance) {}
  std::unique_ptr<element::Link> link;
  element::Atecc chip;
};

Result<std::shared_ptr<element::Element>> open_element(const std::string& name) {
  auto link = TRY(element::open_link(name));
  const auto held = std::make_shared<Held>(
      std::move(link), element::is_emulated_link(name) ? element::Assurance::emulated : element::Assurance::hardware);
  return std::shared_ptr<element::Element>{held, &held->chip};
}

Result<std::vector<identity::Certificate>> chain_under(element::Element& element, const std::string& root_file) {
  const auto certificates = element.certificates();
  if (!certificates && certificates.error().code != Errc::not_found) return certificates.error();
  if (!certificates || root_file.empty()) return std::vector<identity::Certificate>{};
  const Buffer file = TRY(read_file(root_file, identity::pem_bytes_max));
  auto root = identity::read_certificate(file);
  if (!root) return std::move(root).error().within(root_file);
  return identity::chain_of(element, certificates.value(), root.value());
}

std::string in_home(const char* variable, std::string_view rest) {
  const char* const folder = std::getenv(variable);
  return folder && *folder ? std::string{folder}.append(rest) : std::string{};
}

}  // namespace

std::string config_path() {
  const std::string places[] = {in_home("XDG_CONFIG_HOME", "/signet/pkcs11.conf"),
                                in_home("HOME", "/.config/signet/pkcs11.conf")};
  if (const std::string named = in_home("SIGNET_PKCS11_CONF", ""); !named.empty()) return named;
  for (const std::string& place : places) {
    if (!place.empty() && file_exists(place)) return place;
  }
  return "/etc/signet/pkcs11.conf";
}

Result<std::unique_ptr<Token>> open_token(const std::string& config_file) {
  const auto loaded = load_config_file<Config>(config_file, config_fields);
  if (!loaded) return Error{loaded.error().code, loaded.error().what + " (SIGNET_PKCS11_CONF names the file)"};
  const Config& config = loaded.value();
  if (config.element.empty()) return Error{Errc::malformed, config_file + ": names no element"};
  auto element = TRY(open_element(config.element));
  const element::Uid uid = TRY(element->uid());
  const crypto::PublicKey key = TRY(element->public_key());
  const auto chain = TRY(chain_under(*element, config.root));
  return std::make_unique<Token>(std::move(element), uid, key, chain);
}

}  // namespace signet::token
