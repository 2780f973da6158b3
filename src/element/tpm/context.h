// context.h -- one connection to a TPM 2.0 through ESAPI: its sessions, its handles, its errors in words.
#pragma once

#include "crypto/secret.h"
#include "element/element.h"
#include "element/tpm/stack.h"

#include <functional>
#include <memory>

namespace signet::element::tpm {

struct EsysFree {
  void operator()(void* made) const { stack().Esys_Free(made); }
};
template <class T>
using EsysPtr = std::unique_ptr<T, EsysFree>;
// What an Esys_ call makes: out(made) takes it.
template <class T>
class Out {
 public:
  ~Out() { stack().Esys_Free(made_); }
  T** operator&() { return &made_; }  // as the C interface wants it
  T* operator->() const { return made_; }
  T& operator*() const { return *made_; }

 private:
  T* made_ = nullptr;
};

// {} for success; else "TPM2_Sign: the TPM wants another authorisation (...)" and the code that fits.
Status judge(std::string_view command, TSS2_RC rc);
bool is_wrong_auth(TSS2_RC rc);

// Which parameter of a command its session hides from the bus: the first of the command, of the answer, or both.
enum class Hide : TPMA_SESSION {
  nothing = 0,
  command = TPMA_SESSION_DECRYPT,
  answer = TPMA_SESSION_ENCRYPT,
  both = TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT
};

// What the stack knows of one object in the TPM; it forgets it with this. The object itself stays. The stack knows each
// object once: two of these for one object would be one, and gone with the first.
class Handle {
 public:
  Handle() = default;
  Handle(ESYS_CONTEXT* esys, ESYS_TR object) : esys_(esys), object_(object) {}
  Handle(Handle&& other) noexcept : esys_(other.esys_), object_(std::exchange(other.object_, ESYS_TR_NONE)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(esys_, other.esys_);
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): it takes TRY's return for the end of a handle
    if (object_ != ESYS_TR_NONE) stack().Esys_TR_Close(esys_, &object_);
  }
  operator ESYS_TR() const { return object_; }

 private:
  ESYS_CONTEXT* esys_ = nullptr;
  ESYS_TR object_ = ESYS_TR_NONE;
};

class Context {
 public:
  // "device:/dev/tpmrm0", "swtpm:path=/run/tpm.sock", "mssim:...", "tabrmd:...". Others are refused: a TCTI's name can
  // be a library to load or a command to run.
  static Result<std::unique_ptr<Context>> open(const std::string& tcti);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  ESYS_CONTEXT* get() { return esys_; }
  bool is_simulator() const { return simulator_; }

  // An HMAC session, in place of the one before, salted with `salt_key`: whoever listens to the bus cannot know its
  // keys. ESYS_TR_NONE: unsalted, for making the first key.
  Status start_session(ESYS_TR salt_key);
  // That session, for one call. REQUIRES: start_session.
  ESYS_TR session(Hide hide);
  // Runs `use` with a fresh policy session in which PolicySecret(bond) holds. forbidden when the bond's secret is
  // wrong.
  Status with_bond(ESYS_TR bond, const std::function<TSS2_RC(ESYS_TR policy)>& use, std::string_view command);

  void set_auth(ESYS_TR object, Bytes auth);
  Result<bool> exists(TPM2_HANDLE handle);
  Result<Handle> open_handle(TPM2_HANDLE handle);  // persistent, or an NV index
  Status persist(ESYS_TR transient, TPM2_HANDLE handle);
  Status evict(TPM2_HANDLE handle);  // fine when there is none
  void flush(ESYS_TR transient);

 private:
  Context() = default;
  Status learn_kind();
  void flush_leftovers(TPM2_HANDLE first);  // what a killed program left in a TPM without a resource manager

  TSS2_TCTI_CONTEXT* tcti_ = nullptr;
  ESYS_CONTEXT* esys_ = nullptr;
  ESYS_TR session_ = ESYS_TR_NONE;
  bool simulator_ = false;
};

inline constexpr TPMT_SYM_DEF session_cipher{TPM2_ALG_AES, {128}, {TPM2_ALG_CFB}};

}  // namespace signet::element::tpm
