#include "element/link/open_link.h"

#include "base/port/folder_for_test.h"
#include "element/link/socket_bus.h"
#include "element/link/trace_file.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace signet::element {
namespace {

TEST(OpenLink, NamesTheSchemesThereAre) {
  EXPECT_EQ(open_link("usb:1").error().what,
            "element link \"usb:1\": no such scheme; there is i2c:/dev/i2c-1, serial:/dev/ttyUSB0, unix:PATH, "
            "tcp:HOST:PORT, record:FILE:LINK and replay:FILE, for example unix:/run/signet/element.sock");
  EXPECT_EQ(open_link("").error().code, Errc::malformed);
  EXPECT_EQ(open_link("unix:/nowhere/element.sock").error().what,
            "no secure element at /nowhere/element.sock: is signet-element running?");
  EXPECT_EQ(open_link("unix:" + std::string(200, 'x')).error().code, Errc::too_large);
  EXPECT_EQ(open_link("unix:").error().code, Errc::too_large);
  EXPECT_EQ(open_link("i2c:/nowhere/i2c-1").error().code, Errc::not_found);
  EXPECT_EQ(open_link("record:a:record:b:unix:/x").error().code, Errc::malformed) << "no record of a record";
  EXPECT_EQ(open_link("record:a").error().code, Errc::malformed);
}

TEST(OpenLink, ExplainsTheEightBitFormOfAnAddress) {
  EXPECT_EQ(parse_bus_address("0x60").value(), 0x60);
  EXPECT_EQ(parse_bus_address("96").value(), 0x60);
  const auto shifted = parse_bus_address("0xC0");
  ASSERT_FALSE(shifted);
  EXPECT_EQ(shifted.error().what,
            "0xc0 is not a 7-bit address. The chip's configuration and its vendor's tools write the address with the "
            "read/write bit, shifted left by one: 0xC0 there is 0x60 on the bus. Did you mean 0x60?");
  for (const char* wrong : {"", "0x", "0x100", "0x6z", "-1", "0x07", "0x78", "60h"}) {
    EXPECT_FALSE(parse_bus_address(wrong)) << wrong;
  }
  EXPECT_NE(open_link("i2c:/dev/i2c-1:0xC0").error().what.find("Did you mean 0x60?"), std::string::npos);
}

TEST(OpenLink, TakesAHostAndAPortApart) {
  EXPECT_EQ(parse_tcp_place("127.0.0.1:7608").value().port, "7608");
  EXPECT_EQ(parse_tcp_place("[::1]:7608").value().host, "::1");
  for (const char* wrong :
       {"", "host", "host:", ":1", "::1:7608", "host:0", "host:65536", "host:99999999999", "h:1x"}) {
    EXPECT_FALSE(parse_tcp_place(wrong)) << wrong;
  }
  EXPECT_EQ(open_link("tcp:127.0.0.1:1").error().code, Errc::not_found) << "nobody serves there";
}

TEST(OpenLink, KnowsWhatCannotBeARealChip) {
  for (const char* name : {"unix:/x", "tcp:h:1", "replay:f", "record:f:unix:/x", "serial:/dev/pts/7"}) {
    EXPECT_TRUE(is_emulated_link(name)) << name;
  }
  for (const char* name : {"i2c:/dev/i2c-1", "serial:/dev/ttyUSB0", "record:f:i2c:/dev/i2c-1", "tpm:"}) {
    EXPECT_FALSE(is_emulated_link(name)) << name;
  }
}

// A link that answers one word.
struct Echo final : Link {
  Status wake() override { return {}; }
  Result<Buffer> exchange(Bytes, std::chrono::milliseconds) override { return Buffer{0x04, 0x00}; }
  Status idle() override { return Error{Errc::unavailable, "gone"}; }
  Status sleep() override { return {}; }
};

TEST(TraceFile, KeepsAConversationThatReplaysAndStaysPrivate) {
  Folder_for_test folder;
  const std::string path = folder.file("trace");
  {
    const auto recorder = record_to_file(path, std::make_unique<Echo>());
    ASSERT_TRUE(recorder) << recorder.error().what;
    ASSERT_TRUE(recorder.value()->wake());
    ASSERT_TRUE(recorder.value()->exchange(Buffer{0x07}, Millis{1}));
    ASSERT_FALSE(recorder.value()->renew());
    ASSERT_FALSE(recorder.value()->idle());
  }
  struct stat found;
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  const auto again = open_link("replay:" + path);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(again.value()->wake());
  EXPECT_EQ(hex(again.value()->exchange(Buffer{0x07}, Millis{1}).value()), "0400");
  EXPECT_EQ(again.value()->renew().error().what, "gone");
  EXPECT_EQ(again.value()->idle().error().code, Errc::unavailable);
  EXPECT_EQ(again.value()->wake().error().code, Errc::malformed) << "the end";
  EXPECT_EQ(record_to_file(path, std::make_unique<Echo>()).error().code, Errc::conflict) << "never overwritten";
}

TEST(TraceFile, IsReadUpToItsLimit) {
  Folder_for_test folder;
  const std::string path = folder.file("trace");
  Buffer text = copy_of(bytes_of(std::string{trace_header} + "\n#"));
  text.resize(trace_bytes_max, 'x');
  ASSERT_TRUE(write_file_atomic(path, text, 0600));
  EXPECT_TRUE(replay_file(path));
  text.push_back('x');
  ASSERT_TRUE(write_file_atomic(path, text, 0600));
  EXPECT_EQ(replay_file(path).error().code, Errc::too_large);
}

// A server that takes a host's requests and says what the test lets it say.
TEST(SocketBus, GivesUpOnAnAnswerThatDoesNotComeWhole) {
  Folder_for_test folder;
  const std::string path = folder.file("bus");
  const Fd server{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::ranges::copy(path, address.sun_path);
  ASSERT_EQ(::bind(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(server.get(), 1), 0);
  const auto bus = SocketBus::open_unix(path, Millis{20});
  ASSERT_TRUE(bus) << bus.error().what;
  const Fd chip{::accept(server.get(), nullptr, nullptr)};
  ASSERT_EQ(::send(chip.get(),
                   "\x01"
                   "abcd",
                   5, 0),
            5);
  EXPECT_EQ(*bus.value()->read(0x60, 4).value(), copy_of(bytes_of("abcd")));
  ASSERT_EQ(::send(chip.get(),
                   "\x01"
                   "abc",
                   4, 0),
            4);
  const auto late = bus.value()->read(0x60, 4);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable);
  EXPECT_TRUE(late.error().what.ends_with("does not answer")) << late.error().what;
  EXPECT_FALSE(bus.value()->write(0x60, Buffer{0})) << "where a request begins is not known any more";
}

TEST(TraceFile, IsReadWholeOrRefusedWithItsLine) {
  const std::string head = std::string{trace_header} + "\n";
  EXPECT_EQ(parse_trace(head + "# why\n\nwake\nsend 07 0400\nsend 07 ! no\nidle ! x").value().size(), 4u);
  EXPECT_TRUE(parse_trace(head).value().empty());
  for (const char* wrong : {"", "wake\n", "signet-bus-trace 2\nwake\n"}) EXPECT_FALSE(parse_trace(wrong)) << wrong;
  for (const char* wrong :
       {"wakes", "send", "send 0", "send zz 04", "send 0A 04", "send 07 04 05", "idle 04", "wake !", "sleep! x"}) {
    const auto refused = parse_trace(head + "wake\n" + wrong + "\n");
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().what, "line 3 is none of wake, idle, sleep, renew, send");
  }
}

}  // namespace
}  // namespace signet::element
