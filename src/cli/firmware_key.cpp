// The release key: made, and used to sign. It is an element of its owner's making (element/open), never the manager's.
#include "base/port/file.h"
#include "cli/firmware.h"
#include "element/open/open.h"
#include "identity/certificate.h"

namespace signet::cli {
namespace {

constexpr const char* pem_label = "PUBLIC KEY";

Result<crypto::SecretBytes> ask_once(Session& session, std::string_view what) {
  std::string said = TRY(session.env.ask_secret("release key's " + std::string{what} + ": "));
  crypto::SecretBytes out{copy_of(bytes_of(said))};
  crypto::wipe({reinterpret_cast<std::uint8_t*>(said.data()), said.size()});
  return out;
}

// Twice: a key behind a mistyped passphrase is lost.
Result<crypto::SecretBytes> ask_twice(Session& session, std::string_view what) {
  crypto::SecretBytes first = TRY(ask_once(session, what));
  const crypto::SecretBytes again = TRY(ask_once(session, std::string{what} + " again"));
  if (!crypto::constant_time_equal(first.reveal(), again.reveal()))
    return Error{Errc::malformed, "the two are not the same; nothing was made"};
  return first;
}

Result<element::Opened> open_release_key(Session& session, const element::AskSecret& ask) {
  static crypto::SystemRandom random;
  element::Opened opened = TRY(element::open_element(session.args.key, {random, ask}));
  if (!opened.own)
    return Error{Errc::forbidden,
                 "a device's chip signs no firmware: name software:FILE or pkcs11:token=LABEL;object=LABEL"};
  return opened;
}

void show_key(Session& session, const crypto::PublicKey& key, element::Assurance assurance) {
  const std::string hash = hex(image::key_hash_of(key));
  const bool is_hardware = assurance == element::Assurance::hardware;
  if (session.args.as_json) {
    const json::object shown{{"key", hash}, {"hardware", is_hardware}, {"public_key", public_key_pem(key)}};
    return print_json(session.env.out, shown);
  }
  session.env.out << "release key " << hash << (is_hardware ? " (in hardware)" : " (in software: back it up)") << '\n';
  if (session.args.out_file.empty()) session.env.out << public_key_pem(key);
}

}  // namespace

Result<crypto::PublicKey> read_public_key(const std::string& path) {
  const Buffer text = TRY(read_file(path, identity::pem_bytes_max));
  const Result<Buffer> der = identity::decode_pem(pem_label, text_of(text));
  if (!der) return Error{Errc::malformed, path + " is no public key in PEM: take what 'firmware keygen -o' wrote"};
  Result<crypto::PublicKey> key = image::decode_spki(der.value());
  if (!key) return std::move(key).error().within(path);
  return key;
}

std::string public_key_pem(const crypto::PublicKey& key) { return identity::pem(pem_label, image::encode_spki(key)); }

Status run_firmware_keygen(Session& session) {
  crypto::SystemRandom random;
  std::optional<crypto::SecretBytes> said;  // asked once, used to make and to open
  const element::AskSecret ask = [&](std::string_view what) -> Result<crypto::SecretBytes> {
    if (!said) said = TRY(ask_twice(session, what));
    return crypto::SecretBytes{copy_of(said->reveal())};
  };
  TRY(element::new_element(session.args.key, {random, ask}));
  const element::Opened opened = TRY(open_release_key(session, ask));
  const crypto::PublicKey key = TRY(opened.element->public_key());
  if (!session.args.out_file.empty())
    TRY(write_file_atomic(session.args.out_file, bytes_of(public_key_pem(key)), 0644));
  show_key(session, key, opened.element->assurance());
  return {};
}

namespace {

// With the keys that --introduce and --retire name in it.
Result<Buffer> image_to_sign(Session& session) {
  const Arguments& args = session.args;
  Buffer given = TRY(read_image(args.file));
  if (args.introduce.empty() && args.retire.empty()) return given;
  const image::Image read = TRY(image::decode(given));
  if (read.header_bytes != image::header_bytes_min)
    return Error{Errc::conflict, "this image was not made by 'firmware build': its header has padding"};
  image::Facts facts = read.facts;
  if (!args.introduce.empty()) facts.introduces = TRY(read_public_key(args.introduce));
  if (!args.retire.empty()) facts.retires = image::key_hash_of(TRY(read_public_key(args.retire)));
  return image::encode(facts, read.payload);
}

}  // namespace

Status run_firmware_sign(Session& session) {
  const Buffer given = TRY(image_to_sign(session));
  const image::Facts facts = TRY(image::decode(given)).facts;
  const auto ask = [&](std::string_view what) { return ask_once(session, what); };
  const element::Opened opened = TRY(open_release_key(session, ask));
  const crypto::PublicKey key = TRY(opened.element->public_key());
  if (facts.introduces == key)
    return Error{Errc::conflict, "the key that signs is accepted already: introduce the next one, signed by this one"};
  if (facts.retires == image::key_hash_of(key))
    return Error{Errc::conflict, "the key that signs cannot be the one that is retired: sign with the new key"};
  const auto sign = [&](const crypto::Digest& digest) { return opened.element->sign(digest); };
  const Buffer image = TRY(image::sign(given, key, sign));
  TRY(write_file_atomic(session.args.out_file, image, 0644));
  show_key(session, key, opened.element->assurance());
  return {};
}

}  // namespace signet::cli
