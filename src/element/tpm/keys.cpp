#include "element/tpm/keys.h"

namespace signet::element::tpm {
namespace {

constexpr std::uint32_t command_policy_secret = 0x151;
constexpr std::size_t number_bytes = 32;

constexpr TPMA_OBJECT made_here =
    TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_NODA;
constexpr TPMA_OBJECT by_policy =
    made_here | TPMA_OBJECT_ADMINWITHPOLICY;  // no password opens it, an empty one neither

TPM2B_PUBLIC ecc(TPMA_OBJECT attributes) {
  TPM2B_PUBLIC out{};
  TPMT_PUBLIC& area = out.publicArea;
  area.type = TPM2_ALG_ECC;
  area.nameAlg = TPM2_ALG_SHA256;
  area.objectAttributes = attributes;
  TPMS_ECC_PARMS& ecc = area.parameters.eccDetail;
  ecc.symmetric.algorithm = TPM2_ALG_NULL;
  ecc.scheme.scheme = TPM2_ALG_NULL;
  ecc.curveID = TPM2_ECC_NIST_P256;
  ecc.kdf.scheme = TPM2_ALG_NULL;
  return out;
}

// TCG TPM v2.0 Provisioning Guidance, 7.5.1: the storage root key on P-256.
TPM2B_PUBLIC parent_template() {
  TPM2B_PUBLIC out = ecc(made_here | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT);
  TPMT_SYM_DEF_OBJECT& cipher = out.publicArea.parameters.eccDetail.symmetric;
  cipher.algorithm = TPM2_ALG_AES;
  cipher.keyBits.aes = 128;
  cipher.mode.aes = TPM2_ALG_CFB;
  return out;
}

TPM2B_PUBLIC hmac(TPMA_OBJECT attributes) {
  TPM2B_PUBLIC out{};
  TPMT_PUBLIC& area = out.publicArea;
  area.type = TPM2_ALG_KEYEDHASH;
  area.nameAlg = TPM2_ALG_SHA256;
  area.objectAttributes = attributes | TPMA_OBJECT_SIGN_ENCRYPT;
  area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_HMAC;
  area.parameters.keyedHashDetail.scheme.details.hmac.hashAlg = TPM2_ALG_SHA256;
  return out;
}

TPM2B_PUBLIC template_of(Kept key) {
  switch (key) {
    case Kept::identity: {
      TPM2B_PUBLIC out = ecc(by_policy | TPMA_OBJECT_SIGN_ENCRYPT);
      out.publicArea.parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDSA;
      out.publicArea.parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
      return out;
    }
    case Kept::agreement: return ecc(by_policy | TPMA_OBJECT_DECRYPT);
    case Kept::sealing: return hmac(by_policy);
    case Kept::bond:
    case Kept::bound: return hmac(made_here | TPMA_OBJECT_USERWITHAUTH);
    case Kept::parent: return parent_template();
  }
  ENSURE(false);
  return {};
}

// TPM 2.0 part 3, 23.4: a policy of PolicySecret alone, with no reference.
Result<crypto::Digest> policy_of(Context& context, ESYS_TR bond) {
  Out<TPM2B_NAME> name;
  TRY(judge("ReadPublic", stack().Esys_TR_GetName(context.get(), bond, &name)));
  Buffer text(number_bytes);
  Writer{text}.u32_be(command_policy_secret).bytes({name->name, name->size});
  const crypto::Digest named = crypto::sha256(text);
  return crypto::sha256(named);
}

Status load_and_keep(Context& context, ESYS_TR parent, const TPM2B_PRIVATE& secret_half, const TPM2B_PUBLIC& open_half,
                     TPM2_HANDLE handle) {
  ESYS_TR loaded = ESYS_TR_NONE;
  TRY(judge("Load", stack().Esys_Load(context.get(), parent, context.session(Hide::nothing), ESYS_TR_NONE, ESYS_TR_NONE,
                                      &secret_half, &open_half, &loaded)));
  Status kept = context.persist(loaded, handle);
  context.flush(loaded);
  return kept;
}

}  // namespace

Status make_parent(Context& context, std::uint32_t base) {
  if (TRY(context.exists(handle_of(base, Kept::parent)))) return {};
  const TPM2B_SENSITIVE_CREATE no_password{};
  const TPM2B_PUBLIC wanted = parent_template();
  const TPM2B_DATA no_note{};
  const TPML_PCR_SELECTION no_pcr{};
  ESYS_TR made = ESYS_TR_NONE;
  Out<TPM2B_PUBLIC> open_half;
  Out<TPM2B_CREATION_DATA> data;
  Out<TPM2B_DIGEST> hash;
  Out<TPMT_TK_CREATION> ticket;
  TRY(judge("CreatePrimary", stack().Esys_CreatePrimary(context.get(), ESYS_TR_RH_OWNER, context.session(Hide::nothing),
                                                        ESYS_TR_NONE, ESYS_TR_NONE, &no_password, &wanted, &no_note,
                                                        &no_pcr, &made, &open_half, &data, &hash, &ticket)));
  Status kept = context.persist(made, handle_of(base, Kept::parent));
  context.flush(made);
  return kept;
}

Status make_key(Context& context, std::uint32_t base, Kept key, ESYS_TR bond) {
  if (TRY(context.exists(handle_of(base, key)))) return {};
  const Handle parent = TRY(context.open_handle(handle_of(base, Kept::parent)));
  TPM2B_PUBLIC wanted = template_of(key);
  if (key != Kept::bond) {
    const crypto::Digest policy = TRY(policy_of(context, bond));
    wanted.publicArea.authPolicy.size = static_cast<UINT16>(policy.size());
    std::copy(policy.begin(), policy.end(), wanted.publicArea.authPolicy.buffer);
  }
  const TPM2B_SENSITIVE_CREATE no_password{};
  const TPM2B_DATA no_note{};
  const TPML_PCR_SELECTION no_pcr{};
  Out<TPM2B_PRIVATE> secret_half;
  Out<TPM2B_PUBLIC> open_half;
  Out<TPM2B_CREATION_DATA> data;
  Out<TPM2B_DIGEST> hash;
  Out<TPMT_TK_CREATION> ticket;
  TRY(judge("Create", stack().Esys_Create(context.get(), parent, context.session(Hide::both), ESYS_TR_NONE,
                                          ESYS_TR_NONE, &no_password, &wanted, &no_note, &no_pcr, &secret_half,
                                          &open_half, &data, &hash, &ticket)));
  return load_and_keep(context, parent, *secret_half, *open_half, handle_of(base, key));
}

Result<crypto::PublicKey> read_public_key(Context& context, ESYS_TR key) {
  Out<TPM2B_PUBLIC> open_half;
  Out<TPM2B_NAME> name;
  Out<TPM2B_NAME> qualified;
  TRY(judge("ReadPublic", stack().Esys_ReadPublic(context.get(), key, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                                  &open_half, &name, &qualified)));
  const TPMT_PUBLIC& area = open_half->publicArea;
  const TPMS_ECC_POINT& point = area.unique.ecc;
  crypto::PublicKey out{};
  if (area.type != TPM2_ALG_ECC || point.x.size > number_bytes || point.y.size > number_bytes) {
    return Error{Errc::malformed, "the key at this TPM handle is not on P-256: choose another ?handle="};
  }
  std::copy_n(point.x.buffer, point.x.size, out.begin() + (number_bytes - point.x.size));
  std::copy_n(point.y.buffer, point.y.size, out.end() - point.y.size);
  if (!crypto::is_public_key(out)) return Error{Errc::malformed, "the key at this TPM handle is not on P-256"};
  return out;
}

Status change_bond(Context& context, std::uint32_t base, ESYS_TR bond, const crypto::Digest& password) {
  const Handle parent = TRY(context.open_handle(handle_of(base, Kept::parent)));
  Out<TPM2B_PUBLIC> open_half;
  Out<TPM2B_NAME> name;
  Out<TPM2B_NAME> qualified;
  TRY(judge("ReadPublic", stack().Esys_ReadPublic(context.get(), bond, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                                  &open_half, &name, &qualified)));
  TPM2B_AUTH value{};
  value.size = static_cast<UINT16>(password.size());
  std::copy(password.begin(), password.end(), value.buffer);
  Out<TPM2B_PRIVATE> secret_half;
  const TSS2_RC changed = stack().Esys_ObjectChangeAuth(context.get(), bond, parent, context.session(Hide::both),
                                                        ESYS_TR_NONE, ESYS_TR_NONE, &value, &secret_half);
  crypto::wipe(value.buffer);
  TRY(judge("ObjectChangeAuth", changed));
  TRY(context.evict(handle_of(base, Kept::bound)));  // what an interrupted one left
  TRY(load_and_keep(context, parent, *secret_half, *open_half, handle_of(base, Kept::bound)));
  return context.evict(handle_of(base, Kept::bond));
}

crypto::Digest password_of(const BoardSecret& secret) {
  return crypto::hmac_sha256(secret.reveal(), bytes_of("signet tpm bond"));
}

}  // namespace signet::element::tpm
