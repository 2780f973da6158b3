#include "factory/authority.h"

#include "base/json.h"
#include "base/port/file.h"

#include <cstdlib>
#include <filesystem>

namespace signet::factory {
namespace {

constexpr const char* token_label = "signet-foundry";
constexpr const char* key_root = "root";
constexpr const char* key_signer = "signer";
constexpr const char* key_log_signer = "log-signer";
constexpr std::size_t small_file_bytes_max = 16 * 1024;
constexpr std::size_t pin_bytes = 16;  // random bytes, written as 32 hex digits

std::string path(const std::string& folder, std::string_view name) { return folder + "/" + std::string{name}; }

// SoftHSM finds its tokens by an environment variable; ours live in the foundry's folder unless the operator set it.
Status prepare_softhsm(const std::string& folder, const std::string& module_file) {
  if (module_file.find("softhsm") == module_file.npos || getenv("SOFTHSM2_CONF")) return {};
  TRY(make_folder(path(folder, "tokens"), 0700));
  const std::string conf = path(folder, "softhsm2.conf");
  const std::string text = "directories.tokendir = " + path(folder, "tokens") + "\nobjectstore.backend = file\n";
  const auto present = read_file(conf, small_file_bytes_max);  // not written in vain: another station may be doing so
  if (!present || text_of(present.value()) != text) TRY(write_file_atomic(conf, bytes_of(text), 0600));
  setenv("SOFTHSM2_CONF", conf.c_str(), 1);
  return {};
}

Result<crypto::SecretBytes> read_pin(const std::string& file) {
  Buffer text = TRY(read_file(file, small_file_bytes_max));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return Error{Errc::malformed, file + " holds no PIN"};
  return crypto::SecretBytes{std::move(text)};
}

Status make_pin(const std::string& file, crypto::Random& random) {
  if (file_exists(file)) return {};
  const std::string text = hex(random.block<pin_bytes>());
  return write_file_atomic(file, bytes_of(text), 0600);
}

Result<crypto::PublicKey> key_of(crypto::Token& token, const char* label) {
  auto found = token.public_key(label);
  if (found || found.error().code != Errc::not_found) return found;
  return token.generate_key(label);
}

Status save(const std::string& file, const identity::Certificate& certificate) {
  return write_file_atomic(file, bytes_of(identity::pem("CERTIFICATE", certificate.der)), 0644);
}

Result<identity::Certificate> load(const std::string& file) {
  const Buffer text = TRY(read_file(file, small_file_bytes_max));
  auto certificate = identity::read_certificate(text);
  if (!certificate) return std::move(certificate).error().within(file);
  return certificate;
}

// The officer's PIN lies in a file only while the token is being made: an init that was killed in between needs it.
Status make_token(const AuthorityPlan& plan, const std::string& pin_file, crypto::Random& random) {
  const std::string officer_file = path(plan.folder, "officer-pin");
  TRY(make_pin(officer_file, random));
  const Status made =
      crypto::Token::create(plan.module_file, token_label, TRY(read_pin(pin_file)), TRY(read_pin(officer_file)));
  if (!made && made.error().code != Errc::conflict) return made.error();  // conflict: an interrupted init made it
  return remove_file(officer_file);
}

// What a kill within SoftHSM left of an unfinished init; nothing was issued with it. Kept, not removed: should this be
// no unfinished init but a foundry that lost its foundry.json, its keys are still there.
Status set_tokens_aside(const std::string& folder, crypto::Random& random) {
  const std::string aside = path(folder, "tokens-unfinished-" + hex(random.block<4>()));
  std::error_code ec;
  std::filesystem::rename(path(folder, "tokens"), aside, ec);
  if (ec) return Error{Errc::unavailable, "rename " + path(folder, "tokens") + ": " + ec.message()};
  return make_folder(path(folder, "tokens"), 0700);
}

// Only where prepare_softhsm chose them.
bool has_tokens_of_ours(const std::string& folder) {
  const char* const conf = getenv("SOFTHSM2_CONF");
  std::error_code ec;
  return conf && conf == path(folder, "softhsm2.conf") && !std::filesystem::is_empty(path(folder, "tokens"), ec);
}

// A file of the token that was cut shows itself in many ways: no slot, a wrong PIN, half a pair of keys, a point that
// is none. A full disk is none of them, and a PIN that was given may be wrong by itself.
bool is_harmed(Errc why, bool pin_was_given) {
  return why != Errc::exhausted && !(why == Errc::unauthenticated && pin_was_given);
}

// SoftHSM writes its token's file anew at each login, in place: a kill in that moment loses the token and with it the
// root. Our keys never change, so a copy that is made once can be put back.
Status copy_objects(const std::string& from, const std::string& to) {
  std::error_code ec;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(from, ec)) {
    if (entry.path().extension() != ".object") continue;
    const std::filesystem::path target = to / entry.path().lexically_relative(from);
    TRY(make_folder(target.parent_path(), 0700));
    TRY(write_file_atomic(target, TRY(read_file(entry.path(), small_file_bytes_max)), 0600));
  }
  if (ec) return Error{Errc::unavailable, "list " + from + ": " + ec.message()};
  return {};
}

// Known by its name alone when it is whole.
Status keep_copy(const std::string& folder) {
  const std::string tokens = path(folder, "tokens"), copy = path(folder, "tokens-copy");
  if (!file_exists(tokens) || file_exists(copy)) return {};
  TRY(copy_objects(tokens, copy + ".new"));
  std::error_code ec;
  std::filesystem::rename(copy + ".new", copy, ec);
  return {};  // not renamed: another station was faster
}

}  // namespace

