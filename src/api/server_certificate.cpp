#include "api/server_certificate.h"

#include "base/log.h"
#include "base/port/file.h"

namespace signet::api {
namespace {

constexpr Seconds warn_again_after{24 * 3600};

crypto::Digest digest_of(const net::ServerIdentity& identity) {
  crypto::Sha256 digest;
  digest.update(bytes_of(identity.certificate_chain_pem));
  digest.update(bytes_of(identity.private_key_pem));
  return digest.finish();
}

Result<std::string> read_text(const std::string& path) {
  const crypto::SecretBytes text{TRY(read_file(path, server_file_bytes_max))};
  return std::string{text_of(text.reveal())};
}

}  // namespace

Result<std::unique_ptr<ServerCertificate>> ServerCertificate::create(ServerCertificateFiles files,
                                                                     const ManagerIdentity& manager,
                                                                     std::vector<std::string> names, Clock& clock,
                                                                     crypto::Random& random, OpenKey open_key) {
  if (files.certificate.empty() != files.key.empty()) {
    return Error{Errc::malformed, "server_certificate and server_key go together: set both, or neither"};
  }
  std::unique_ptr<ServerCertificate> made{
      new ServerCertificate{std::move(files), manager, std::move(names), clock, random}};
  TRY(made->open(open_key));
  return made;
}

Status ServerCertificate::open(const OpenKey& open_key) {
  if (!is_self_made() && !is_key_in_file()) {
    auto opened = open_key(files_.key);
    if (!opened) return std::move(opened).error().within("server_key");
    sign_ = std::move(opened).value();
  }
  net::ServerIdentity first = is_self_made() ? TRY(make()) : TRY(read());
  until_ = TRY(net::end_of_certificate(first.certificate_chain_pem));
  since_ = clock_.now();
  last_tried_ = digest_of(first);
  identity_ = std::move(first);
  identity_.feed = std::make_shared<net::IdentityFeed>();
  if (!is_self_made()) warn_of_the_end();
  return {};
}

// An element's name begins with its kind; a file's path could not without being a strange one.
bool ServerCertificate::is_key_in_file() const {
  for (const std::string_view kind : {"pkcs11:", "tpm:", "software:", "atecc:"}) {
    if (files_.key.starts_with(kind)) return false;
  }
  return true;
}

Result<net::ServerIdentity> ServerCertificate::read() const {
  net::ServerIdentity out;
  out.certificate_chain_pem = TRY(read_text(files_.certificate));
  out.sign = sign_;
  if (is_key_in_file()) out.private_key_pem = TRY(read_text(files_.key));
  return out;
}

Result<net::ServerIdentity> ServerCertificate::make() const { return manager_.issue_server(names_, clock_, random_); }

bool ServerCertificate::is_time_for_another() const {
  const auto whole = until_ - since_;
  return until_ - clock_.now() < whole / 3;
}

Status ServerCertificate::publish(net::ServerIdentity next) {
  const Timestamp until = TRY(net::end_of_certificate(next.certificate_chain_pem));
  if (until <= clock_.now()) return Error{Errc::forbidden, "it ended at " + rfc3339(until)};
  TRY(identity_.feed->publish(next));
  next.feed = identity_.feed;
  identity_ = std::move(next);
  since_ = clock_.now();
  until_ = until;
  log_info("signetd.certificate", {{"until", rfc3339(until_)}});
  return {};
}

void ServerCertificate::look(bool asked) {
  if (is_self_made() && !is_time_for_another()) {
    if (asked) log_info("signetd.certificate_unchanged", {{"until", rfc3339(until_)}});
    return;
  }
  auto next = is_self_made() ? make() : read();
  if (next) {
    const crypto::Digest digest = digest_of(next.value());
    const bool is_new = digest != last_tried_;
    last_tried_ = digest;
    if (!is_new && asked) log_info("signetd.certificate_unchanged", {{"until", rfc3339(until_)}});
    if (!is_new) return warn_of_the_end();
  } else if (!asked && last_tried_ == crypto::Digest{}) {
    return;  // said before
  } else {
    last_tried_ = {};
  }
  Status done = next ? publish(std::move(next).value()) : Status{std::move(next).error()};
  if (done) return;
  log_error("signetd.certificate_refused",
            {{"error", done.error().what},
             {"next", "the old one stays in use; put a certificate and its P-256 key into the two files"}});
}

void ServerCertificate::warn_of_the_end() {
  const Timestamp now = clock_.now();
  if (is_self_made() || until_ - now > server_certificate_warn_before) return;
  if (last_warned_ != Timestamp{} && now - last_warned_ < warn_again_after) return;
  last_warned_ = now;
  log_warn("signetd.certificate_ends", {{"until", rfc3339(until_)}, {"file", files_.certificate}});
}

}  // namespace signet::api
