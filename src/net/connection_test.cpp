#include "net/connection.h"

#include "net/socket.h"
#include "net/stream_connection.h"
#include "net/test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace signet::net::test {
namespace {

using testing::HasSubstr;

struct ConnectionTest : testing::Test, World {
  // A TCP connection that never says a word of TLS.
  Fd dial_silent() {
    Fd fd = start_connecting(resolve("127.0.0.1", listener->port()).value().front()).value();
    return fd;
  }
  // It sends the first byte of a handshake, and no more.
  Fd dial_slow() {
    Fd fd = dial_silent();
    pollfd connected{fd.get(), POLLOUT, 0};
    EXPECT_EQ(::poll(&connected, 1, 5000), 1);
    EXPECT_EQ(::send(fd.get(), "\x16", 1, MSG_NOSIGNAL), 1);
    return fd;
  }
  Recorder& server_end() { return *admitted.at(0); }
};

TEST_F(ConnectionTest, CarriesBytesBothWaysAndEndsInOrder) {
  prepare = [](Recorder& end) { end.reading = [](Connection& c, Bytes bytes) { c.send(bytes); }; };
  const auto client = dial();
  client->opening = [](Connection& c) { c.send(bytes_of("ping")); };
  client->reading = [](Connection& c, Bytes) { c.close_after_send(); };
  ASSERT_TRUE(run(*loop));
  EXPECT_EQ(client->received, "ping");
  EXPECT_FALSE(client->why);
  ASSERT_TRUE(run_until(*loop, [&] { return server_end().closed; }));
  EXPECT_FALSE(server_end().why) << server_end().why->what;
}

TEST_F(ConnectionTest, WhatAGroupCommitAcknowledgesLeavesInTheSameTurn) {
  std::string order;
  prepare = [&](Recorder& end) {
    end.reading = [&](Connection& c, Bytes) {
      order += "read ";
      loop->at_turn_end([&] {
        order += "commit ";
        c.send(bytes_of("ack"));
      });
    };
    end.draining = [&](Connection&) {
      order += "sent ";
      loop->at_turn_end([&] { order += "next-turn"; });
    };
  };
  const auto client = dial();
  client->opening = [](Connection& c) { c.send(bytes_of("reading")); };
  client->reading = [](Connection& c, Bytes) { c.close_after_send(); };
  ASSERT_TRUE(run(*loop));
  EXPECT_EQ(client->received, "ack");
  EXPECT_EQ(order, "read commit sent next-turn");
}

TEST_F(ConnectionTest, ALargeTransferArrivesWhole) {
  std::string sent;
  for (int i = 0; sent.size() < 6u << 20; ++i) sent += std::to_string(i) + ",";
  std::size_t offset = 0;
  const auto send_piece = [&](Connection& c) {
    const Bytes piece = bytes_of(sent).subspan(offset, std::min<std::size_t>(500'000, sent.size() - offset));
    offset += piece.size();
    c.send(piece);
    if (offset == sent.size()) c.close_after_send();
  };
  prepare = [&](Recorder& end) { end.opening = end.draining = send_piece; };
  const auto client = dial();
  ASSERT_TRUE(run(*loop));
  EXPECT_EQ(client->received.size(), sent.size());
  EXPECT_TRUE(client->received == sent);
}

TEST_F(ConnectionTest, APausedOwnerIsNotReadTo) {
  const auto client = dial();
  client->opening = [](Connection& c) { c.send(bytes_of("now or later")); };
  prepare = [&](Recorder& end) {
    end.opening = [&](Connection& c) {
      c.pause_reading(true);
      loop->after(Millis{20}, [&] {
        EXPECT_EQ(server_end().received, "");
        server_end().connection->pause_reading(false);
      });
    };
    end.reading = [](Connection& c, Bytes) { c.close_after_send(); };
  };
  ASSERT_TRUE(run(*loop));
  EXPECT_EQ(server_end().received, "now or later");
}

TEST_F(ConnectionTest, APeerThatDoesNotReadIsCutAtTheLimit) {
  prepare = [](Recorder& end) { end.opening = [](Connection& c) { c.pause_reading(true); }; };
  const auto client = dial();
  const std::string piece(100'000, 'x');
  std::size_t sent = 0;
  client->opening = client->draining = [&](Connection& c) {
    while (c.established() && sent < 64u << 20) {
      c.send(bytes_of(piece));
      sent += piece.size();
      if (sent % (5 * piece.size()) == 0) break;  // 500 kB at once is allowed
    }
  };
  const auto more = [&](const auto& again) -> void {
    if (client->connection) client->connection->send(bytes_of(piece));
    if (!client->closed) loop->after(Micros{100}, [&, again] { again(again); });
  };
  loop->after(Millis{1}, [&] { more(more); });
  ASSERT_TRUE(run(*loop));
  ASSERT_TRUE(client->why);
  EXPECT_EQ(client->why->code, Errc::exhausted);
  EXPECT_THAT(client->why->what, HasSubstr("1048576 bytes wait"));
}

TEST_F(ConnectionTest, ExactlyTheLimitMayWaitAndOneByteMoreMayNot) {
  const auto client = dial();
  client->opening = [](Connection& c) { c.send(Buffer(send_buffer_bytes_max)); };
  client->draining = [](Connection& c) { c.close_after_send(); };
  ASSERT_TRUE(run(*loop));
  EXPECT_FALSE(client->why);
  const auto greedy = dial();
  greedy->opening = [](Connection& c) {
    c.send(Buffer(send_buffer_bytes_max));
    c.send(Buffer(1));
  };
  ASSERT_TRUE(run(*loop));
  ASSERT_TRUE(greedy->why);
  EXPECT_EQ(greedy->why->code, Errc::exhausted);
}

TEST_F(ConnectionTest, ASlowHandshakeIsCut) {
  prepare = [&](Recorder& end) { end.closing = [&] { loop->stop(); }; };
  listen_again({.handshake_timeout = Millis{50}});
  const Fd silent = dial_silent();
  ASSERT_TRUE(run(*loop));
  EXPECT_FALSE(server_end().established);
  EXPECT_THAT(server_end().why->what, HasSubstr("too slow"));
}

TEST_F(ConnectionTest, AServerThatNeverShakesHandsIsLeft) {
  const Fd deaf = open_listening_socket("127.0.0.1", 0).value();
  auto client = std::make_shared<Recorder>();
  client->closing = [&] { loop->stop(); };
  ASSERT_TRUE(connect(*loop, "127.0.0.1", port_of(deaf.get()), *tls_client, client, Millis{50}));
  ASSERT_TRUE(run(*loop));
  EXPECT_FALSE(client->established);
  EXPECT_EQ(client->why->code, Errc::unavailable);
}

TEST_F(ConnectionTest, APortThatNobodyListensOnIsUnavailable) {
  std::uint16_t port = 0;
  {
    const Fd gone = open_listening_socket("127.0.0.1", 0).value();
    port = port_of(gone.get());
  }
  auto client = std::make_shared<Recorder>();
  client->closing = [&] { loop->stop(); };
  ASSERT_TRUE(connect(*loop, "127.0.0.1", port, *tls_client, client, Seconds{5}));
  EXPECT_FALSE(client->closed) << "never called back from within connect()";
  ASSERT_TRUE(run(*loop));
  EXPECT_EQ(client->why->code, Errc::unavailable);
  EXPECT_THAT(client->why->what, HasSubstr("connect to 127.0.0.1:" + std::to_string(port)));
}

TEST_F(ConnectionTest, ADialMayBeGivenUp) {
  auto client = std::make_shared<Recorder>();
  client->closing = [&] { loop->stop(); };
  const auto connection = connect(*loop, "127.0.0.1", listener->port(), *tls_client, client, Seconds{5});
  ASSERT_TRUE(connection);
  connection.value()->close_now();
  ASSERT_TRUE(run(*loop));
  EXPECT_FALSE(client->opened);
  EXPECT_FALSE(client->why);
}

TEST_F(ConnectionTest, APeerThatVanishesIsAnErrorAndNotAnOrderlyEnd) {
  std::thread client{[&] {
    Fd fd = dial_slow();
    struct linger hard {
      1, 0
    };  // close resets the connection
    ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }};
  prepare = [&](Recorder& end) { end.closing = [&] { loop->stop(); }; };
  ASSERT_TRUE(run(*loop));
  client.join();
  EXPECT_EQ(server_end().why->code, Errc::unavailable);
}

TEST_F(ConnectionTest, APeerThatCutsTheLineAfterTheHandshakeIsAnError) {
  prepare = [&](Recorder& end) { end.closing = [&] { loop->stop(); }; };
  const auto client = dial();
  client->closing = nullptr;
  client->opening = [](Connection& c) { c.close_now(); };  // no goodbye
  ASSERT_TRUE(run(*loop));
  EXPECT_TRUE(client->closed);
  EXPECT_FALSE(client->why);
  ASSERT_TRUE(server_end().why);
  EXPECT_EQ(server_end().why->code, Errc::unavailable);
}

TEST_F(ConnectionTest, OneConnectionMayEndAnotherAndIsNotCalledBackWithinTheCall) {
  Connection* first = nullptr;
  int closed = 0;
  prepare = [&](Recorder& end) {
    end.closing = [&] {
      if (++closed == 2) loop->stop();
    };
    end.opening = [&](Connection& c) {
      if (!first) {
        first = &c;
        return;
      }
      first->close_now();
      c.close_now();
      EXPECT_EQ(closed, 0);
      c.send(bytes_of("ignored"));
    };
  };
  const auto a = dial();
  const auto b = dial();
  a->closing = b->closing = nullptr;
  ASSERT_TRUE(run(*loop));
  EXPECT_EQ(closed, 2);
}

TEST_F(ConnectionTest, HandshakesPastTheLimitWaitInTheBacklog) {
  listen_again({.handshakes_max = 2, .handshake_patience = Seconds{10}});
  const Fd slow[] = {dial_slow(), dial_slow()};
  ASSERT_TRUE(run_until(*loop, [&] { return admitted.size() == 2; }));
  const auto third = dial();
  loop->after(Millis{30}, [&] { loop->stop(); });  // a place would be given at once, if it were
  ASSERT_TRUE(run(*loop));
  EXPECT_EQ(admitted.size(), 2u);
  EXPECT_FALSE(third->opened);
  third->opening = [&](Connection& c) { c.close_after_send(); };
  ::shutdown(slow[0].get(), SHUT_RDWR);
  ASSERT_TRUE(run(*loop));
  EXPECT_TRUE(third->opened);
}

TEST_F(ConnectionTest, SilentPeersKeepNobodyOut) {
  listen_again({.handshakes_max = 2});
  const Fd silent[] = {dial_silent(), dial_silent(), dial_silent()};
  const auto honest = dial();
  honest->opening = [&](Connection& c) { c.close_after_send(); };
  ASSERT_TRUE(run(*loop));
  EXPECT_TRUE(honest->opened);
  EXPECT_TRUE(run_until(*loop, [&] { return admitted.size() == 4; })) << "in the end the kernel hands them over";
  const auto other = dial();
  other->opening = [&](Connection& c) { c.close_after_send(); };
  ASSERT_TRUE(run(*loop));
  EXPECT_TRUE(other->opened);
}

TEST_F(ConnectionTest, SlowPeersKeepNobodyOutForLong) {
  listen_again({.handshakes_max = 2, .handshake_patience = Millis{20}});
  const Fd slow[] = {dial_slow(), dial_slow()};
  ASSERT_TRUE(run_until(*loop, [&] { return admitted.size() == 2; }));
  const auto honest = dial();
  honest->opening = [&](Connection& c) { c.close_after_send(); };
  ASSERT_TRUE(run(*loop));
  EXPECT_TRUE(honest->opened);
  EXPECT_FALSE(admitted[0]->closed || admitted[1]->closed) << "slow is no offence";
}

TEST_F(ConnectionTest, PastSlowHandshakesMaxTheOldestIsCut) {
  listen_again({.handshakes_max = 1, .handshake_patience = Millis{1}, .slow_handshakes_max = 2});
  const Fd slow[] = {dial_slow(), dial_slow(), dial_slow(), dial_slow()};
  ASSERT_TRUE(run_until(*loop, [&] { return admitted.size() == 4 && admitted[0]->closed; }));
  EXPECT_THAT(admitted[0]->why->what, HasSubstr("slow_handshakes_max"));
  EXPECT_FALSE(admitted[2]->closed || admitted[3]->closed);
}

TEST_F(ConnectionTest, ConnectionsPastTheLimitWaitForAnEnd) {
  listen_again({.connections_max = 1});
  const auto first = dial();
  const auto second = dial();
  first->closing = second->closing = nullptr;
  ASSERT_TRUE(run_until(*loop, [&] { return first->opened || second->opened; }));
  loop->after(Millis{30}, [&] { loop->stop(); });  // a place would be given at once, if it were
  ASSERT_TRUE(run(*loop));
  EXPECT_TRUE(first->opened != second->opened);
  (first->opened ? first : second)->connection->close_after_send();
  EXPECT_TRUE(run_until(*loop, [&] { return first->opened && second->opened; }));
}

TEST_F(ConnectionTest, TwoHundredDevicesComeAtOnceAndAllAreHeard) {
  prepare = [](Recorder& end) { end.reading = [](Connection& c, Bytes bytes) { c.send(bytes); }; };
  std::vector<std::shared_ptr<Recorder>> devices;
  int heard = 0;
  for (int i = 0; i < 200; ++i) {
    devices.push_back(dial());
    devices.back()->opening = [i](Connection& c) { c.send(bytes_of(std::to_string(i))); };
    devices.back()->reading = [](Connection& c, Bytes) { c.close_after_send(); };
    devices.back()->closing = [&] {
      if (++heard == 200) loop->stop();
    };
  }
  ASSERT_TRUE(run(*loop));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(devices[static_cast<std::size_t>(i)]->received, std::to_string(i));
  EXPECT_EQ(element.signatures, 200);
}

TEST_F(ConnectionTest, WhoIsNotWantedIsClosedAtOnceWithoutAWord) {
  listener.reset();
  std::vector<std::string> asked;
  listener = Listener::create(*loop, {}, *tls_server, [&](const std::string& peer) {
               asked.push_back(peer);
               return nullptr;
             }).value();
  const Fd client = dial_silent();
  ASSERT_TRUE(run_until(*loop, [&] { return asked.size() == 1; }));
  EXPECT_TRUE(asked[0].starts_with("127.0.0.1:")) << asked[0];
  char byte = 0;
  EXPECT_EQ(::recv(client.get(), &byte, 1, 0), 0) << "the end, and nothing before it";
}

TEST_F(ConnectionTest, ATakenPortIsNamed) {
  const auto again = Listener::create(*loop, {.port = listener->port()}, *tls_server,
                                      [](const std::string&) { return std::make_shared<Recorder>(); });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::conflict);
  EXPECT_THAT(again.error().what, HasSubstr("127.0.0.1:" + std::to_string(listener->port())));
}

TEST_F(ConnectionTest, ASharedPortIsOpenToItsNextListenersAndToNobodyElse) {
  const auto try_one = [&](std::uint16_t port, PortSharing sharing) {
    return Listener::create(*loop, {.port = port, .sharing = sharing}, *tls_server,
                            [](const std::string&) { return std::make_shared<Recorder>(); });
  };
  const auto first = try_one(0, PortSharing::first);
  ASSERT_TRUE(first);
  const std::uint16_t port = first.value()->port();
  const auto next = try_one(port, PortSharing::next);
  ASSERT_TRUE(next) << next.error().what;
  EXPECT_EQ(next.value()->port(), port);
  for (const PortSharing other : {PortSharing::alone, PortSharing::first}) {
    const auto stranger = try_one(port, other);
    ASSERT_FALSE(stranger) << "another program, even one that would share";
    EXPECT_EQ(stranger.error().code, Errc::conflict);
  }
}

TEST_F(ConnectionTest, ConnectionsOutliveTheirListenerAndDieWithTheLoop) {
  const auto client = dial();
  client->opening = [&](Connection&) { loop->stop(); };
  ASSERT_TRUE(run(*loop));
  listener.reset();
  tls_server.reset();
  tls_client.reset();
  client->connection->send(bytes_of("still here"));
  prepare = nullptr;
  ASSERT_TRUE(run_until(*loop, [&] { return server_end().received == "still here"; }));
  client->connection->send(bytes_of("never sent"));
  loop.reset();
  EXPECT_FALSE(client->closed);
}

TEST(Address, IsWrittenAsPeopleReadIt) {
  EXPECT_EQ(address_text(resolve("127.0.0.1", 80).value().front()), "127.0.0.1:80");
  EXPECT_EQ(address_text(resolve("::1", 80).value().front()), "[::1]:80");
  EXPECT_TRUE(is_loopback("127.9.9.9") && is_loopback("::1") && is_loopback("localhost"));
  EXPECT_FALSE(is_loopback("128.0.0.1") || is_loopback("0.0.0.0") || is_loopback("localhost.example"));
}

}  // namespace
}  // namespace signet::net::test
