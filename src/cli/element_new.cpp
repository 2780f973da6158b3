// An identity of the owner's own making: keys in a TPM, a token or a file, a request to the manager, a certificate
// back.
#include "base/port/file.h"
#include "cli/session.h"
#include "element/open/enrol.h"
#include "element/open/open.h"
#include "identity/certificate.h"

namespace signet::cli {
namespace {

constexpr std::string_view assurances[] = {"hardware", "emulated", "software"};

Status show(Session& session, const element::Opened& opened, std::string_view done) {
  const std::string dcn = element::dcn_of(TRY(opened.element->uid()));
  const std::string_view assurance = assurances[static_cast<std::size_t>(opened.element->assurance())];
  if (session.args.as_json) {
    print_json(session.env.out, json::object{{"dcn", dcn}, {"model", opened.model}, {"assurance", assurance}});
    return {};
  }
  session.env.out << dcn << " (" << opened.model << ", assurance " << assurance << "): " << done << '\n';
  return {};
}

}  // namespace

Status run_element_new(Session& session) {
  crypto::SystemRandom random;
  std::optional<crypto::SecretBytes> said;  // asked once, used to make and to open
  const element::AskSecret ask = [&](std::string_view what) -> Result<crypto::SecretBytes> {
    if (!said) said = TRY(element::ask_at_terminal(what));
    return crypto::SecretBytes{copy_of(said->reveal())};
  };
  TRY(element::new_element(session.args.name, {random, ask}));
  const auto opened = TRY(element::open_element(session.args.name, {random, ask}));
  return show(session, opened, "made. Next: signet element request");
}

Status run_element_request(Session& session) {
  crypto::SystemRandom random;
  const auto opened = TRY(element::open_element(session.args.name, {random, element::ask_at_terminal}));
  const std::string request = TRY(element::request_of(*opened.element));
  TRY(write_file_atomic(session.args.out_file, bytes_of(request), 0644));
  return show(session, opened, "request in " + session.args.out_file + ". Next: signet registry enroll --csr");
}

Status run_element_install(Session& session) {
  crypto::SystemRandom random;
  const Buffer pem = TRY(read_file(session.args.file, identity::pem_bytes_max));
  const auto opened = TRY(element::open_element(session.args.name, {random, element::ask_at_terminal}));
  if (!opened.own)
    return Error{Errc::conflict, "a chip has its certificates from its foundry: signet-foundry personalise"};
  TRY(element::install_certificates(*opened.own, text_of(pem)));
  return show(session, opened, "keeps its certificate. Next: signet-board --element");
}

}  // namespace signet::cli
