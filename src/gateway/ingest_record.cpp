#include "gateway/ingest_record.h"

namespace signet::gateway {
namespace {

constexpr std::uint8_t kind_reading = 'R';
constexpr std::uint8_t arrival_stamped = 1;

Result<fleet::Reading> read(Reader in) {
  if (TRY(in.u8()) != kind_reading) return Error{Errc::corrupt, "a record of an unknown kind: a newer Signet wrote it"};
  const std::uint8_t flags = TRY(in.u8());
  if ((flags & ~arrival_stamped) != 0) return Error{Errc::corrupt, "unknown flags: a newer Signet wrote it"};
  fleet::Reading out;
  const std::size_t device_size = TRY(in.u8());
  out.device = TRY(DeviceId::parse(text_of(TRY(in.take(device_size)))));
  const std::size_t tag_size = TRY(in.u8());
  out.tag = text_of(TRY(in.take(tag_size)));
  out.device_time = from_epoch_micros(static_cast<std::int64_t>(TRY(in.u64_le())));
  out.received_at = from_epoch_micros(static_cast<std::int64_t>(TRY(in.u64_le())));
  out.payload = text_of(in.rest());
  out.arrival_stamped = flags != 0;
  return out;
}

}  // namespace

void encode_record(const fleet::Reading& reading, Buffer& out) {
  ENSURE(reading.device.str().size() <= UINT8_MAX && reading.tag.size() <= UINT8_MAX);
  Writer to{out};
  to.u8(kind_reading).u8(reading.arrival_stamped ? arrival_stamped : 0);
  to.u8(static_cast<std::uint8_t>(reading.device.str().size())).text(reading.device.str());
  to.u8(static_cast<std::uint8_t>(reading.tag.size())).text(reading.tag);
  to.u64_le(static_cast<std::uint64_t>(epoch_micros(reading.device_time)));
  to.u64_le(static_cast<std::uint64_t>(epoch_micros(reading.received_at)));
  to.text(reading.payload);
}

Result<fleet::Reading> decode_record(Bytes record) {
  auto out = read(Reader{record});
  if (!out) return Error{Errc::corrupt, "record: " + out.error().what};
  return out;
}

}  // namespace signet::gateway
