#include "element/tpm/tpm.h"

#include "element/tpm/keys.h"
#include "element/tpm/nv.h"

namespace signet::element {
namespace {

using tpm::Context;
using tpm::Handle;
using tpm::handle_of;
using tpm::Hide;
using tpm::judge;
using tpm::Kept;
using tpm::Out;
using tpm::stack;

constexpr std::uint32_t handle_first = 0x81000000;
constexpr std::uint32_t handle_last = 0x817fffff;
constexpr std::size_t random_at_once = 32;
constexpr std::size_t random_bytes_max = 1u << 16;
constexpr std::size_t number_bytes = 32;

Status check_handle(std::uint32_t handle) {
  if (handle >= handle_first && handle <= handle_last - tpm::kept_count) return {};
  return Error{Errc::malformed, "a TPM handle of an element is from 0x81000000 to 0x817FFFF9"};
}

// Numbers come without their leading zeros.
Status put_number(std::span<std::uint8_t, number_bytes> out, const TPM2B_ECC_PARAMETER& number) {
  if (number.size > number_bytes) return Error{Errc::malformed, "the TPM answered with a number of over 32 bytes"};
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  std::copy_n(number.buffer, number.size, out.end() - number.size);
  return {};
}

TPM2B_ECC_PARAMETER number_of(Bytes bytes) {
  TPM2B_ECC_PARAMETER out{};
  out.size = static_cast<UINT16>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), out.buffer);
  return out;
}

}  // namespace

// The identity last: an element that has one is whole.
Status TpmElement::create(const TpmSpec& spec, const crypto::SecretBytes& owner_password) {
  TRY(check_handle(spec.handle));
  const auto context = TRY(Context::open(spec.tcti));
  if (TRY(context->exists(spec.handle))) {
    return Error{Errc::conflict, "the TPM has a key at this handle already: choose another ?handle="};
  }
  context->set_auth(ESYS_TR_RH_OWNER, owner_password.reveal());
  TRY(context->start_session(ESYS_TR_NONE));
  TRY(tpm::make_parent(*context, spec.handle));
  const Handle parent = TRY(context->open_handle(handle_of(spec.handle, Kept::parent)));
  TRY(context->start_session(parent));
  TRY(tpm::make_key(*context, spec.handle, Kept::bond, ESYS_TR_NONE));
  const Handle bond = TRY(context->open_handle(handle_of(spec.handle, Kept::bond)));
  TRY(tpm::make_key(*context, spec.handle, Kept::agreement, bond));
  TRY(tpm::make_key(*context, spec.handle, Kept::sealing, bond));
  for (unsigned id = 0; id < own_counters; ++id) TRY(tpm::make_counter(*context, tpm::nv_of(spec.handle, id)));
  return tpm::make_key(*context, spec.handle, Kept::identity, bond);
}

Result<std::unique_ptr<TpmElement>> TpmElement::open(const TpmSpec& spec, const crypto::SecretBytes& owner_password) {
  TRY(check_handle(spec.handle));
  auto context = TRY(Context::open(spec.tcti));
  context->set_auth(ESYS_TR_RH_OWNER, owner_password.reveal());
  std::unique_ptr<TpmElement> made{new TpmElement{std::move(context), spec.handle}};
  TRY(made->find_keys());
  return made;
}

Status TpmElement::find_keys() {
  if (!TRY(context_->exists(handle_)) || !TRY(context_->exists(handle_of(handle_, Kept::parent)))) {
    return Error{Errc::not_found, "the TPM holds no element at this handle: signet element new tpm:... makes one"};
  }
  const Handle parent = TRY(context_->open_handle(handle_of(handle_, Kept::parent)));
  TRY(context_->start_session(parent));
  identity_ = TRY(context_->open_handle(handle_));
  public_key_ = TRY(tpm::read_public_key(*context_, identity_));
  bound_ = !TRY(context_->exists(handle_of(handle_, Kept::bond)));
  bond_ = TRY(context_->open_handle(handle_of(handle_, bound_ ? Kept::bound : Kept::bond)));
  return {};
}

Assurance TpmElement::assurance() const { return context_->is_simulator() ? Assurance::emulated : Assurance::hardware; }

Result<crypto::Signature> TpmElement::sign(const crypto::Digest& digest) {
  TPM2B_DIGEST input{};
  input.size = static_cast<UINT16>(digest.size());
  std::copy(digest.begin(), digest.end(), input.buffer);
  TPMT_SIG_SCHEME scheme{};
  scheme.scheme = TPM2_ALG_ECDSA;
  scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
  TPMT_TK_HASHCHECK from_outside{};
  from_outside.tag = TPM2_ST_HASHCHECK;
  from_outside.hierarchy = TPM2_RH_NULL;
  Out<TPMT_SIGNATURE> made;
  const auto sign = [&](ESYS_TR policy) {
    return stack().Esys_Sign(context_->get(), identity_, policy, ESYS_TR_NONE, ESYS_TR_NONE, &input, &scheme,
                             &from_outside, &made);
  };
  TRY(context_->with_bond(bond_, sign, "Sign"));
  crypto::Signature out;
  TRY(put_number(std::span{out}.first<number_bytes>(), made->signature.ecdsa.signatureR));
  TRY(put_number(std::span{out}.last<number_bytes>(), made->signature.ecdsa.signatureS));
  return out;
}

