#include "crypto/pkcs11/module.h"

#include <dlfcn.h>
#include <map>
#include <mutex>

namespace signet::crypto {
namespace {

struct Meaning {
  CK_RV rv;
  Errc code;
  const char* words;
};
constexpr Meaning meanings[] = {
    {CKR_PIN_INCORRECT, Errc::unauthenticated, "wrong PIN"},
    {CKR_PIN_LOCKED, Errc::unauthenticated, "the PIN is locked after too many wrong ones"},
    {CKR_PIN_LEN_RANGE, Errc::malformed, "the PIN is too short or too long for this token"},
    {CKR_USER_NOT_LOGGED_IN, Errc::unauthenticated, "not signed in"},
    {CKR_TOKEN_NOT_PRESENT, Errc::unavailable, "the token is not present"},
    {CKR_TOKEN_WRITE_PROTECTED, Errc::forbidden, "the token is write protected"},
    {CKR_DEVICE_MEMORY, Errc::exhausted, "the token has no room left"},
    {CKR_MECHANISM_INVALID, Errc::unavailable, "the token cannot do P-256"},
    {CKR_GENERAL_ERROR, Errc::unavailable, "general error; for SoftHSM, is its token folder readable?"},
};

std::string_view label_of(const CK_TOKEN_INFO& info) {
  const std::string_view label{reinterpret_cast<const char*>(info.label), sizeof info.label};
  const std::size_t last = label.find_last_not_of(' ');
  return label.substr(0, last == label.npos ? 0 : last + 1);
}

// C_Initialize and C_Finalize are for a whole process: the last user of a library ends it, no earlier one.
class Users {
 public:
  Status add(void* library, CK_FUNCTION_LIST& call) {
    const std::lock_guard lock{mutex_};
    if (count_[library] == 0) {
      CK_C_INITIALIZE_ARGS arguments{};
      arguments.flags = CKF_OS_LOCKING_OK;
      const CK_RV rv = call.C_Initialize(&arguments);
      if (rv != CKR_CRYPTOKI_ALREADY_INITIALIZED) TRY(judge("C_Initialize", rv));
    }
    ++count_[library];
    return {};
  }
  void remove(void* library, CK_FUNCTION_LIST& call) {
    const std::lock_guard lock{mutex_};
    if (--count_[library] == 0) call.C_Finalize(nullptr);
  }

 private:
  std::mutex mutex_;
  std::map<void*, int> count_;
};

Users& users() {
  static Users all;
  return all;
}

}  // namespace

Status judge(std::string_view function, CK_RV rv) {
  if (rv == CKR_OK) return {};
  for (const Meaning& meaning : meanings) {
    if (meaning.rv == rv) return Error{meaning.code, std::string{function} + ": " + meaning.words};
  }
  char code[32];
  std::snprintf(code, sizeof code, "0x%08lx", rv);
  return Error{Errc::unavailable, std::string{function} + " failed with " + code};
}

Result<std::unique_ptr<Pkcs11Module>> Pkcs11Module::load(const std::string& file) {
  std::unique_ptr<Pkcs11Module> module{new Pkcs11Module};
  module->library_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module->library_) {
    return Error{Errc::not_found, "PKCS#11 module " + file + " cannot be loaded: " + dlerror() +
                                      " (SoftHSM is Debian's package softhsm2)"};
  }
  const auto get_list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(module->library_, "C_GetFunctionList"));
  if (!get_list) return Error{Errc::malformed, file + " is no PKCS#11 module: it has no C_GetFunctionList"};
  CK_FUNCTION_LIST* list = nullptr;
  TRY(judge("C_GetFunctionList", get_list(&list)));
  TRY(users().add(module->library_, *list));
  module->functions_ = list;
  return module;
}

Pkcs11Module::~Pkcs11Module() {
  if (functions_) users().remove(library_, *functions_);
  if (library_) dlclose(library_);
}

Result<std::vector<CK_SLOT_ID>> Pkcs11Module::slots(bool with_token) {
  const CK_BBOOL present = with_token ? CK_TRUE : CK_FALSE;
  CK_ULONG count = 0;
  TRY(judge("C_GetSlotList", functions_->C_GetSlotList(present, nullptr, &count)));
  std::vector<CK_SLOT_ID> out(count);
  TRY(judge("C_GetSlotList", functions_->C_GetSlotList(present, out.data(), &count)));
  out.resize(count);
  return out;
}

Result<CK_SLOT_ID> Pkcs11Module::slot_of(std::string_view label) {
  for (const CK_SLOT_ID slot : TRY(slots(true))) {
    CK_TOKEN_INFO info{};
    TRY(judge("C_GetTokenInfo", functions_->C_GetTokenInfo(slot, &info)));
    if ((info.flags & CKF_TOKEN_INITIALIZED) != 0 && label_of(info) == label) return slot;
  }
  return Error{Errc::not_found, "no token is labelled \"" + std::string{label} + "\""};
}

}  // namespace signet::crypto
