// token.h -- an element as a PKCS#11 token (OASIS PKCS#11 2.40): sessions, search, signatures, random bytes.
//
// One slot, one token, no PIN: who may open the element may use it. Methods answer with the standard's return values
// and know nothing of C entry points, locks or processes (module.cpp does). Nothing can be created, changed or taken
// out.
#pragma once

#include "element/element.h"
#include "token/objects.h"

namespace signet::token {

inline constexpr CK_SLOT_ID only_slot = 0;
inline constexpr std::size_t sessions_max = 256;
inline constexpr std::size_t random_bytes_max = 4096;  // a call; the chip gives 32 at a time
inline constexpr std::string_view manufacturer = "Signet";

// Pads with blanks, as PKCS#11 wants its texts; cuts what is too long.
template <std::size_t N>
void put_text(unsigned char (&out)[N], std::string_view text) {
  std::fill(std::begin(out), std::end(out), static_cast<unsigned char>(' '));
  std::copy_n(text.begin(), std::min(N, text.size()), std::begin(out));
}

class Token {
 public:
  // `chain` is device first; it and the key stand for the token's life.
  Token(std::shared_ptr<element::Element> element, const element::Uid& uid, const crypto::PublicKey& key,
        const std::vector<identity::Certificate>& chain);

  void describe(CK_TOKEN_INFO& out) const;

  CK_RV open(CK_FLAGS flags, CK_SESSION_HANDLE& out);
  CK_RV close(CK_SESSION_HANDLE handle);
  void close_all() { sessions_.clear(); }
  CK_RV describe(CK_SESSION_HANDLE handle, CK_SESSION_INFO& out) const;

  CK_RV find_begin(CK_SESSION_HANDLE handle, std::span<const CK_ATTRIBUTE> wanted);
  CK_RV find_next(CK_SESSION_HANDLE handle, std::span<CK_OBJECT_HANDLE> out, CK_ULONG& found);
  CK_RV find_end(CK_SESSION_HANDLE handle);
  CK_RV read(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, std::span<CK_ATTRIBUTE> asked) const;

  CK_RV sign_begin(CK_SESSION_HANDLE handle, CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key);
  CK_RV sign_more(CK_SESSION_HANDLE handle, Bytes part);
  // `out` empty: only tells the size in `written`, and the operation goes on.
  CK_RV sign(CK_SESSION_HANDLE handle, Bytes data, std::span<std::uint8_t> out, CK_ULONG& written);
  CK_RV sign_end(CK_SESSION_HANDLE handle, std::span<std::uint8_t> out, CK_ULONG& written);

  CK_RV random(CK_SESSION_HANDLE handle, std::span<std::uint8_t> out);

 private:
  struct Signing {
    bool hashes = false;                   // CKM_ECDSA_SHA256: we make the digest of what comes
    std::optional<crypto::Sha256> hashed;  // parts so far
  };
  struct Session {
    CK_FLAGS flags = 0;
    std::optional<std::vector<CK_OBJECT_HANDLE>> found;  // last first; set while a search is open
    std::optional<Signing> signing;
  };

  Session* session(CK_SESSION_HANDLE handle);
  CK_RV finish(Session& session, const crypto::Digest& digest, std::span<std::uint8_t> out, CK_ULONG& written);

  std::shared_ptr<element::Element> element_;
  element::Uid uid_;
  std::vector<Object> objects_;
  std::map<CK_SESSION_HANDLE, Session> sessions_;
  CK_SESSION_HANDLE next_ = 1;
};

struct Mechanism {
  CK_MECHANISM_TYPE type;
  CK_MECHANISM_INFO info;
};
std::span<const Mechanism> mechanisms();

}  // namespace signet::token
