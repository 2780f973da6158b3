// The claim: manager's challenge, element's signature, manager's verdict, receipt into the board. Four links, and an
// error says which of them refused.
#include "identity/claim.h"

#include "cli/board.h"
#include "cli/follow_ca.h"
#include "crypto/p256.h"
#include "identity/certificate.h"

namespace signet::cli {
namespace {

constexpr std::uint16_t port_max = 65535;

Error at_link(Error error, std::string_view link, std::string_view advice) {
  error.what = std::string{link} + ": " + error.what;
  if (!advice.empty()) error.what.append(". ").append(advice);
  return error;
}

struct Unit {
  std::string dcn;
  std::string model;
};

Result<Unit> identify(ConsoleClient& board) {
  const Result<json::object> said = board.ask("identify", {}, board_timeout);
  if (!said) return at_link(said.error(), "the board did not identify itself", "");
  const json::value* personalised = said.value().if_contains("personalised");
  if (personalised && personalised->is_bool() && !personalised->as_bool()) {
    return Error{Errc::conflict,
                 "the board's element has no certificate: a chip gets it from 'signet-foundry personalise', any other "
                 "from 'signet element request', 'signet registry enroll' and 'signet element install'"};
  }
  Unit out;
  out.dcn = TRY(string_member(said.value(), "dcn"));
  out.model = TRY(optional_string(said.value(), "model", "board"));
  return out;
}

// Before the manager forgets a claim that the board would keep.
Status check_console_is_open(ConsoleClient& board) {
  const json::object said = TRY(board.ask("identify", {}, board_timeout));
  if (cell(said, "console") != "closed") return {};
  return Error{Errc::forbidden,
               "nothing was done: this board is claimed, so its console is closed. Set the board's jumper (a virtual "
               "board's is the file 'jumper' beside its console) and ask again"};
}

struct Manager {
  std::string fingerprint;
  std::string ca_pem;
  std::uint16_t device_port = 0;
  crypto::PublicKey receipt_key{};
};

// What claims at this manager must name. The fingerprint comes from the CA we pinned, not from what it says.
Result<Manager> manager_of(Session& session) {
  const json::object answer = TRY(ask(session, "GET", "/v3/server"));
  const json::object server = TRY(object_member(answer, "server"));
  TRY(follow_ca(session, server));
  Manager out;
  const identity::Certificate ca = TRY(pinned_ca(session.config));
  out.fingerprint = hex(identity::fingerprint(ca));
  out.ca_pem = identity::pem("CERTIFICATE", ca.der);
  const std::int64_t port = TRY(integer_member(server, "device_port"));
  if (port < 1 || port > port_max) return Error{Errc::malformed, "the manager's device port is no port"};
  out.device_port = static_cast<std::uint16_t>(port);
  const std::string key_text = TRY(string_member(server, "receipt_key"));
  const Buffer key = TRY(decode_hex(key_text));
  if (key.size() != out.receipt_key.size()) return Error{Errc::malformed, "the manager's receipt key is no key"};
  std::copy(key.begin(), key.end(), out.receipt_key.begin());
  return out;
}

// The person at the tool asked for this device and this unit: no other statement is brought to the element.
Status check_statement(std::string_view text, const Manager& manager, const std::string& device, const Unit& unit) {
  const Buffer bytes = TRY(decode_base64url(text));
  const identity::ClaimStatement said = TRY(identity::decode_claim_statement(bytes));
  if (said.server != manager.fingerprint) return Error{Errc::forbidden, "it names another manager"};
  if (said.device != device || said.dcn != unit.dcn) return Error{Errc::forbidden, "it names another device or unit"};
  return {};
}

// Asks the manager; its refusal is told with what to do.
Result<json::object> begin(Session& session, const std::string& path, const Unit& unit) {
  Result<json::object> answer = ask(session, "POST", path + "/claims", json::object{{"dcn", unit.dcn}});
  if (answer) return answer;
  return at_link(std::move(answer).error(), "the manager gives no challenge for " + unit.dcn, "");
}

Result<json::object> finish(Session& session, const std::string& path, const std::string& statement,
                            const std::string& signature) {
  Result<json::object> answer =
      ask(session, "POST", path + "/claims/finish", json::object{{"statement", statement}, {"signature", signature}});
  if (answer) return answer;
  return at_link(std::move(answer).error(), "the manager refused the element's proof",
                 "A challenge lives 5 minutes and serves once: claim again; if that fails, the board is not the unit "
                 "that its manufacturer published");
}

Status install(Session& session, ConsoleClient& board, const Manager& manager, const std::string& device,
               const std::string& receipt) {
  const json::object arguments{{"host", host_of_server(session.config.server)},
                               {"port", manager.device_port},
                               {"ca", manager.ca_pem},
                               {"device", device},
                               {"receipt", receipt}};
  const Result<json::object> done = board.ask("claim.install", arguments, board_timeout);
  if (done) return {};
  return at_link(done.error(), "the device is claimed at the manager, but the board did not keep it",
                 "Run 'signet device unclaim " + device + "', then claim again");
}

// What `signet registry enroll` bound to this device already: the manager needs no proof, the board only its address.
Result<std::optional<json::object>> enrolled(Session& session, const std::string& path, const Unit& unit) {
  if (!unit.dcn.starts_with("id")) return std::optional<json::object>{};  // a chip's is "sn...": it is claimed
  const json::object answer = TRY(ask(session, "GET", path + "/identities"));
  for (const json::object& identity : TRY(objects(answer, "identities"))) {
    const bool is_it = cell(identity, "dcn") == unit.dcn && cell(identity, "origin") == "enrolled";
    if (is_it && cell(identity, "state") == "claimed") return std::optional{identity};
  }
  return std::optional<json::object>{};
}

Result<json::object> claim(Session& session, ConsoleClient& board, const std::string& path, const std::string& device) {
  const Unit unit = TRY(identify(board));
  const Manager manager = TRY(manager_of(session));
  if (const auto known = TRY(enrolled(session, path, unit))) {
    TRY(install(session, board, manager, device, ""));
    return json::object{{"identity", *known}, {"receipt", ""}};
  }
  const json::object challenge = TRY(begin(session, path, unit));
  const std::string statement = TRY(string_member(challenge, "statement"));
  if (Status fits = check_statement(statement, manager, device, unit); !fits) {
    return at_link(std::move(fits).error(), "the manager's challenge is not for this claim", "Nothing was signed");
  }
  const Result<json::object> signed_by_board =
      board.ask("claim.sign", json::object{{"statement", statement}}, board_timeout);
  if (!signed_by_board) return at_link(signed_by_board.error(), "the board refused to sign", "");
  const std::string signature = TRY(string_member(signed_by_board.value(), "signature"));

  const json::object done = TRY(finish(session, path, statement, signature));
  const std::string receipt = TRY(string_member(done, "receipt"));
  const Result<identity::ClaimStatement> receipt_says = identity::check_receipt(receipt, manager.receipt_key);
  if (!receipt_says || receipt_says.value().device != device || receipt_says.value().dcn != unit.dcn) {
    return Error{Errc::forbidden, "the manager's receipt does not verify: run 'signet device unclaim " + device +
                                      "' and look at the manager's log"};
  }
  TRY(install(session, board, manager, device, receipt));
  return done;
}

}  // namespace

Status run_device_claim(Session& session) {
  const std::string path = TRY(device_path(session));
  const std::string device = path.substr(path.rfind('/') + 1);
  ConsoleClient board = TRY(ConsoleClient::open(session.args.board, session.args.baud));
  const json::object done = TRY(claim(session, board, path, device));
  if (session.args.as_json) {
    print_json(session.env.out, done);
    return {};
  }
  const json::object identity = TRY(object_member(done, "identity"));
  print_table(
      session.env.out, {"DeviceID", "Dcn", "Revoked", "Expiry date"},
      {{cell(identity, "device_id"), cell(identity, "dcn"), cell(identity, "revoked"), cell(identity, "expires_at")}});
  session.env.out << "Receipt " << printable(cell(done, "receipt")) << "\nClaim finished successfully\n";
  return {};
}

Status run_device_unclaim(Session& session) {
  const std::string path = TRY(device_path(session));
  std::optional<ConsoleClient> board;
  if (!session.args.board.empty()) {
    board = TRY(ConsoleClient::open(session.args.board, session.args.baud));
    TRY(check_console_is_open(*board));
  }
  json::object answer = TRY(ask(session, "DELETE", path + "/claim"));
  if (board) {
    if (const auto done = board->ask("claim.remove", {}, board_timeout); !done) {
      return at_link(done.error(), "the device is unclaimed at the manager, but the board still keeps its endpoint",
                     "");
    }
  }
  if (session.args.as_json)
    print_json(session.env.out, answer);
  else
    session.env.out << "Unclaimed: " << session.args.device << " may be claimed again\n";
  return {};
}

}  // namespace signet::cli
