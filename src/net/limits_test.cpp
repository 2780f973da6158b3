// Limits of one connection that need a peer who does not do its part, and a clock that stands still.
#include "net/stream_connection.h"
#include "net/tls_context.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace signet::net {
namespace {

struct Owner final : ConnectionEvents {
  void on_open(Connection&) override {}
  void on_bytes(Connection&, Bytes) override {}
  void on_close(Connection&, const std::optional<Error>& why) override { closed = true, code = code_of(why); }
  static std::optional<Errc> code_of(const std::optional<Error>& why) {
    return why ? std::optional{why->code} : std::nullopt;
  }
  bool closed = false;
  std::optional<Errc> code;
};

struct Place final : Admission {
  explicit Place(bool& held) : held_(held) { held_ = true; }
  ~Place() override { held_ = false; }
  void handshake_over() override {}
  bool& held_;
};

// Whose peer always has more to say, or not even a handshake.
struct Endless final : Stream {
  explicit Endless(int& count, bool shakes = true) : reads(count), need(shakes ? Need::nothing : Need::read) {}
  Result<Need> handshake() override { return need; }
  Result<Moved> read(std::span<std::uint8_t> into) override { return ++reads, Moved{.bytes = into.size()}; }
  Result<Moved> write(Bytes bytes) override { return Moved{.bytes = bytes.size()}; }
  Need end() override { return Need::nothing; }
  std::string version() const override { return {}; }
  std::string alpn() const override { return {}; }
  const Buffer& peer_certificate() const override { return none; }
  int& reads;
  Need need;
  Buffer none;
};

struct ConnectionLimits : testing::Test {
  ConnectionLimits() {
    int ends[2];
    ENSURE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    ours = Fd{ends[0]};
    peer = Fd{ends[1]};
  }
  void turn() {
    ENSURE(loop->post([&] { loop->stop(); }));
    loop->run();
  }
  bool peer_writes(std::size_t size) const {
    const Buffer bytes(size);
    return ::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(size);
  }
  void peer_reads_all() const {
    Buffer room(65536);
    while (::recv(peer.get(), room.data(), room.size(), 0) > 0) {
    }
  }
  // An open connection that is to end after more than the socket holds.
  std::shared_ptr<StreamConnection> ending(const std::shared_ptr<Owner>& owner, Millis patience = close_timeout) {
    const auto connection = std::make_shared<StreamConnection>(*loop, owner, std::make_unique<Place>(held));
    auto stream = plain_streams()(ours.get()).value();
    connection->start_deadline(Seconds{10});
    connection->begin(std::move(ours), std::move(stream), "peer");
    turn();
    connection->send(Buffer(send_buffer_bytes_max));
    connection->close_within(patience);
    turn();
    EXPECT_FALSE(owner->closed);
    return connection;
  }

