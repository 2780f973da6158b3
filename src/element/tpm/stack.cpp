#include "element/tpm/stack.h"

#include <dlfcn.h>

namespace signet::element::tpm {
namespace {

// By the names under which programs are linked with them (tpm2-tss 3 and 4).
constexpr const char* libraries[] = {"libtss2-esys.so.0", "libtss2-tctildr.so.0", "libtss2-rc.so.0"};

Error missing(const char* what) {
  const char* why = ::dlerror();
  return {Errc::unavailable, std::string{"the TPM software stack is not installed: "} + (why ? why : what) +
                                 " (Debian: apt install libtss2-esys-3.0.2-0 libtss2-tctildr0 libtss2-rc0)"};
}

Result<Stack> load() {
  void* opened[std::size(libraries)] = {};
  for (std::size_t i = 0; i < std::size(libraries); ++i) {
    opened[i] = ::dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);  // never closed: its log and its tables are for ever
    if (!opened[i]) return missing(libraries[i]);
  }
  const auto find = [&](const char* name, auto& to) {
    for (void* library : opened) {
      if (void* found = ::dlsym(library, name)) {
        to = reinterpret_cast<std::remove_reference_t<decltype(to)>>(found);
        return true;
      }
    }
    return false;
  };
  Stack out;
#define SIGNET_FIND(name) \
  if (!find(#name, out.name)) return missing(#name);
  SIGNET_TPM_STACK(SIGNET_FIND)
#undef SIGNET_FIND
  return out;
}

const Result<Stack>& loaded() {
  static const Result<Stack> once = load();
  return once;
}

}  // namespace

Status load_stack() {
  if (!loaded()) return loaded().error();
  return {};
}

const Stack& stack() { return loaded().value(); }

}  // namespace signet::element::tpm
