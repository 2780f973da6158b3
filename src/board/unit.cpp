#include "board/unit.h"

#include "base/port/file.h"
#include "identity/chain_of.h"

namespace signet::board {
namespace {

Status take_certificates(Unit& unit, element::Element& element, const element::Certificates& certificates,
                         const identity::Certificate& root) {
  auto chain = TRY(identity::chain_of(element, certificates, root));
  for (const identity::Certificate& certificate : chain) unit.chain.push_back(certificate.der);
  unit.device = std::move(chain.front());
  return {};
}

}  // namespace

Result<Unit> read_unit(element::Element& element, const std::optional<identity::Certificate>& root) {
  Unit unit;
  unit.uid = TRY(element.uid());
  unit.dcn = element::dcn_of(unit.uid);
  const auto stored = element.certificates();
  if (!stored && stored.error().code == Errc::unavailable) return stored.error();
  if (!stored) {
    unit.problem =
        element::is_chip(unit.uid) ? "the element is blank: personalise it with signet-foundry" : stored.error().what;
    return unit;
  }
  unit.personalised = true;
  const bool is_whole = std::holds_alternative<std::vector<Buffer>>(stored.value());  // nothing to make again
  if (!root && !is_whole) {
    unit.problem = "the manufacturer's root certificate is not known: start once with --root root.pem";
    return unit;
  }
  const Status rebuilt = take_certificates(unit, element, stored.value(), root.value_or(identity::Certificate{}));
  if (!rebuilt) {
    unit.problem = "the element's certificates do not check (" + rebuilt.error().what +
                   "): is --root the root certificate of its manufacturer?";
  }
  return unit;
}

Result<Unit> read_barred_unit(element::Element& element, const std::string& why) {
  Unit unit;
  unit.uid = TRY(element.uid());
  unit.dcn = element::dcn_of(unit.uid);
  unit.personalised = static_cast<bool>(element.certificates());  // they are open to everybody; the keys are not
  unit.barred = true;
  unit.problem = why;
  return unit;
}

Result<std::optional<identity::Certificate>> load_root(const std::string& folder, const std::string& given_file) {
  constexpr std::size_t root_bytes_max = 64 * 1024;
  const std::string kept = folder + "/root.pem";
  const std::string& path = given_file.empty() ? kept : given_file;
  if (given_file.empty() && !file_exists(kept)) return std::optional<identity::Certificate>{};
  const Buffer file = TRY(read_file(path, root_bytes_max));
  auto root = identity::read_certificate(file);
  if (!root) return std::move(root).error().within(path);
  if (!root.value().is_ca) return Error{Errc::malformed, path + ": is not the certificate of a CA"};
  if (!given_file.empty()) {
    TRY(write_file_atomic(kept, bytes_of(identity::pem("CERTIFICATE", root.value().der)), 0644));
  }
  return std::optional{std::move(root).value()};
}

}  // namespace signet::board
