#include "factory/verify.h"

#include "factory/plan.h"
#include "identity/compressed.h"

namespace signet::factory {
namespace {

// What an element says of itself, judged one after the other. Each check gives its detail, or the reason against it.
class Examination {
 public:
  Examination(element::Atecc& chip, const identity::Certificate& root, Timestamp at, crypto::Random& random)
      : chip_(chip), root_(root), at_(at), random_(random) {}

  Result<std::string> serial() {
    uid_ = TRY(chip_.uid());
    return hex(uid_);
  }
  Result<std::string> locks() {
    zone_ = TRY(chip_.read_config());
    if (!element::is_config_locked(zone_))
      return Error{Errc::conflict, "the configuration is not locked: a blank part"};
    if (!TRY(chip_.is_data_locked())) return Error{Errc::conflict, "the data zone is not locked: a half-made unit"};
    return std::string{"configuration and data are locked"};
  }
  Result<std::string> configuration() {
    if (is_planned(zone_)) return std::string{"as the foundry plans it"};
    return Error{Errc::conflict, "the configuration is not the one that the foundry plans"};
  }
  Result<std::string> chain() {
    const element::StoredCertificates stored = TRY(chip_.stored_certificates());
    const auto signer = TRY(identity::rebuild_signer(stored.signer, stored.signer_key, root_));
    key_ = TRY(chip_.public_key());
    const auto device = TRY(identity::rebuild_device(stored.device, key_, element::dcn_of(uid_), signer));
    TRY(identity::check_chain(device, signer, root_, at_));
    return device.subject_common_name + " < " + signer.subject_common_name + " < " + root_.subject_common_name;
  }
  Result<std::string> challenge() {
    const crypto::Digest digest = random_.block<32>();
    if (crypto::verify(key_, digest, TRY(chip_.sign(digest)))) return std::string{"signed with the certified key"};
    return Error{Errc::corrupt, "its signature does not match its certificate"};
  }

 private:
  element::Atecc& chip_;
  const identity::Certificate& root_;
  Timestamp at_;
  crypto::Random& random_;
  element::Uid uid_{};
  element::ConfigZone zone_{};
  crypto::PublicKey key_{};
};

struct Check {
  const char* what;
  Result<std::string> (Examination::*check)();
};
constexpr Check checks[] = {{"serial", &Examination::serial},
                            {"locks", &Examination::locks},
                            {"configuration", &Examination::configuration},
                            {"chain", &Examination::chain},
                            {"challenge", &Examination::challenge}};

}  // namespace

Result<std::vector<Finding>> verify_element(element::Atecc& chip, const identity::Certificate& root, Timestamp at,
                                            crypto::Random& random) {
  Examination examination{chip, root, at, random};
  std::vector<Finding> out;
  for (const Check& each : checks) {
    const auto found = (examination.*each.check)();
    if (!found && found.error().code == Errc::unavailable) return found.error();
    out.push_back({each.what, bool{found}, found ? found.value() : found.error().what});
    if (!found) break;
  }
  return out;
}

}  // namespace signet::factory
