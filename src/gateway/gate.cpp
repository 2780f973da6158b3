#include "gateway/gate.h"

#include "crypto/digest.h"
#include "identity/certificate.h"

namespace signet::gateway {
namespace {

std::string name_in(Bytes certificate_der) {
  auto name = identity::common_name_of_known(certificate_der);
  return name ? std::move(name).value() : "unknown";
}

}  // namespace

Status FleetGate::judge(Bytes certificate_der) {
  TRY(admit(certificate_der));
  return {};
}

Result<fleet::Admission> FleetGate::admit(Bytes certificate_der) {
  return fleet_.admit(crypto::sha256(certificate_der));
}

Status FleetGate::still_admits(const fleet::Admission& who) {
  TRY(fleet_.admit(who.fingerprint));
  return {};
}

Status IndexGate::judge(Bytes certificate_der) {
  const crypto::Digest fingerprint = crypto::sha256(certificate_der);
  const auto row = reader_.find(fingerprint);
  if (!row) return fleet::unknown_certificate(fingerprint);
  const Timestamp now = clock_.now();
  if (fleet::check_admissible(*row, "", now)) return {};
  return fleet::check_admissible(*row, name_in(certificate_der), now);
}

Result<fleet::Admission> IndexGate::admit(Bytes certificate_der) {
  const crypto::Digest fingerprint = crypto::sha256(certificate_der);
  const auto row = reader_.find(fingerprint);
  if (!row) return fleet::unknown_certificate(fingerprint);
  std::string name = name_in(certificate_der);
  TRY(fleet::check_admissible(*row, name, clock_.now()));
  return fleet::Admission{row->device.id(), row->workspace.id(), std::move(name), fingerprint};
}

Status IndexGate::still_admits(const fleet::Admission& who) {
  const auto row = reader_.find(who.fingerprint);
  if (!row) return fleet::unknown_certificate(who.fingerprint);
  return fleet::check_admissible(*row, who.dcn, clock_.now());
}

}  // namespace signet::gateway
