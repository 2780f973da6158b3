// Where passphrases and PINs come from: a file, an inherited descriptor, a person.
#include "base/port/file.h"
#include "base/port/silence.h"
#include "element/open/name.h"
#include "element/open/open.h"

#include <fcntl.h>
#include <unistd.h>

namespace signet::element {
namespace {

constexpr std::size_t secret_bytes_max = crypto::password_bytes_max;

Result<crypto::SecretBytes> read_line(int fd, std::string_view what) {
  Buffer line;
  line.reserve(secret_bytes_max + 1);  // no copy is left behind by a buffer that grew
  while (line.size() <= secret_bytes_max) {
    std::uint8_t byte = 0;
    const ssize_t got = ::read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("read", what);
    if (got == 0 || byte == '\n') break;
    line.push_back(byte);
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  const std::size_t size = line.size();
  crypto::SecretBytes secret{std::move(line)};
  if (size == 0) return Error{Errc::malformed, std::string{what} + ": its source holds nothing"};
  if (size > secret_bytes_max) return Error{Errc::too_large, std::string{what} + ": at most 1024 bytes"};
  return secret;
}

}  // namespace

Result<crypto::SecretBytes> read_secret(const SecretSource& source, std::string_view what, const AskSecret& ask) {
  if (source.fd) return read_line(*source.fd, what);
  if (source.file.empty()) return ask(what);
  const Fd file{::open(source.file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return os_error("open", source.file);
  return read_line(file.get(), what);
}

Result<crypto::SecretBytes> ask_at_terminal(std::string_view what) {
  const Fd terminal{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
  const auto silence = Silence::on(terminal.get());
  if (!silence) {
    return Error{Errc::unauthenticated, "there is no terminal to ask for the " + std::string{what} +
                                            ": name its file, as in software:FILE?passphrase-source=file:PATH or "
                                            "pkcs11:token=LABEL?pin-source=file:PATH"};
  }
  const std::string prompt = std::string{what} + ": ";
  (void)!::write(terminal.get(), prompt.data(), prompt.size());
  auto line = read_line(terminal.get(), what);
  (void)!::write(terminal.get(), "\n", 1);
  return line;
}

}  // namespace signet::element
