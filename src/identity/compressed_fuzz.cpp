#include "identity/compressed.h"

#include "identity/template.h"

#include <cstdlib>

// Dates that unpack pack to the same bytes, unless the leap day was moved. Without the CA's key nothing else rebuilds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::identity;
  if (size != std::tuple_size_v<Compressed>) return 0;
  Compressed compressed;
  std::copy(data, data + size, compressed.begin());
  Certificate issuer;
  issuer.subject_common_name = "Signet Root CA";
  issuer.subject_organization = "Signet";
  issuer.subject_name = encode_name("Signet", "", issuer.subject_common_name);
  const crypto::PrivateKey key{std::span<const std::uint8_t, 32>{crypto::sha256(bytes_of("fuzz"))}};
  issuer.public_key = crypto::public_key_of(key);
  if (rebuild_signer(compressed, issuer.public_key, issuer)) std::abort();
  issuer.subject_common_name = "Signet Signer F600";
  if (rebuild_device(compressed, issuer.public_key, "sn0123A1B2C3D4E5F601", issuer)) std::abort();

  PackedDates dates{{data[64], data[65], data[66]}, static_cast<std::uint8_t>(data[70] & 15), data[71]};
  const auto term = unpack_dates(dates);
  if (!term) return 0;
  const auto years = years_between(term.value().not_before, term.value().not_after);
  if (!years) std::abort();
  const auto packed = pack_dates(term.value().not_before, years.value());
  if (!packed || packed.value().bytes != dates.bytes || packed.value().more != dates.more) std::abort();
  return 0;
}