Result<std::unique_ptr<Authority>> Authority::create(const AuthorityPlan& plan, Clock& clock, crypto::Random& random) {
  if (file_exists(path(plan.folder, "foundry.json"))) {
    return Error{Errc::conflict, plan.folder + " holds a foundry already; `signet-foundry show` tells of it"};
  }
  TRY(make_folder(plan.folder, 0700));
  TRY(prepare_softhsm(plan.folder, plan.module_file));
  const std::string pin_file = plan.pin_file.empty() ? path(plan.folder, "pin") : plan.pin_file;
  if (plan.pin_file.empty()) TRY(make_pin(pin_file, random));
  std::unique_ptr<Authority> authority{new Authority};
  authority->folder_ = plan.folder;
  authority->organization_ = plan.organization;
  const auto begin = [&]() -> Status {
    TRY(make_token(plan, pin_file, random));
    TRY(authority->open_token(plan.module_file, pin_file));
    return authority->make_certificates(plan, clock.now());
  };
  Status begun = begin();
  const bool is_to_mend = !begun && is_harmed(begun.error().code, !plan.pin_file.empty());
  if (is_to_mend && has_tokens_of_ours(plan.folder)) {
    authority->token_.reset();  // the module reads its folder anew only when nobody uses it any more
    TRY(set_tokens_aside(plan.folder, random));
    begun = begin();
  }
  TRY(begun);
  TRY(keep_copy(plan.folder));
  const json::object facts{{"version", 1},
                           {"organization", plan.organization},
                           {"module", plan.module_file},
                           {"pin_file", plan.pin_file.empty() ? "" : std::filesystem::absolute(pin_file).string()},
                           {"created_at", rfc3339(clock.now())}};
  TRY(write_file_atomic(path(plan.folder, "foundry.json"), bytes_of(json::serialize(facts) + "\n"), 0600));
  return authority;
}

Result<std::unique_ptr<Authority>> Authority::open(const std::string& folder, const std::string& pin_file) {
  const auto text = read_file(path(folder, "foundry.json"), small_file_bytes_max);
  if (!text && text.error().code == Errc::not_found) {
    return Error{Errc::not_found, folder + " holds no foundry; make one: signet-foundry init " + folder};
  }
  if (!text) return text.error();
  const json::object facts = TRY(parse_json_object(text_of(text.value())));
  if (TRY(integer_member(facts, "version")) != 1) {
    return Error{Errc::conflict, folder + "/foundry.json is of a newer signet-foundry"};
  }
  std::unique_ptr<Authority> authority{new Authority};
  authority->folder_ = folder;
  authority->organization_ = TRY(string_member(facts, "organization"));
  const std::string module_file = TRY(string_member(facts, "module"));
  const std::string named = pin_file.empty() ? TRY(string_member(facts, "pin_file")) : pin_file;
  TRY(prepare_softhsm(folder, module_file));
  TRY(authority->open_token(module_file, named.empty() ? path(folder, "pin") : named));
  TRY(authority->load_certificates());
  TRY(keep_copy(folder));
  return authority;
}

Status Authority::open_token(const std::string& module_file, const std::string& pin_file) {
  const auto pin = TRY(read_pin(pin_file));
  ledger_ = TRY(Ledger::open(folder_));
  auto token = crypto::Token::open(module_file, token_label, pin);
  const std::string copy = path(folder_, "tokens-copy");
  const bool is_lost = !token && token.error().code != Errc::unauthenticated && file_exists(copy);
  if (is_lost) {
    TRY(copy_objects(copy, path(folder_, "tokens")));
    token = crypto::Token::open(module_file, token_label, pin);
  }
  token_ = TRY(std::move(token));
  return {};
}

Status Authority::load_certificates() {
  root_ = TRY(load(path(folder_, "root.pem")));
  signer_ = TRY(load(path(folder_, "signer.pem")));
  log_signer_ = TRY(load(path(folder_, "log-signer.pem")));
  return {};
}

Status Authority::make_certificates(const AuthorityPlan& plan, Timestamp at) {
  const identity::Organization organization{plan.organization};
  const auto root_key = TRY(key_of(*token_, key_root));
  const auto signer_key = TRY(key_of(*token_, key_signer));
  const auto log_key = TRY(key_of(*token_, key_log_signer));
  root_ = TRY(identity::issue_root(root_key, organization, at, key_signs(key_root)));
  signer_ = TRY(identity::issue_signer(signer_key, plan.signer_id, *root_, at, key_signs(key_root)));
  log_signer_ = TRY(identity::issue_log_signer(log_key, *root_, at, key_signs(key_root)));
  TRY(save(path(folder_, "root.pem"), *root_));
  TRY(save(path(folder_, "signer.pem"), *signer_));
  return save(path(folder_, "log-signer.pem"), *log_signer_);
}

identity::SignDigest Authority::key_signs(std::string label) {
  return [this, label = std::move(label)](const crypto::Digest& digest) { return token_->sign(label, digest); };
}
identity::SignDigest Authority::signer_signs() { return key_signs(key_signer); }
identity::SignDigest Authority::log_signer_signs() { return key_signs(key_log_signer); }

}  // namespace signet::factory
