#include "element/wire/bus.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

TEST(ElementBus, ReadsBackWhatItWrites) {
  const Buffer command = {0x03, 0x07, 0x30, 0, 0, 0, 0x03, 0x5d};
  const Buffer write = encode_bus({.op = BusOp::write, .address = 0x60, .data = command});
  EXPECT_EQ(hex(write), "01600800030730000000035d");
  const auto got = find_bus_request(write);
  ASSERT_TRUE(got && got.value());
  EXPECT_EQ(copy_of(got.value()->request.data), command);
  EXPECT_EQ(got.value()->size, write.size());
  EXPECT_EQ(hex(encode_bus({.op = BusOp::read, .address = 0x60, .read_size = 4})), "02600400");
  EXPECT_EQ(hex(encode_bus({.op = BusOp::wake, .address = 0})), "03000000");
}

TEST(ElementBus, WaitsForTheRestOfARequest) {
  const Buffer data = {0x02};
  const Buffer write = encode_bus({.op = BusOp::write, .data = data});
  ASSERT_TRUE(find_bus_request(write).value());
  for (std::size_t size = 0; size < write.size(); ++size) {
    const auto got = find_bus_request(Bytes{write}.first(size));
    ASSERT_TRUE(got);
    EXPECT_FALSE(got.value()) << size;
  }
}

TEST(ElementBus, RefusesWhatMakesNoSense) {
  const auto found = [](Buffer header) {
    header.resize(bus_request_bytes_max + 8);
    return find_bus_request(header);
  };
  static_assert(bus_write_bytes_max == 0xffff && bus_read_bytes_max == 0xffff);  // as long as the field can say
  ASSERT_TRUE(found({1, 0x60, 0xff, 0xff}).value());
  ASSERT_TRUE(found({2, 0x60, 0xff, 0xff}).value());
  ASSERT_TRUE(found({3, 0x60, 0, 0}).value());
  EXPECT_EQ(found({0, 0x60, 0, 0}).error().code, Errc::malformed);
  EXPECT_EQ(found({4, 0x60, 0, 0}).error().code, Errc::malformed);
  EXPECT_EQ(found({3, 0x60, 1, 0}).error().code, Errc::malformed);
  EXPECT_TRUE(decode_bus_ack(1).value());
  EXPECT_FALSE(decode_bus_ack(0).value());
  EXPECT_FALSE(decode_bus_ack(2));
}

TEST(ElementBus, CarriesAsMuchAsItsLengthCanSay) {
  const Buffer longest(bus_write_bytes_max, 7);
  const Buffer write = encode_bus({.op = BusOp::write, .data = longest});
  EXPECT_EQ(write.size(), bus_request_bytes_max);
  EXPECT_EQ(copy_of(find_bus_request(write).value()->request.data), longest);
  const Buffer longer(bus_write_bytes_max + 1, 7);
  EXPECT_DEATH(encode_bus({.op = BusOp::write, .data = longer}), "bus_write_bytes_max");
  const Buffer read = encode_bus({.op = BusOp::read, .read_size = bus_read_bytes_max});
  EXPECT_EQ(bus_answer_bytes(find_bus_request(read).value()->request), bus_read_bytes_max);
  EXPECT_EQ(static_cast<std::uint16_t>(bus_read_bytes_max + 1), 0) << "more cannot be asked for";
}

TEST(ElementBus, KnowsAWakeThatIsWrittenAsZeros) {
  const auto wakes = [](std::uint8_t address, Buffer data) {
    return is_wake_by_zeros({.op = BusOp::write, .address = address, .data = data});
  };
  EXPECT_TRUE(wakes(0x60, {0}));
  EXPECT_TRUE(wakes(0x60, {0, 0, 0}));
  EXPECT_TRUE(wakes(0, {}));
  EXPECT_FALSE(wakes(0x60, {})) << "an address that is no zero, and nothing after it";
  EXPECT_FALSE(wakes(0x60, {0, 1}));
  EXPECT_FALSE(is_wake_by_zeros({.op = BusOp::read, .address = 0}));
}

}  // namespace
}  // namespace signet::element
