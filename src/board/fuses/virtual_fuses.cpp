#include "board/fuses/virtual_fuses.h"

#include "base/port/file.h"
#include "crypto/digest.h"

namespace signet::board {
namespace {

constexpr std::string_view magic = "SGNTFUSE";
constexpr std::uint32_t version = 1;
constexpr std::size_t file_bytes = 8 + 4 + fuse_count * (1 + fuse_word_bytes) + 32;

Result<std::optional<FuseWord>> read_word(Reader& in) {
  const std::uint8_t burnt = TRY(in.u8());
  const Bytes value = TRY(in.take(fuse_word_bytes));
  if (burnt == 1) return std::optional{FuseWord{value.first<fuse_word_bytes>()}};
  const bool blank = burnt == 0 && std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; });
  if (!blank) return Error{Errc::corrupt, "a word that is neither burnt nor blank"};
  return std::optional<FuseWord>{};
}

FuseWord copy_word(const FuseWord& word) { return FuseWord{word.reveal()}; }

}  // namespace

Buffer encode_fuses(const FuseBank& bank) {
  Buffer out;
  out.reserve(file_bytes);
  Writer w{out};
  w.text(magic).u32_be(version);
  const Block<fuse_word_bytes> blank{};
  for (const auto& word : bank) w.u8(word ? 1 : 0).bytes(word ? Bytes{word->reveal()} : Bytes{blank});
  w.bytes(crypto::sha256(out));
  return out;
}

Result<FuseBank> decode_fuses(Bytes file) {
  Reader in{file};
  const auto head = in.take(magic.size());
  if (!head || text_of(head.value()) != magic) return Error{Errc::corrupt, "this is no file of fuses"};
  if (TRY(in.u32_be()) > version) return Error{Errc::conflict, "it was written by a newer release"};
  if (file.size() != file_bytes) return Error{Errc::corrupt, "it is cut short or too long"};
  const crypto::Digest digest = crypto::sha256(file.first(file_bytes - sizeof(crypto::Digest)));
  if (!std::ranges::equal(digest, file.last(digest.size()))) return Error{Errc::corrupt, "its checksum is wrong"};
  FuseBank bank;
  for (auto& word : bank) word = TRY(read_word(in));
  return bank;
}

Result<VirtualFuses> VirtualFuses::open(const std::string& folder) {
  const std::string path = folder + "/fuses";
  auto file = read_file(path, file_bytes);
  if (!file && file.error().code == Errc::not_found) return VirtualFuses{path, FuseBank{}};
  if (!file) return std::move(file).error();
  auto bank = decode_fuses(file.value());
  if (bank) return VirtualFuses{path, std::move(bank).value()};
  return Error{bank.error().code,
               path + ": " + bank.error().what + "; a board whose fuses cannot be read uses no key of its element"};
}

Result<std::optional<FuseWord>> VirtualFuses::read(Fuse fuse) {
  const auto& word = bank_[static_cast<std::size_t>(fuse)];
  return word ? std::optional{copy_word(*word)} : std::optional<FuseWord>{};
}

Status VirtualFuses::burn(Fuse fuse, const FuseWord& word) {
  auto& place = bank_[static_cast<std::size_t>(fuse)];
  if (place) return Error{Errc::conflict, path_ + ": this fuse is burnt already"};
  place = copy_word(word);
  Buffer file = encode_fuses(bank_);
  Status written = write_file_atomic(path_, file, 0600);
  crypto::wipe(file);
  if (!written) place.reset();
  return written;
}

}  // namespace signet::board
