#include "token/token.h"

#include "base/log.h"

namespace signet::token {
namespace {

constexpr CK_ULONG p256_bits = 256;
constexpr CK_ULONG signature_bytes = 64;
constexpr CK_FLAGS ec_flags = CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS;

constexpr Mechanism all_mechanisms[] = {
    {CKM_ECDSA, {p256_bits, p256_bits, CKF_HW | CKF_SIGN | ec_flags}},
    {CKM_ECDSA_SHA256, {p256_bits, p256_bits, CKF_HW | CKF_SIGN | ec_flags}},
};

// FIPS 186-4 6.4: the leftmost bits of a longer digest; a shorter one is the same number.
crypto::Digest digest_of(Bytes data) {
  crypto::Digest out{};
  const Bytes used = data.first(std::min(data.size(), out.size()));
  std::ranges::copy(used, out.end() - static_cast<std::ptrdiff_t>(used.size()));
  return out;
}

// What a program is told; why it failed goes to the log.
CK_RV refused(const Error& error) {
  log_error("token.refused", {{"why", error.what}});
  switch (error.code) {
    case Errc::forbidden:
    case Errc::unauthenticated: return CKR_USER_NOT_LOGGED_IN;  // bound to another board, or not presented to it
    case Errc::unavailable: return CKR_DEVICE_ERROR;
    default: return CKR_FUNCTION_FAILED;
  }
}

}  // namespace

std::span<const Mechanism> mechanisms() { return all_mechanisms; }

Token::Token(std::shared_ptr<element::Element> element, const element::Uid& uid, const crypto::PublicKey& key,
             const std::vector<identity::Certificate>& chain)
    : element_(std::move(element)), uid_(uid), objects_(objects_of(key, chain)) {}

void Token::describe(CK_TOKEN_INFO& out) const {
  out = {};
  put_text(out.label, element::dcn_of(uid_));
  put_text(out.manufacturerID, manufacturer);
  put_text(out.model, element_->assurance() == element::Assurance::hardware ? "element" : "NOT HARDWARE");
  put_text(out.serialNumber, hex_upper(Bytes{uid_}.subspan(1)));  // 16 characters: the first byte is 01 on every chip
  out.flags = CKF_RNG | CKF_WRITE_PROTECTED | CKF_TOKEN_INITIALIZED;
  out.ulMaxSessionCount = out.ulMaxRwSessionCount = sessions_max;
  out.ulSessionCount = out.ulRwSessionCount = sessions_.size();
  out.ulTotalPublicMemory = out.ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
  out.ulTotalPrivateMemory = out.ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
  std::fill(std::begin(out.utcTime), std::end(out.utcTime), static_cast<unsigned char>('0'));
}

CK_RV Token::open(CK_FLAGS flags, CK_SESSION_HANDLE& out) {
  if ((flags & CKF_SERIAL_SESSION) == 0) return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
  if (sessions_.size() >= sessions_max) return CKR_SESSION_COUNT;
  out = next_++;
  sessions_[out].flags = flags;
  return CKR_OK;
}

CK_RV Token::close(CK_SESSION_HANDLE handle) {
  return sessions_.erase(handle) != 0 ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

CK_RV Token::describe(CK_SESSION_HANDLE handle, CK_SESSION_INFO& out) const {
  const auto found = sessions_.find(handle);
  if (found == sessions_.end()) return CKR_SESSION_HANDLE_INVALID;
  const bool writes = (found->second.flags & CKF_RW_SESSION) != 0;
  out = {.slotID = only_slot,
         .state = static_cast<CK_STATE>(writes ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION),
         .flags = found->second.flags,
         .ulDeviceError = 0};
  return CKR_OK;
}

Token::Session* Token::session(CK_SESSION_HANDLE handle) {
  const auto found = sessions_.find(handle);
  return found == sessions_.end() ? nullptr : &found->second;
}

CK_RV Token::find_begin(CK_SESSION_HANDLE handle, std::span<const CK_ATTRIBUTE> wanted) {
  Session* const s = session(handle);
  if (!s) return CKR_SESSION_HANDLE_INVALID;
  if (s->found) return CKR_OPERATION_ACTIVE;
  s->found.emplace();
  for (std::size_t i = objects_.size(); i > 0; --i) {
    if (matches(objects_[i - 1], wanted)) s->found->push_back(i);
  }
  return CKR_OK;
}

CK_RV Token::find_next(CK_SESSION_HANDLE handle, std::span<CK_OBJECT_HANDLE> out, CK_ULONG& found) {
  Session* const s = session(handle);
  if (!s) return CKR_SESSION_HANDLE_INVALID;
  if (!s->found) return CKR_OPERATION_NOT_INITIALIZED;
  for (found = 0; found < out.size() && !s->found->empty(); ++found) {
    out[found] = s->found->back();
    s->found->pop_back();
  }
  return CKR_OK;
}

CK_RV Token::find_end(CK_SESSION_HANDLE handle) {
  Session* const s = session(handle);
  if (!s) return CKR_SESSION_HANDLE_INVALID;
  if (!s->found) return CKR_OPERATION_NOT_INITIALIZED;
  s->found.reset();
  return CKR_OK;
}

CK_RV Token::read(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, std::span<CK_ATTRIBUTE> asked) const {
  if (!sessions_.contains(handle)) return CKR_SESSION_HANDLE_INVALID;
  if (object < 1 || object > objects_.size()) return CKR_OBJECT_HANDLE_INVALID;
  return read_attributes(objects_[object - 1], asked);
}

CK_RV Token::sign_begin(CK_SESSION_HANDLE handle, CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key) {
  Session* const s = session(handle);
  if (!s) return CKR_SESSION_HANDLE_INVALID;
  if (s->signing) return CKR_OPERATION_ACTIVE;
  if (mechanism != CKM_ECDSA && mechanism != CKM_ECDSA_SHA256) return CKR_MECHANISM_INVALID;
  if (key < 1 || key > objects_.size()) return CKR_KEY_HANDLE_INVALID;
  if (!objects_[key - 1].is_private_key()) return CKR_KEY_TYPE_INCONSISTENT;
  s->signing = Signing{mechanism == CKM_ECDSA_SHA256, std::nullopt};
  return CKR_OK;
}

CK_RV Token::sign_more(CK_SESSION_HANDLE handle, Bytes part) {
  Session* const s = session(handle);
  if (!s) return CKR_SESSION_HANDLE_INVALID;
  if (!s->signing) return CKR_OPERATION_NOT_INITIALIZED;
  if (!s->signing->hashes) {  // section 2.3.6: CKM_ECDSA takes its digest in one piece
    s->signing.reset();
    return CKR_FUNCTION_NOT_SUPPORTED;
  }
  if (!s->signing->hashed) s->signing->hashed.emplace();
  s->signing->hashed->update(part);
  return CKR_OK;
}

CK_RV Token::sign(CK_SESSION_HANDLE handle, Bytes data, std::span<std::uint8_t> out, CK_ULONG& written) {
  Session* const s = session(handle);
  if (!s) return CKR_SESSION_HANDLE_INVALID;
  if (!s->signing) return CKR_OPERATION_NOT_INITIALIZED;
  if (s->signing->hashed) return CKR_OPERATION_ACTIVE;  // begun in parts
  if (!s->signing->hashes && data.empty()) {
    s->signing.reset();
    return CKR_DATA_LEN_RANGE;
  }
  return finish(*s, s->signing->hashes ? crypto::sha256(data) : digest_of(data), out, written);
}

CK_RV Token::sign_end(CK_SESSION_HANDLE handle, std::span<std::uint8_t> out, CK_ULONG& written) {
  Session* const s = session(handle);
  if (!s) return CKR_SESSION_HANDLE_INVALID;
  if (!s->signing || !s->signing->hashed) return CKR_OPERATION_NOT_INITIALIZED;
  crypto::Sha256 hashed = *s->signing->hashed;  // a copy: asking for the size must not end it
  return finish(*s, hashed.finish(), out, written);
}

// Section 5.2: without a buffer, or with one too small, the operation stays open.
CK_RV Token::finish(Session& session, const crypto::Digest& digest, std::span<std::uint8_t> out, CK_ULONG& written) {
  written = signature_bytes;
  if (out.data() == nullptr) return CKR_OK;
  if (out.size() < signature_bytes) return CKR_BUFFER_TOO_SMALL;
  session.signing.reset();
  const auto signature = element_->sign(digest);
  if (!signature) return refused(signature.error());
  std::ranges::copy(signature.value(), out.begin());
  return CKR_OK;
}

CK_RV Token::random(CK_SESSION_HANDLE handle, std::span<std::uint8_t> out) {
  if (!session(handle)) return CKR_SESSION_HANDLE_INVALID;
  if (out.size() > random_bytes_max) return CKR_ARGUMENTS_BAD;
  const auto bytes = element_->random(out.size());
  if (!bytes) return refused(bytes.error());
  std::ranges::copy(bytes.value(), out.begin());
  return CKR_OK;
}

}  // namespace signet::token
