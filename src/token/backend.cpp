#include "token/backend.h"

#include "board/fuses/virtual_fuses.h"
#include "element/open/open.h"
#include "identity/chain_of.h"

#include <cstdlib>

namespace signet::token {
namespace {

// A library asks nobody at a terminal: the program that loaded it may have none.
Result<crypto::SecretBytes> ask_nobody(std::string_view what) {
  return Error{Errc::unauthenticated, "the element's " + std::string{what} + " is asked for: name a file with it"};
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

// A bound element uses its key for its own board alone, and knows it by what is in the board's fuses.
Status prove_bond(element::Element& element, const std::string& board) {
  if (board.empty()) return {};
  board::VirtualFuses fuses = TRY(board::VirtualFuses::open(board));
  const auto word = TRY(fuses.read(board::Fuse::bond));
  if (!word) return {};
  return element.present(element::BoardSecret{word->reveal().first<32>()});
}

std::string in_home(const char* variable, std::string_view rest) {
  const char* const folder = std::getenv(variable);
  return folder && *folder ? std::string{folder}.append(rest) : std::string{};
}

}  // namespace

std::string config_path() {
  const std::string places[] = {in_home("XDG_CONFIG_HOME", "/signet/pkcs11.conf"),
                                in_home("HOME", "/.config/signet/pkcs11.conf")};
  if (std::string named = in_home("SIGNET_PKCS11_CONF", ""); !named.empty()) return named;
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
  static crypto::SystemRandom random;
  const element::OpenWith with{random, ask_nobody};
  auto element = TRY(element::open_element(config.element, with)).element;
  TRY(prove_bond(*element, config.board));
  const element::Uid uid = TRY(element->uid());
  const crypto::PublicKey key = TRY(element->public_key());
  const auto chain = TRY(chain_under(*element, config.root));
  return std::make_unique<Token>(std::move(element), uid, key, chain);
}

}  // namespace signet::token
