#include "element/wire/bus.h"

namespace signet::element {

Buffer encode_bus(const BusRequest& request) {
  ENSURE(request.data.size() <= bus_write_bytes_max);
  Buffer out;
  Writer w{out};
  w.u8(static_cast<std::uint8_t>(request.op)).u8(request.address);
  switch (request.op) {
    case BusOp::write: w.u16_le(static_cast<std::uint16_t>(request.data.size())).bytes(request.data); break;
    case BusOp::read: w.u16_le(request.read_size); break;
    case BusOp::wake: w.u16_le(0); break;
  }
  return out;
}

Result<std::optional<BusRequestFound>> find_bus_request(Bytes stream) {
  using Found = std::optional<BusRequestFound>;
  if (stream.size() < bus_header_bytes) return Found{};
  Reader in{stream};
  const std::uint8_t op = TRY(in.u8());
  BusRequest request;
  request.address = TRY(in.u8());
  const std::uint16_t n = TRY(in.u16_le());
  if (op < 1 || op > 3) return Error{Errc::malformed, "bus request: no such operation"};
  request.op = static_cast<BusOp>(op);
  switch (request.op) {
    case BusOp::write:
      if (in.size() < n) return Found{};
      request.data = TRY(in.take(n));
      break;
    case BusOp::read: request.read_size = n; break;
    case BusOp::wake:
      if (n != 0) return Error{Errc::malformed, "bus request: a wake carries nothing"};
      break;
  }
  return Found{BusRequestFound{request, bus_header_bytes + request.data.size()}};
}

bool is_wake_by_zeros(const BusRequest& request) {
  if (request.op != BusOp::write || (request.data.empty() && request.address != 0)) return false;
  return std::ranges::all_of(request.data, [](std::uint8_t byte) { return byte == 0; });
}

std::size_t bus_answer_bytes(const BusRequest& request) { return request.op == BusOp::read ? request.read_size : 0; }

Result<bool> decode_bus_ack(std::uint8_t byte) {
  if (byte > bus_ack) return Error{Errc::malformed, "bus answer: neither acknowledged nor refused"};
  return byte == bus_ack;
}

}  // namespace signet::element
