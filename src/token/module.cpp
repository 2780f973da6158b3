#include "token/module.h"

#include "base/log.h"
#include "token/backend.h"

#include <unistd.h>
#include <mutex>

namespace signet::token {
namespace {

struct Library {
  std::mutex lock;
  pid_t initialised_by = 0;  // 0: nobody
  std::unique_ptr<Token> token;
};

Library& library() {
  static Library* const one = new Library;  // never destroyed: programs call in while they exit
  return *one;
}

// Runs `body` under the lock, for an initialised library. Nothing that C++ throws reaches C.
template <class Body>
CK_RV guarded(Body&& body) noexcept {
  try {
    const std::lock_guard hold{library().lock};
    if (library().initialised_by != ::getpid()) return CKR_CRYPTOKI_NOT_INITIALIZED;
    return body();
  } catch (const std::bad_alloc&) {
    return CKR_HOST_MEMORY;
  } catch (...) {
    return CKR_GENERAL_ERROR;
  }
}

// The token, opened at first need: a program that only lists modules disturbs no element.
CK_RV open_token_once() {
  if (library().token) return CKR_OK;
  auto opened = open_token(config_path());
  if (!opened) {
    log_error("token.absent", {{"why", opened.error().what}});
    return CKR_TOKEN_NOT_PRESENT;
  }
  library().token = std::move(opened).value();
  return CKR_OK;
}

template <class Body>
CK_RV with_token(CK_SLOT_ID slot, Body&& body) noexcept {
  return guarded([&] {
    if (slot != only_slot) return CK_RV{CKR_SLOT_ID_INVALID};
    const CK_RV opened = open_token_once();
    return opened != CKR_OK ? opened : body(*library().token);
  });
}

template <class Body>
CK_RV in_session(Body&& body) noexcept {
  return guarded([&]() -> CK_RV { return library().token ? body(*library().token) : CKR_SESSION_HANDLE_INVALID; });
}

// Section 5.2: without a list only the number is told.
template <class T, class Source>
CK_RV put_list(const Source& source, T* list, CK_ULONG* count) {
  if (!count) return CKR_ARGUMENTS_BAD;
  const CK_ULONG room = std::exchange(*count, std::size(source));
  if (!list) return CKR_OK;
  if (room < std::size(source)) return CKR_BUFFER_TOO_SMALL;
  std::copy(std::begin(source), std::end(source), list);
  return CKR_OK;
}

CK_RV initialize(void* arguments) noexcept {
  const auto* given = static_cast<const CK_C_INITIALIZE_ARGS*>(arguments);
  if (given && given->pReserved) return CKR_ARGUMENTS_BAD;
  Library& one = library();
  const std::lock_guard hold{one.lock};
  if (one.initialised_by == ::getpid()) return CKR_CRYPTOKI_ALREADY_INITIALIZED;
  one.token.reset();  // a parent's, after a fork: its sockets are the parent's too
  one.initialised_by = ::getpid();
  return CKR_OK;
}

CK_RV finalize(void* reserved) noexcept {
  return guarded([&]() -> CK_RV {
    if (reserved) return CKR_ARGUMENTS_BAD;
    library().token.reset();
    library().initialised_by = 0;
    return CKR_OK;
  });
}

CK_RV get_info(CK_INFO* out) noexcept {
  return guarded([&]() -> CK_RV {
    if (!out) return CKR_ARGUMENTS_BAD;
    *out = {};
    out->cryptokiVersion = {CRYPTOKI_VERSION_MAJOR, CRYPTOKI_VERSION_MINOR};
    put_text(out->manufacturerID, manufacturer);
    put_text(out->libraryDescription, "Signet secure element");
    return CKR_OK;
  });
}

CK_RV get_slot_list(CK_BBOOL with_token_only, CK_SLOT_ID* list, CK_ULONG* count) noexcept {
  return guarded([&] {
    const bool shown = !with_token_only || open_token_once() == CKR_OK;
    const std::vector<CK_SLOT_ID> slots(shown ? 1 : 0, only_slot);
    return put_list(slots, list, count);
  });
}

CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO* out) noexcept {
  return guarded([&]() -> CK_RV {
    if (slot != only_slot) return CKR_SLOT_ID_INVALID;
    if (!out) return CKR_ARGUMENTS_BAD;
    *out = {};
    put_text(out->slotDescription, "Signet secure element");
    put_text(out->manufacturerID, manufacturer);
    out->flags = CKF_HW_SLOT | CKF_REMOVABLE_DEVICE;
    if (open_token_once() == CKR_OK) out->flags |= CKF_TOKEN_PRESENT;
    return CKR_OK;
  });
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* out) noexcept {
  return with_token(slot, [&](Token& token) -> CK_RV {
    if (!out) return CKR_ARGUMENTS_BAD;
    token.describe(*out);
    return CKR_OK;
  });
}

CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE* list, CK_ULONG* count) noexcept {
  return guarded([&]() -> CK_RV {
    if (slot != only_slot) return CKR_SLOT_ID_INVALID;
    std::vector<CK_MECHANISM_TYPE> types;
    for (const Mechanism& mechanism : mechanisms()) types.push_back(mechanism.type);
    return put_list(types, list, count);
  });
}

CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO* out) noexcept {
  return guarded([&]() -> CK_RV {
    if (slot != only_slot) return CKR_SLOT_ID_INVALID;
    if (!out) return CKR_ARGUMENTS_BAD;
    for (const Mechanism& mechanism : mechanisms()) {
      if (mechanism.type == type) return *out = mechanism.info, CKR_OK;
    }
    return CKR_MECHANISM_INVALID;
  });
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void*, CK_NOTIFY, CK_SESSION_HANDLE* out) noexcept {
  return with_token(slot, [&](Token& token) { return out ? token.open(flags, *out) : CK_RV{CKR_ARGUMENTS_BAD}; });
}

CK_RV close_session(CK_SESSION_HANDLE session) noexcept {
  return in_session([&](Token& token) { return token.close(session); });
}

CK_RV close_all_sessions(CK_SLOT_ID slot) noexcept {
  return guarded([&]() -> CK_RV {
    if (slot != only_slot) return CKR_SLOT_ID_INVALID;
    if (library().token) library().token->close_all();
    return CKR_OK;
  });
}

CK_RV get_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO* out) noexcept {
  return in_session([&](Token& token) { return out ? token.describe(session, *out) : CK_RV{CKR_ARGUMENTS_BAD}; });
}

// There is no PIN to be right or wrong; programs that always log in may.
CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char*, CK_ULONG) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    CK_SESSION_INFO info;
    if (const CK_RV rv = token.describe(session, info); rv != CKR_OK) return rv;
    return user == CKU_USER ? CKR_OK : CKR_USER_TYPE_INVALID;
  });
}

CK_RV logout(CK_SESSION_HANDLE session) noexcept { return login(session, CKU_USER, nullptr, 0); }

CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE* wanted, CK_ULONG count) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    if (!wanted && count != 0) return CKR_ARGUMENTS_BAD;
    return token.find_begin(session, {wanted, count});
  });
}

CK_RV find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* list, CK_ULONG room, CK_ULONG* count) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    if (!count || (!list && room != 0)) return CKR_ARGUMENTS_BAD;
    return token.find_next(session, {list, room}, *count);
  });
}

CK_RV find_objects_final(CK_SESSION_HANDLE session) noexcept {
  return in_session([&](Token& token) { return token.find_end(session); });
}

CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* asked,
                          CK_ULONG count) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    if (!asked || count == 0) return CKR_ARGUMENTS_BAD;
    return token.read(session, object, {asked, count});
  });
}

CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    return mechanism ? token.sign_begin(session, mechanism->mechanism, key) : CKR_ARGUMENTS_BAD;
  });
}

CK_RV sign(CK_SESSION_HANDLE session, unsigned char* data, CK_ULONG size, unsigned char* out,
           CK_ULONG* written) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    if (!written || (!data && size != 0)) return CKR_ARGUMENTS_BAD;
    return token.sign(session, Bytes{data, size}, {out, out ? *written : 0}, *written);
  });
}

CK_RV sign_update(CK_SESSION_HANDLE session, unsigned char* part, CK_ULONG size) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    return part || size == 0 ? token.sign_more(session, Bytes{part, size}) : CKR_ARGUMENTS_BAD;
  });
}