  ManualClock clock{Timestamp{}};
  std::unique_ptr<Loop> loop = Loop::create(clock).value();
  Fd ours, peer;
  bool held = false;
};

TEST_F(ConnectionLimits, APeerThatReadsToTheEndNeedsNoTimeout) {
  const auto owner = std::make_shared<Owner>();
  const auto connection = ending(owner);
  for (int i = 0; i < 1000 && !owner->closed; ++i) {
    peer_reads_all();
    turn();
  }
  EXPECT_TRUE(owner->closed);
  EXPECT_EQ(owner->code, std::nullopt);
}

TEST_F(ConnectionLimits, OneThatReadsNothingIsCutAtCloseTimeout) {
  const auto owner = std::make_shared<Owner>();
  const auto connection = ending(owner);
  clock.advance(close_timeout - Micros{1});
  turn();
  EXPECT_FALSE(owner->closed);
  clock.advance(Micros{1});
  turn();
  EXPECT_TRUE(owner->closed);
  EXPECT_FALSE(held);
}

TEST_F(ConnectionLimits, OneThatIsToBeGoneSoonerIsCutSooner) {
  const auto owner = std::make_shared<Owner>();
  const auto connection = ending(owner, Millis{300});
  clock.advance(Millis{300} - Micros{1});
  turn();
  EXPECT_FALSE(owner->closed);
  clock.advance(Micros{1});
  turn();
  EXPECT_TRUE(owner->closed);
  EXPECT_FALSE(held);
}

TEST_F(ConnectionLimits, OneThatReadsAndStaysIsNotWaitedForEither) {
  const auto owner = std::make_shared<Owner>();
  const auto connection = ending(owner, Millis{300});
  for (int i = 0; i < 1000 && !owner->closed; ++i) {
    peer_reads_all();
    turn();
  }
  EXPECT_TRUE(held) << "it is told, and its goodbye waited for";
  clock.advance(Millis{300});
  turn();
  EXPECT_FALSE(held);
}

TEST_F(ConnectionLimits, OneThatIsNotOpenInTimeIsGivenUp) {
  for (const bool is_connected : {false, true}) {
    const auto owner = std::make_shared<Owner>();
    const auto connection = std::make_shared<StreamConnection>(*loop, owner, std::make_unique<Place>(held));
    int reads = 0;
    connection->start_deadline(Seconds{20});
    if (is_connected) connection->begin(std::move(ours), std::make_unique<Endless>(reads, false), "peer");
    clock.advance(Seconds{20} - Micros{1});
    turn();
    EXPECT_FALSE(owner->closed);
    clock.advance(Micros{1});
    turn();
    turn();
    EXPECT_EQ(owner->code, Errc::unavailable);
  }
}

TEST_F(ConnectionLimits, OneThatHasALotToSayLetsOthersHaveTheirTurn) {
  const auto owner = std::make_shared<Owner>();
  const auto connection = std::make_shared<StreamConnection>(*loop, owner, std::make_unique<Place>(held));
  int reads = 0;
  connection->begin(std::move(ours), std::make_unique<Endless>(reads), "peer");
  for (int i = 0; i < 3; ++i) {
    reads = 0;
    turn();
    EXPECT_EQ(reads, reads_a_turn_max);
  }
  connection->close_now();
  turn();
}

TEST(TlsLimits, AnEndSpeaksAtMostSoManyProtocols) {
  EXPECT_EQ(alpn_wire(std::vector<std::string>(alpn_names_max, "mqtt")).size(), alpn_names_max * 5);
  EXPECT_DEATH(alpn_wire(std::vector<std::string>(alpn_names_max + 1, "mqtt")), "alpn_names_max");
}

TEST_F(ConnectionLimits, LingeringEndsWhenThePeerDoes) {
  linger(*loop, std::move(ours), std::make_unique<Place>(held));
  turn();
  EXPECT_TRUE(held);
  peer.close();
  turn();
  EXPECT_FALSE(held);
}

TEST_F(ConnectionLimits, LingeringTakesLingerBytesMaxAndNotOneMore) {
  linger(*loop, std::move(ours), std::make_unique<Place>(held));
  constexpr std::size_t piece = 16 * 1024;
  for (std::size_t sent = 0; sent < linger_bytes_max; sent += piece) {
    ASSERT_TRUE(peer_writes(piece));
    turn();
  }
  EXPECT_TRUE(held);
  ASSERT_TRUE(peer_writes(1));
  turn();
  EXPECT_FALSE(held);
  EXPECT_FALSE(peer_writes(1)) << "nobody reads any more";
}

TEST_F(ConnectionLimits, LingeringEndsAfterLingerTime) {
  linger(*loop, std::move(ours), std::make_unique<Place>(held));
  clock.advance(linger_time - Micros{1});
  turn();
  EXPECT_TRUE(held);
  clock.advance(Micros{1});
  turn();
  EXPECT_FALSE(held);
}

}  // namespace
}  // namespace signet::net
