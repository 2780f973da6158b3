#include "element/tpm/context.h"

#include <cstdlib>

namespace signet::element::tpm {
namespace {

constexpr std::string_view tctis[] = {"device:", "swtpm:", "mssim:", "tabrmd:"};
constexpr TSS2_RC format_one = 0x080;  // TPM 2.0 part 2, 6.6.2: the low six bits are the code
constexpr TSS2_RC format_one_mask = 0x0bf;
constexpr TSS2_RC layer_mask = 0x00ff0000;  // not zero: not the TPM itself but a layer of the stack
constexpr UINT32 handles_max = 64;

struct Meaning {
  TSS2_RC rc;
  Errc code;
  const char* words;
};
constexpr Meaning meanings[] = {
    {TPM2_RC_AUTH_FAIL, Errc::forbidden, "wrong authorisation"},
    {TPM2_RC_BAD_AUTH, Errc::forbidden,
     "wrong authorisation; if the owner hierarchy has a password, name its file with ?owner-source="},
    {TPM2_RC_POLICY_FAIL, Errc::forbidden, "the key's policy is not met"},
    {TPM2_RC_LOCKOUT, Errc::exhausted,
     "the TPM is locked out after too many wrong authorisations: wait, or tpm2_clear"},
    {TPM2_RC_HANDLE, Errc::not_found, "the TPM has nothing at this handle"},
    {TPM2_RC_VALUE, Errc::malformed, "the TPM does not take this value or handle"},
    {TPM2_RC_NV_DEFINED, Errc::conflict, "the NV index, or the handle, is in use already: choose another ?handle="},
    {TPM2_RC_NV_SPACE, Errc::exhausted, "the TPM has no room left: tpm2_getcap handles-persistent shows what is in it"},
    {TPM2_RC_NV_RATE, Errc::exhausted, "the TPM spares its memory: try again in a minute"},
    {TPM2_RC_NV_UNINITIALIZED, Errc::corrupt, "the NV index was never written"},
    {TPM2_RC_OBJECT_MEMORY, Errc::exhausted, "too many keys are loaded: use a resource manager, device:/dev/tpmrm0"},
    {TPM2_RC_SESSION_MEMORY, Errc::exhausted, "too many sessions are open: use a resource manager, device:/dev/tpmrm0"},
    {TPM2_RC_INITIALIZE, Errc::unavailable, "the TPM was not started: tpm2_startup -c"},
    {TPM2_RC_RETRY, Errc::unavailable, "the TPM is busy: try again"},
    {TPM2_RC_CURVE, Errc::unavailable, "the TPM does not do P-256"},
};

TSS2_RC code_of(TSS2_RC rc) { return (rc & format_one) != 0 ? rc & format_one_mask : rc; }

}  // namespace

bool is_wrong_auth(TSS2_RC rc) {
  if ((rc & layer_mask) != 0) return false;
  return code_of(rc) == TPM2_RC_AUTH_FAIL || code_of(rc) == TPM2_RC_BAD_AUTH;
}

Status judge(std::string_view command, TSS2_RC rc) {
  if (rc == TSS2_RC_SUCCESS) return {};
  const std::string place = "TPM2_" + std::string{command} + ": ";
  const std::string decoded = std::string{" ("} + stack().Tss2_RC_Decode(rc) + ")";
  if ((rc & layer_mask) == 0) {
    for (const Meaning& meaning : meanings) {
      if (meaning.rc == code_of(rc))
        return Error{meaning.code, std::string{place}.append(meaning.words).append(decoded)};
    }
  }
  return Error{Errc::unavailable, place + "failed" + decoded};
}

Result<std::unique_ptr<Context>> Context::open(const std::string& tcti) {
  const auto is_scheme = [&](std::string_view scheme) { return tcti.starts_with(scheme); };
  if (std::ranges::none_of(tctis, is_scheme)) {
    return Error{Errc::malformed,
                 "TPM \"" + tcti + "\": there is device:/dev/tpmrm0, tabrmd:, swtpm:path=SOCKET, mssim:"};
  }
  TRY(load_stack());
  ::setenv("TSS2_LOG", "all+none", 0);  // its errors come back as values; on stderr they would be said twice
  std::unique_ptr<Context> made{new Context};
  const TSS2_RC reached = stack().Tss2_TctiLdr_Initialize(tcti.c_str(), &made->tcti_);
  if (reached != TSS2_RC_SUCCESS) {
    return Error{Errc::unavailable, "no TPM answers at " + tcti + " (" + stack().Tss2_RC_Decode(reached) +
                                        "): is the device there, or swtpm running, and may you open it?"};
  }
  TRY(judge("Initialize", stack().Esys_Initialize(&made->esys_, made->tcti_, nullptr)));
  TRY(made->learn_kind());
  return made;
}

Context::~Context() {
  if (session_ != ESYS_TR_NONE) stack().Esys_FlushContext(esys_, session_);
  if (esys_) stack().Esys_Finalize(&esys_);
  if (tcti_) stack().Tss2_TctiLdr_Finalize(&tcti_);
}

// A simulator says so in its vendor's string ("SW   TPM" for swtpm), also behind a device node.
Status Context::learn_kind() {
  Out<TPMS_CAPABILITY_DATA> said;
  TPMI_YES_NO more = 0;
  TRY(judge("GetCapability",
            stack().Esys_GetCapability(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_TPM_PROPERTIES,
                                       TPM2_PT_VENDOR_STRING_1, 1, &more, &said)));
  const auto& list = said->data.tpmProperties;
  constexpr UINT32 software = 0x53572020;  // "SW  "
  simulator_ = list.count == 1 && list.tpmProperty[0].property == TPM2_PT_VENDOR_STRING_1 &&
               (list.tpmProperty[0].value & 0xffff0000) == (software & 0xffff0000);
  return {};
}

Status Context::start_session(ESYS_TR salt_key) {
  if (session_ != ESYS_TR_NONE) stack().Esys_FlushContext(esys_, std::exchange(session_, ESYS_TR_NONE));
  const auto start = [&] {
    return stack().Esys_StartAuthSession(esys_, salt_key, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                         nullptr, TPM2_SE_HMAC, &session_cipher, TPM2_ALG_SHA256, &session_);
  };
  TSS2_RC rc = start();
  if (rc == TPM2_RC_SESSION_MEMORY || rc == TPM2_RC_OBJECT_MEMORY) {
    flush_leftovers(TPM2_LOADED_SESSION_FIRST);
    flush_leftovers(TPM2_TRANSIENT_FIRST);
    rc = start();
  }
  return judge("StartAuthSession", rc);
}

void Context::flush_leftovers(TPM2_HANDLE first) {
  Out<TPMS_CAPABILITY_DATA> said;
  TPMI_YES_NO more = 0;
  const TSS2_RC rc = stack().Esys_GetCapability(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_HANDLES,
                                                first, handles_max, &more, &said);
  if (rc != TSS2_RC_SUCCESS) return;
  for (UINT32 i = 0; i < said->data.handles.count; ++i) {
    ESYS_TR left = ESYS_TR_NONE;
    const TPM2_HANDLE handle = said->data.handles.handle[i];
    if (stack().Esys_TR_FromTPMPublic(esys_, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &left) ==
        TSS2_RC_SUCCESS) {
      stack().Esys_FlushContext(esys_, left);
    }
  }
}

ESYS_TR Context::session(Hide hide) {
  ENSURE(session_ != ESYS_TR_NONE);
  const auto attributes = static_cast<TPMA_SESSION>(TPMA_SESSION_CONTINUESESSION | static_cast<TPMA_SESSION>(hide));
  ENSURE(stack().Esys_TRSess_SetAttributes(esys_, session_, attributes, 0xff) == TSS2_RC_SUCCESS);
  return session_;
}

Status Context::with_bond(ESYS_TR bond, const std::function<TSS2_RC(ESYS_TR policy)>& use, std::string_view command) {
  ESYS_TR policy = ESYS_TR_NONE;
  TRY(judge("StartAuthSession",
            stack().Esys_StartAuthSession(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                          nullptr, TPM2_SE_POLICY, &session_cipher, TPM2_ALG_SHA256, &policy)));
  Out<TPM2B_TIMEOUT> timeout;
  Out<TPMT_TK_AUTH> ticket;
  const TSS2_RC shown = stack().Esys_PolicySecret(esys_, bond, policy, session(Hide::nothing), ESYS_TR_NONE,
                                                  ESYS_TR_NONE, nullptr, nullptr, nullptr, 0, &timeout, &ticket);
  Status done = judge("PolicySecret", shown);
  if (is_wrong_auth(shown)) done = Error{Errc::forbidden, "the element is bound to a board and this is not its secret"};
  if (done) done = judge(command, use(policy));
  stack().Esys_FlushContext(esys_, policy);  // fails when the command used it up; either way it is gone
  return done;
}

void Context::set_auth(ESYS_TR object, Bytes auth) {
  TPM2B_AUTH value{};
  ENSURE(auth.size() <= sizeof value.buffer);
  value.size = static_cast<UINT16>(auth.size());
  std::copy(auth.begin(), auth.end(), value.buffer);
  ENSURE(stack().Esys_TR_SetAuth(esys_, object, &value) == TSS2_RC_SUCCESS);
  crypto::wipe(value.buffer);
}

Result<bool> Context::exists(TPM2_HANDLE handle) {
  Out<TPMS_CAPABILITY_DATA> said;
  TPMI_YES_NO more = 0;
  TRY(judge("GetCapability", stack().Esys_GetCapability(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                                        TPM2_CAP_HANDLES, handle, 1, &more, &said)));
  return said->data.handles.count == 1 && said->data.handles.handle[0] == handle;
}

Result<Handle> Context::open_handle(TPM2_HANDLE handle) {
  ESYS_TR object = ESYS_TR_NONE;
  TRY(judge("ReadPublic",
            stack().Esys_TR_FromTPMPublic(esys_, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &object)));
  return Handle{esys_, object};
}

Status Context::persist(ESYS_TR transient, TPM2_HANDLE handle) {
  ESYS_TR kept = ESYS_TR_NONE;
  TRY(judge("EvictControl", stack().Esys_EvictControl(esys_, ESYS_TR_RH_OWNER, transient, session(Hide::nothing),
                                                      ESYS_TR_NONE, ESYS_TR_NONE, handle, &kept)));
  stack().Esys_TR_Close(esys_, &kept);
  return {};
}

Status Context::evict(TPM2_HANDLE handle) {
  if (!TRY(exists(handle))) return {};
  const Handle object = TRY(open_handle(handle));
  ESYS_TR gone = ESYS_TR_NONE;
  return judge("EvictControl", stack().Esys_EvictControl(esys_, ESYS_TR_RH_OWNER, object, session(Hide::nothing),
                                                         ESYS_TR_NONE, ESYS_TR_NONE, handle, &gone));
}

void Context::flush(ESYS_TR transient) { stack().Esys_FlushContext(esys_, transient); }

}  // namespace signet::element::tpm