CK_RV sign_final(CK_SESSION_HANDLE session, unsigned char* out, CK_ULONG* written) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    return written ? token.sign_end(session, {out, out ? *written : 0}, *written) : CKR_ARGUMENTS_BAD;
  });
}

CK_RV generate_random(CK_SESSION_HANDLE session, unsigned char* out, CK_ULONG size) noexcept {
  return in_session([&](Token& token) -> CK_RV {
    return out || size == 0 ? token.random(session, {out, size}) : CKR_ARGUMENTS_BAD;
  });
}

CK_RV seed_random(CK_SESSION_HANDLE, unsigned char*, CK_ULONG) noexcept { return CKR_RANDOM_SEED_NOT_SUPPORTED; }

CK_RV get_function_list(CK_FUNCTION_LIST** out) noexcept;

// An entry point that is not there, of whatever shape.
template <class Function>
struct Absent;
template <class... Arguments>
struct Absent<CK_RV (*)(Arguments...)> {
  static CK_RV call(Arguments...) noexcept { return CKR_FUNCTION_NOT_SUPPORTED; }
};
template <class... Functions>
void mark_absent(Functions&... members) {
  ((members = Absent<Functions>::call), ...);
}

CK_FUNCTION_LIST make_list() {
  CK_FUNCTION_LIST f{};
  f.version = {CRYPTOKI_VERSION_MAJOR, CRYPTOKI_VERSION_MINOR};
  mark_absent(f.C_InitToken, f.C_InitPIN, f.C_SetPIN, f.C_GetOperationState, f.C_SetOperationState, f.C_CreateObject,
              f.C_CopyObject, f.C_DestroyObject, f.C_GetObjectSize, f.C_SetAttributeValue, f.C_EncryptInit, f.C_Encrypt,
              f.C_EncryptUpdate, f.C_EncryptFinal, f.C_DecryptInit, f.C_Decrypt, f.C_DecryptUpdate, f.C_DecryptFinal,
              f.C_DigestInit, f.C_Digest, f.C_DigestUpdate, f.C_DigestKey, f.C_DigestFinal);
  mark_absent(f.C_SignRecoverInit, f.C_SignRecover, f.C_VerifyInit, f.C_Verify, f.C_VerifyUpdate, f.C_VerifyFinal,
              f.C_VerifyRecoverInit, f.C_VerifyRecover, f.C_DigestEncryptUpdate, f.C_DecryptDigestUpdate,
              f.C_SignEncryptUpdate, f.C_DecryptVerifyUpdate, f.C_GenerateKey, f.C_GenerateKeyPair, f.C_WrapKey,
              f.C_UnwrapKey, f.C_DeriveKey, f.C_GetFunctionStatus, f.C_CancelFunction, f.C_WaitForSlotEvent);
  f.C_Initialize = initialize;
  f.C_Finalize = finalize;
  f.C_GetInfo = get_info;
  f.C_GetFunctionList = get_function_list;
  f.C_GetSlotList = get_slot_list;
  f.C_GetSlotInfo = get_slot_info;
  f.C_GetTokenInfo = get_token_info;
  f.C_GetMechanismList = get_mechanism_list;
  f.C_GetMechanismInfo = get_mechanism_info;
  f.C_OpenSession = open_session;
  f.C_CloseSession = close_session;
  f.C_CloseAllSessions = close_all_sessions;
  f.C_GetSessionInfo = get_session_info;
  f.C_Login = login;
  f.C_Logout = logout;
  f.C_FindObjectsInit = find_objects_init;
  f.C_FindObjects = find_objects;
  f.C_FindObjectsFinal = find_objects_final;
  f.C_GetAttributeValue = get_attribute_value;
  f.C_SignInit = sign_init;
  f.C_Sign = sign;
  f.C_SignUpdate = sign_update;
  f.C_SignFinal = sign_final;
  f.C_GenerateRandom = generate_random;
  f.C_SeedRandom = seed_random;
  return f;
}

CK_RV get_function_list(CK_FUNCTION_LIST** out) noexcept {
  static CK_FUNCTION_LIST list = make_list();
  if (!out) return CKR_ARGUMENTS_BAD;
  *out = &list;
  return CKR_OK;
}

}  // namespace

CK_RV function_list(CK_FUNCTION_LIST** out) { return get_function_list(out); }

}  // namespace signet::token
