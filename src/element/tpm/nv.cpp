#include "element/tpm/nv.h"

#include "element/tpm/keys.h"
#include "element/tpm/tpm.h"

namespace signet::element {
namespace tpm {
namespace {

constexpr std::size_t part_bytes = 512;  // every TPM takes as much at once
constexpr TPMA_NV counting =
    (TPM2_NT_COUNTER << TPMA_NV_TPM2_NT_SHIFT) | TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_NO_DA;
constexpr TPMA_NV owners_data = TPMA_NV_AUTHREAD | TPMA_NV_OWNERREAD | TPMA_NV_OWNERWRITE | TPMA_NV_NO_DA;

Status define(Context& context, TPM2_HANDLE index, TPMA_NV attributes, std::size_t size) {
  const TPM2B_AUTH no_password{};
  TPM2B_NV_PUBLIC wanted{};
  wanted.nvPublic.nvIndex = index;
  wanted.nvPublic.nameAlg = TPM2_ALG_SHA256;
  wanted.nvPublic.attributes = attributes;
  wanted.nvPublic.dataSize = static_cast<UINT16>(size);
  ESYS_TR made = ESYS_TR_NONE;
  return judge("NV_DefineSpace",
               stack().Esys_NV_DefineSpace(context.get(), ESYS_TR_RH_OWNER, context.session(Hide::nothing),
                                           ESYS_TR_NONE, ESYS_TR_NONE, &no_password, &wanted, &made));
}

Result<Buffer> read(Context& context, ESYS_TR index, std::size_t size) {
  Buffer out;
  while (out.size() < size) {
    const auto wanted = static_cast<UINT16>(std::min(size - out.size(), part_bytes));
    Out<TPM2B_MAX_NV_BUFFER> part;
    TRY(judge("NV_Read", stack().Esys_NV_Read(context.get(), index, index, context.session(Hide::nothing), ESYS_TR_NONE,
                                              ESYS_TR_NONE, wanted, static_cast<UINT16>(out.size()), &part)));
    if (part->size != wanted) return Error{Errc::malformed, "the TPM's NV answered with another size"};
    Writer{out}.bytes({part->buffer, part->size});
  }
  return out;
}

}  // namespace

Status count(Context& context, TPM2_HANDLE index) {
  const Handle object = TRY(context.open_handle(index));
  return judge("NV_Increment", stack().Esys_NV_Increment(context.get(), object, object, context.session(Hide::nothing),
                                                         ESYS_TR_NONE, ESYS_TR_NONE));
}

Status make_counter(Context& context, TPM2_HANDLE index) {
  if (!TRY(context.exists(index))) TRY(define(context, index, counting, sizeof(std::uint64_t)));
  return count(context, index);
}

Result<std::uint64_t> read_counter(Context& context, TPM2_HANDLE index) {
  const Handle object = TRY(context.open_handle(index));
  const Buffer value = TRY(read(context, object, sizeof(std::uint64_t)));
  return Reader{value}.u64_be();
}

Result<Buffer> read_data(Context& context, TPM2_HANDLE index) {
  if (!TRY(context.exists(index))) return Error{Errc::not_found, "the TPM has no such NV index"};
  const Handle object = TRY(context.open_handle(index));
  Out<TPM2B_NV_PUBLIC> facts;
  Out<TPM2B_NAME> name;
  TRY(judge("NV_ReadPublic", stack().Esys_NV_ReadPublic(context.get(), object, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                                        &facts, &name)));
  return read(context, object, facts->nvPublic.dataSize);
}

Status write_data(Context& context, TPM2_HANDLE index, Bytes data) {
  if (TRY(context.exists(index))) {
    const Handle before = TRY(context.open_handle(index));
    TRY(judge("NV_UndefineSpace",
              stack().Esys_NV_UndefineSpace(context.get(), ESYS_TR_RH_OWNER, before, context.session(Hide::nothing),
                                            ESYS_TR_NONE, ESYS_TR_NONE)));
  }
  TRY(define(context, index, owners_data, data.size()));
  const Handle object = TRY(context.open_handle(index));
  for (std::size_t at = 0; at < data.size(); at += part_bytes) {
    const Bytes rest = data.subspan(at, std::min(data.size() - at, part_bytes));
    TPM2B_MAX_NV_BUFFER part{};
    part.size = static_cast<UINT16>(rest.size());
    std::copy(rest.begin(), rest.end(), part.buffer);
    TRY(judge("NV_Write", stack().Esys_NV_Write(context.get(), ESYS_TR_RH_OWNER, object, context.session(Hide::nothing),
                                                ESYS_TR_NONE, ESYS_TR_NONE, &part, static_cast<UINT16>(at))));
  }
  return {};
}

}  // namespace tpm

Result<std::uint32_t> TpmElement::counter(unsigned id) {
  if (id >= own_counters) return no_such_counter();
  const std::uint64_t value = TRY(tpm::read_counter(*context_, tpm::nv_of(handle_, id)));
  if (value > UINT32_MAX) return Error{Errc::exhausted, "the counter is past 32 bits"};
  return static_cast<std::uint32_t>(value);
}

Result<std::uint32_t> TpmElement::increment(unsigned id) {
  if (id >= own_counters) return no_such_counter();
  TRY(tpm::count(*context_, tpm::nv_of(handle_, id)));
  return counter(id);
}

Result<Certificates> TpmElement::certificates() {
  const auto kept = tpm::read_data(*context_, tpm::nv_of(handle_, tpm::nv_certificates));
  if (!kept && kept.error().code == Errc::not_found) return no_certificate_yet();
  auto chain = kept ? decode_chain(kept.value()) : Result<std::vector<Buffer>>{kept.error()};
  if (chain) return Certificates{std::move(chain).value()};
  return Error{Errc::corrupt, "the certificates in the TPM do not read: signet element install puts them right"};
}

Status TpmElement::store_certificates(const std::vector<Buffer>& chain) {
  const Buffer bytes = TRY(encode_chain(chain));
  return tpm::write_data(*context_, tpm::nv_of(handle_, tpm::nv_certificates), bytes);
}

}  // namespace signet::element