Result<Buffer> TpmElement::random(std::size_t size) {
  if (size > random_bytes_max) return Error{Errc::too_large, "at most 65536 random bytes at once"};
  Buffer out;
  while (out.size() < size) {
    Out<TPM2B_DIGEST> drawn;
    const auto wanted = static_cast<UINT16>(std::min(size - out.size(), random_at_once));
    TRY(judge("GetRandom", stack().Esys_GetRandom(context_->get(), context_->session(Hide::answer), ESYS_TR_NONE,
                                                  ESYS_TR_NONE, wanted, &drawn)));
    if (drawn->size == 0 || drawn->size > wanted) return Error{Errc::malformed, "the TPM gave no random bytes"};
    Writer{out}.bytes({drawn->buffer, drawn->size});
  }
  return out;
}

Result<crypto::PublicKey> TpmElement::agreement_key() {
  const Handle key = TRY(context_->open_handle(handle_of(handle_, Kept::agreement)));
  return tpm::read_public_key(*context_, key);
}

Result<crypto::Secret<32>> TpmElement::ecdh(const crypto::PublicKey& peer) {
  if (!crypto::is_public_key(peer)) return Error{Errc::malformed, "the peer's public key is not on the curve"};
  const Handle key = TRY(context_->open_handle(handle_of(handle_, Kept::agreement)));
  TPM2B_ECC_POINT point{};
  point.point.x = number_of(Bytes{peer}.first(number_bytes));
  point.point.y = number_of(Bytes{peer}.last(number_bytes));
  Out<TPM2B_ECC_POINT> shared;
  const auto derive = [&](ESYS_TR policy) {
    return stack().Esys_ECDH_ZGen(context_->get(), key, policy, context_->session(Hide::answer), ESYS_TR_NONE, &point,
                                  &shared);
  };
  TRY(context_->with_bond(bond_, derive, "ECDH_ZGen"));
  crypto::Secret<32> out;
  const Status fits = put_number(out.reveal_to_fill(), shared->point.x);
  crypto::wipe(shared->point.x.buffer);
  TRY(fits);
  return out;
}

DeriveSealKey TpmElement::deriver(bool make) {
  return [this, make](const crypto::Digest& of) -> Result<crypto::AeadKey> {
    if (make) TRY(tpm::make_key(*context_, handle_, Kept::sealing, bond_));
    if (!TRY(context_->exists(handle_of(handle_, Kept::sealing)))) {
      return Error{Errc::corrupt, "nothing was sealed here since the last time all was forgotten"};
    }
    const Handle key = TRY(context_->open_handle(handle_of(handle_, Kept::sealing)));
    TPM2B_MAX_BUFFER input{};
    input.size = static_cast<UINT16>(of.size());
    std::copy(of.begin(), of.end(), input.buffer);
    Out<TPM2B_DIGEST> mac;
    const auto derive = [&](ESYS_TR policy) {
      return stack().Esys_HMAC(context_->get(), key, policy, context_->session(Hide::answer), ESYS_TR_NONE, &input,
                               TPM2_ALG_SHA256, &mac);
    };
    TRY(context_->with_bond(bond_, derive, "HMAC"));
    if (mac->size != number_bytes) return Error{Errc::malformed, "the TPM's HMAC is not 32 bytes"};
    crypto::AeadKey out{std::span<const std::uint8_t, number_bytes>{mac->buffer, number_bytes}};
    crypto::wipe(mac->buffer);
    return out;
  };
}

Result<Buffer> TpmElement::seal(std::string_view purpose, Bytes plain) {
  const Buffer fresh = TRY(random(seal_salt_bytes));
  Block<seal_salt_bytes> salt;
  std::copy(fresh.begin(), fresh.end(), salt.begin());
  return seal_with(deriver(true), salt, purpose, plain);
}

Result<Buffer> TpmElement::unseal(std::string_view purpose, Bytes sealed) {
  return unseal_with(deriver(false), purpose, sealed);
}

Status TpmElement::forget_sealed() { return context_->evict(handle_of(handle_, Kept::sealing)); }

Result<Binding> TpmElement::binding() { return bound_ ? Binding::bound : Binding::open; }

Status TpmElement::bind(const BoardSecret& secret) {
  if (bound_) return Error{Errc::conflict, "the element is bound already, for ever"};
  TRY(tpm::change_bond(*context_, handle_, bond_, tpm::password_of(secret)));
  bond_ = TRY(context_->open_handle(handle_of(handle_, Kept::bound)));
  bound_ = true;
  return present(secret);
}

Status TpmElement::present(const BoardSecret& secret) {
  if (!bound_) return Error{Errc::conflict, "the element is not bound to any board yet"};
  context_->set_auth(bond_, tpm::password_of(secret));
  const auto nothing = [](ESYS_TR) { return TSS2_RC{TSS2_RC_SUCCESS}; };
  Status shown = context_->with_bond(bond_, nothing, "PolicySecret");
  if (!shown) context_->set_auth(bond_, {});
  return shown;
}

}  // namespace signet::element
