#include "cli/session.h"

#include "base/port/file.h"
#include "identity/certificate.h"

namespace signet::cli {
namespace {

constexpr std::size_t manifest_bytes_max = 30u << 20;  // the manager takes 32 MiB of JSON, in which quotes are escaped
constexpr std::size_t csr_bytes_max = 16 * 1024;

// PEM text of a certificate file, which may be PEM or DER.
Result<std::string> certificate_text(const std::string& path) {
  const Buffer bytes = TRY(read_file(path, 2 * identity::certificate_bytes_max));
  Result<identity::Certificate> read = identity::read_certificate(bytes);
  if (!read) return std::move(read).error().within(path + " is no certificate");
  return identity::pem("CERTIFICATE", read.value().der);
}

std::string base_name(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

}  // namespace

Status run_registry_import(Session& session) {
  const Arguments& args = session.args;
  const Buffer manifest = TRY(read_file(args.file, manifest_bytes_max));
  if (!is_utf8(text_of(manifest))) return Error{Errc::malformed, args.file + " is no manifest: it is not text"};
  const std::string log_signer = TRY(certificate_text(args.log_signer));
  json::object body{{"manifest", text_of(manifest)}, {"log_signer_pem", log_signer}, {"origin", base_name(args.file)}};
  json::array roots;
  for (const std::string& root : args.roots) {
    const std::string text = TRY(certificate_text(root));
    roots.emplace_back(text);
  }
  body["root_pem"] = std::move(roots);
  const json::object answer = TRY(ask(session, "POST", "/v3/registry/manifests", body));
  if (args.as_json)
    print_json(session.env.out, answer);
  else {
    session.env.out << "Imported " << cell(answer, "added") << " units, " << cell(answer, "already_known")
                    << " were known already\n";
  }
  return {};
}

Status run_registry_ls(Session& session) {
  const std::string size = std::to_string(session.args.count.value_or(100));
  const json::object answer = TRY(ask(session, "GET", "/v3/registry?size=" + size));
  return show_list(session, answer, "identities", {"Dcn", "State", "DeviceID", "Assurance", "Expiry date", "Origin"},
                   {"dcn", "state", "device_id", "assurance", "expires_at", "origin"});
}

Status run_registry_show(Session& session) {
  const json::object answer = TRY(ask(session, "GET", "/v3/registry/" + percent_encode(session.args.name)));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const json::object identity = TRY(object_member(answer, "identity"));
  std::vector<Row> rows;
  for (const auto& [name, value] : identity) rows.push_back({std::string{name}, cell(identity, name)});
  print_table(session.env.out, {"Field", "Value"}, rows);
  const std::string certificate = TRY(string_member(answer, "certificate"));
  const std::string signer = TRY(string_member(answer, "signer"));
  session.env.out << certificate << signer;
  return {};
}

Status run_registry_quarantine(Session& session) {
  const std::string path = "/v3/registry/" + percent_encode(session.args.name) + "/quarantine";
  const json::object answer = TRY(ask(session, "POST", path, json::object{{"reason", session.args.reason}}));
  if (session.args.as_json)
    print_json(session.env.out, answer);
  else
    session.env.out << session.args.name << " is kept out until 'signet registry release'\n";
  return {};
}

Status run_registry_release(Session& session) {
  const std::string path = "/v3/registry/" + percent_encode(session.args.name) + "/release";
  const json::object answer = TRY(ask(session, "POST", path, json::object{}));
  if (session.args.as_json)
    print_json(session.env.out, answer);
  else
    session.env.out << session.args.name << " may connect again\n";
  return {};
}

Status run_registry_enroll(Session& session) {
  const Arguments& args = session.args;
  const std::string path = TRY(device_path(session));
  const Buffer csr = TRY(read_file(args.file, csr_bytes_max));
  if (!is_utf8(text_of(csr))) return Error{Errc::malformed, args.file + " is no PEM: make it with 'openssl req -new'"};
  const json::object answer = TRY(ask(session, "POST", path + "/enroll", json::object{{"csr", text_of(csr)}}));
  TRY(write_file_atomic(args.out_file, bytes_of(TRY(string_member(answer, "certificate"))), 0644));
  if (args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const json::object identity = TRY(object_member(answer, "identity"));
  session.env.out << "Enrolled " << printable(cell(identity, "dcn")) << " with LOW assurance (a software key) for "
                  << cell(identity, "device_id") << "; certificate in " << args.out_file << '\n';
  return {};
}

}  // namespace signet::cli
