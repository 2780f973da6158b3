// bus.h -- an I2C bus over a stream socket, version 1: the framing between a host and the emulator.
//
//   request  := op:u8 address:u8 n:u16le data:u8[n if op is WRITE]     op: 1 WRITE, 2 READ, 3 WAKE
//   response := ack:u8 data:u8[n if acknowledged READ]
//
// One request is one transaction, START to STOP, answered before the next. docs/formats/element-bus.md
#pragma once

#include "base/clock.h"
#include "element/wire/packet.h"

#include <optional>

namespace signet::element {

enum class BusOp : std::uint8_t { write = 1, read = 2, wake = 3 };

inline constexpr std::size_t bus_header_bytes = 4;
// All that the length field can say: what is too long for the chip is the chip's to refuse, with its own status.
inline constexpr std::size_t bus_write_bytes_max = 0xffff;
inline constexpr std::size_t bus_read_bytes_max = 0xffff;
inline constexpr std::size_t bus_request_bytes_max = bus_header_bytes + bus_write_bytes_max;
inline constexpr std::uint8_t bus_nack = 0;
inline constexpr std::uint8_t bus_ack = 1;

// The first byte of a write after the address.
namespace word_address {
inline constexpr std::uint8_t reset = 0x00;
inline constexpr std::uint8_t sleep = 0x01;
inline constexpr std::uint8_t idle = 0x02;
inline constexpr std::uint8_t command = 0x03;
}  // namespace word_address

inline constexpr Block<4> wake_greeting = {0x04, 0x11, 0x33, 0x43};
inline constexpr std::uint8_t bus_address_blank = 0x60;                      // 7-bit
inline constexpr std::uint8_t bus_addresses_factory[] = {0x60, 0x35, 0x36};  // blank, Trust&GO, TrustFLEX

struct BusRequest {
  BusOp op = BusOp::wake;
  std::uint8_t address = bus_address_blank;  // 7-bit; no meaning for WAKE
  std::uint16_t read_size = 0;
  Bytes data = {};  // borrowed; WRITE
};

// REQUIRES: the limits above hold.
Buffer encode_bus(const BusRequest& request);

struct BusRequestFound {
  BusRequest request;
  std::size_t size;  // bytes of the stream that it took
};
// Nothing: more bytes are needed. An error: the stream makes no sense any more; malformed or too_large.
Result<std::optional<BusRequestFound>> find_bus_request(Bytes stream);

// A write of zeros, or of nothing to address 0, holds the line low as long as a wake pulse does. Hosts without a pulse
// of their own wake the chip so, and ignore that nobody acknowledges.
bool is_wake_by_zeros(const BusRequest& request);

// How many bytes follow the acknowledgement of this request.
std::size_t bus_answer_bytes(const BusRequest& request);
// malformed for anything but the two legal bytes. True: acknowledged.
Result<bool> decode_bus_ack(std::uint8_t byte);

// What hangs on the bus: the port between a bus server and a chip. No address, no answer.
struct BusDevice {
  virtual ~BusDevice() = default;
  virtual void wake_pulse() = 0;
  virtual bool write(std::uint8_t address, Bytes data) = 0;                        // acknowledged?
  virtual std::optional<Buffer> read(std::uint8_t address, std::size_t size) = 0;  // exactly `size` bytes
  // When the chip's watchdog will put it to sleep; nothing while it is asleep or idle.
  virtual std::optional<Instant> awake_until() = 0;
  // What idle and sleep do on request, for a server that must end a turn whose client is gone.
  virtual void end_turn(bool forget_volatile) = 0;
  // False once all of the output group was read, or nothing will ever come.
  virtual bool is_answer_waiting() = 0;
  // What it answers at; a single wire has no addresses.
  virtual std::uint8_t own_address() const { return bus_address_blank; }
};

}  // namespace signet::element
