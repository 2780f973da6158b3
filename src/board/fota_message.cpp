#include "board/fota_message.h"

#include "board/console_line.h"
#include "board/flash/bootloader.h"

namespace signet::board {
namespace {

constexpr std::size_t reason_bytes_max = 128;

// It becomes part of a path and of a line on the console.
Status check_name(const std::string& name, const char* what) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"-._+"}.find(c) != std::string_view::npos;
  };
  const bool good = !name.empty() && name.size() <= fota_name_bytes_max && name[0] != '.' &&
                    std::all_of(name.begin(), name.end(), is_plain);
  return good ? Status{} : Status{Error{Errc::malformed, std::string{what} + " is no plain name"}};
}

Result<FotaOffer> read_offer(const json::object& object) {
  FotaOffer offer;
  offer.id = TRY(string_member(object, "fw_id"));
  offer.version = TRY(string_member(object, "fw_version"));
  TRY(check_name(offer.id, "fw_id"));
  TRY(check_name(offer.version, "fw_version"));
  return offer;
}

template <std::size_t N>
Result<Block<N>> block_of(std::string_view text) {
  const Buffer bytes = TRY(decode_hex(text));
  if (bytes.size() != N) return Error{Errc::malformed, "a hash of another length"};
  Block<N> out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

Result<FotaImage> read_image(const json::value& value, boot::Part part) {
  if (!value.is_object()) return Error{Errc::malformed, "\"fw_info\" has no objects"};
  const json::object& object = value.get_object();
  FotaImage image{.part = part};
  const std::int64_t size = TRY(integer_member(object, "fw_size"));
  if (size < 1) return Error{Errc::malformed, "\"fw_size\" is none"};
  if (size > Bootloader::room(part)) return Error{Errc::too_large, "the image is larger than its place in the flash"};
  if (TRY(integer_member(object, "fw_chunk_size")) != fota_chunk_bytes)
    return Error{Errc::malformed, "\"fw_chunk_size\" is not 65536"};
  image.size = static_cast<std::uint32_t>(size);
  image.sha256 = TRY(block_of<32>(TRY(string_member(object, "fw_sha256"))));
  const json::array chunks = TRY(array_member(object, "fw_chunks"));
  if (chunks.size() != (image.size + fota_chunk_bytes - 1) / fota_chunk_bytes)
    return Error{Errc::malformed, "\"fw_chunks\" has not one hash for each chunk"};
  for (const json::value& chunk : chunks) {
    if (!chunk.is_string()) return Error{Errc::malformed, "\"fw_chunks\" are texts"};
    image.chunks.push_back(TRY(block_of<16>(chunk.get_string())));
  }
  return image;
}

}  // namespace

Result<FotaOffer> read_fota_offer(std::string_view value) { return read_offer(TRY(parse_json_object(value))); }

Result<FotaInfo> read_fota_info(std::string_view value) {
  const json::object object = TRY(parse_json_object(value));
  FotaInfo info{.offer = TRY(read_offer(object))};
  if (object.contains("error")) {
    std::string why = firmware_line(TRY(string_member(object, "error")).substr(0, reason_bytes_max));
    why.pop_back();  // its LF
    return Error{Errc::forbidden, "the manager: " + why};
  }
  const json::array images = TRY(array_member(object, "fw_info"));
  if (images.size() > boot::part_count) return Error{Errc::malformed, "\"fw_info\" has more than two parts"};
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (!images[i].is_null()) info.images.push_back(TRY(read_image(images[i], static_cast<boot::Part>(i))));
  }
  if (info.images.empty()) return Error{Errc::malformed, "\"fw_info\" updates nothing"};
  return info;
}

std::string name_of(const FotaOffer& offer) { return offer.id + ":" + offer.version; }

}  // namespace signet::board
