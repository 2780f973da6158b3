// stack.h -- private to element/tpm/: the TPM 2.0 software stack (tpm2-tss), loaded when the first TPM is named. A
// program that names none needs neither its packages nor memory for it.
#pragma once

#include "base/result.h"

#include <tss2/tss2_esys.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

namespace signet::element::tpm {

// What we call, by its own name. One list, so that what is declared is what is loaded.
#define SIGNET_TPM_STACK(each)                                                                                         \
  each(Esys_Create) each(Esys_CreatePrimary) each(Esys_ECDH_ZGen) each(Esys_EvictControl) each(Esys_Finalize)          \
      each(Esys_FlushContext) each(Esys_Free) each(Esys_GetCapability) each(Esys_GetRandom) each(Esys_HMAC)            \
          each(Esys_Initialize) each(Esys_Load) each(Esys_NV_DefineSpace) each(Esys_NV_Increment) each(Esys_NV_Read)   \
              each(Esys_NV_ReadPublic) each(Esys_NV_UndefineSpace) each(Esys_NV_Write) each(Esys_ObjectChangeAuth)     \
                  each(Esys_PolicySecret) each(Esys_ReadPublic) each(Esys_Sign) each(Esys_StartAuthSession)            \
                      each(Esys_TRSess_SetAttributes) each(Esys_TR_Close) each(Esys_TR_FromTPMPublic)                  \
                          each(Esys_TR_GetName) each(Esys_TR_SetAuth) each(Tss2_RC_Decode) each(Tss2_TctiLdr_Finalize) \
                              each(Tss2_TctiLdr_Initialize)

struct Stack {
#define SIGNET_MEMBER(name) decltype(&::name) name = nullptr;
  SIGNET_TPM_STACK(SIGNET_MEMBER)
#undef SIGNET_MEMBER
};

// unavailable: its libraries are not installed; says which package has them. Once loaded it stays.
Status load_stack();
// REQUIRES: load_stack succeeded.
const Stack& stack();

}  // namespace signet::element::tpm
