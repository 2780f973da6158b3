#include "identity/claim.h"

#include "identity/malformed.h"

namespace signet::identity {
namespace {

constexpr std::string_view tag{"signet.claim.v1\0", 16};
constexpr std::size_t challenge_bytes = 32;

// Names go to people and logs: text, and no control characters.
bool is_field_text(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && is_utf8(text) && std::none_of(text.begin(), text.end(), control);
}

Result<std::string> expect_field(Reader& in, std::string_view name) {
  const std::size_t size = TRY(in.u16_be());
  if (size > claim_field_bytes_max) return Error{Errc::too_large, std::string{name} + " has more than 255 bytes"};
  const std::string_view text = text_of(TRY(in.take(size)));
  if (!is_field_text(text)) return malformed(std::string{name} + " is empty or no text");
  return std::string{text};
}

Result<ClaimStatement> decode(Bytes bytes) {
  Reader in{bytes};
  if (text_of(TRY(in.take(tag.size()))) != tag) return malformed("another tag");
  ClaimStatement out;
  out.server = TRY(expect_field(in, "server"));
  out.account = TRY(expect_field(in, "account"));
  out.workspace = TRY(expect_field(in, "workspace"));
  out.device = TRY(expect_field(in, "device"));
  out.dcn = TRY(expect_field(in, "dcn"));
  if (TRY(in.u16_be()) != challenge_bytes) return malformed("the challenge is not 32 bytes");
  out.challenge = TRY(in.block<challenge_bytes>());
  const std::uint64_t expiry = TRY(in.u64_be());
  if (expiry > static_cast<std::uint64_t>(epoch_micros(claim_expiry_max)))
    return malformed("expiry after the year 9999");
  out.expiry = from_epoch_micros(static_cast<std::int64_t>(expiry));
  TRY(in.end());
  return out;
}

bool is_dcn(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return text.size() == 20 && text.starts_with("sn") && text.substr(2).find_first_not_of(digits) == text.npos;
}

bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= legacy_nonce_digits_max && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

Buffer encode(const ClaimStatement& statement) {
  Buffer out;
  Writer w{out};
  w.text(tag);
  for (const std::string* field :
       {&statement.server, &statement.account, &statement.workspace, &statement.device, &statement.dcn}) {
    ENSURE(field->size() <= claim_field_bytes_max);
    w.u16_be(static_cast<std::uint16_t>(field->size())).text(*field);
  }
  ENSURE(statement.expiry >= Timestamp{} && statement.expiry <= claim_expiry_max);
  w.u16_be(challenge_bytes).bytes(statement.challenge);
  w.u64_be(static_cast<std::uint64_t>(epoch_micros(statement.expiry)));
  return out;
}

Result<ClaimStatement> decode_claim_statement(Bytes bytes) {
  if (bytes.size() > claim_statement_bytes_max) return Error{Errc::too_large, "claim statement: more than 1536 bytes"};
  Result<ClaimStatement> out = decode(bytes);
  if (!out) return std::move(out).error().within("claim statement");
  return out;
}

Result<LegacyBundle> parse_legacy_bundle(std::string_view text) {
  const auto wrong = [](std::string_view what) {
    return Error{Errc::malformed, "legacy bundle: " + std::string{what} + "; it is DCN:NONCE:SIGNATURE"};
  };
  const std::size_t first = text.find(':');
  const std::size_t second = first == text.npos ? text.npos : text.find(':', first + 1);
  if (second == text.npos) return wrong("fewer than three parts");
  LegacyBundle out;
  out.dcn = text.substr(0, first);
  out.nonce = text.substr(first + 1, second - first - 1);
  const std::string_view signature = text.substr(second + 1);
  if (!is_dcn(out.dcn)) return wrong("the dcn is not \"sn\" and 18 upper-case hex digits");
  if (!is_nonce(out.nonce)) return wrong("the nonce is not 1 to 18 decimal digits");
  if (signature.size() != 2 * out.signature.size()) return wrong("the signature is not 128 hex digits");
  const Result<Buffer> bytes = decode_hex(signature);
  if (!bytes) return wrong("the signature is not 128 hex digits");
  std::copy(bytes.value().begin(), bytes.value().end(), out.signature.begin());
  return out;
}

crypto::Digest digest_of(const LegacyBundle& bundle) {
  return crypto::sha256(bytes_of(bundle.dcn + ":" + bundle.nonce));
}

}  // namespace signet::identity
