// What an open connection does, how it ends, and how a server changes its certificate.
#include "net/socket.h"
#include "net/tls_contract_for_test.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <poll.h>
#include <sys/socket.h>

namespace signet::net::test {
namespace {

using testing::HasSubstr;

using TlsContractStream = TlsContract;
INSTANTIATE_TEST_SUITE_P(Backends, TlsContractStream, each_backend(), backend_name);

// A wire that hands over what it is given in small and odd pieces, so that no record comes whole.
class Dribble {
 public:
  explicit Dribble(std::uint16_t to) : listening_(open_listening_socket("127.0.0.1", 0).value()), to_(to) {
    thread_ = std::thread{[this] { carry(); }};
  }
  ~Dribble() { thread_.join(); }
  std::uint16_t port() const { return port_of(listening_.get()); }

 private:
  static bool wait(pollfd* descriptors, nfds_t count) { return ::poll(descriptors, count, 10'000) > 0; }
  void carry() {
    pollfd waiting{listening_.get(), POLLIN, 0};
    if (!wait(&waiting, 1)) return;
    const Fd one = std::move(accept_socket(listening_.get()).value().fd);
    const Fd other = start_connecting(resolve("127.0.0.1", to_).value().front()).value();
    pollfd writable{other.get(), POLLOUT, 0};
    if (!wait(&writable, 1)) return;
    for (std::size_t piece = 1;; piece = piece % 7 + 1) {
      pollfd both[] = {{one.get(), POLLIN, 0}, {other.get(), POLLIN, 0}};
      if (!wait(both, 2)) return;
      for (const int from : {0, 1}) {
        if (both[from].revents && !move(both[from].fd, both[1 - from].fd, piece)) return;
      }
    }
  }
  static bool move(int from, int to, std::size_t piece) {
    char bytes[7];
    const ssize_t got = ::recv(from, bytes, piece, 0);
    return got > 0 && ::send(to, bytes, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
  }

  Fd listening_;
  std::uint16_t to_;
  std::thread thread_;
};

TEST_P(TlsContractStream, RecordsThatComeInPiecesArePutTogether) {
  prepare = [](Recorder& end) {
    end.reading = [&end](Connection& c, Bytes) {
      if (end.received.size() < 3000) return;
      c.send(bytes_of(end.received));
      c.close_after_send();
    };
  };
  for (const TlsVersion version : {TlsVersion::v1_3, TlsVersion::v1_2}) {
    use_client(version);
    const Dribble wire{listener->port()};
    auto recorder = std::make_shared<Recorder>();
    recorder->closing = [this] { loop->stop(); };
    recorder->opening = [](Connection& c) { c.send(Buffer(3000, 'x')); };
    ENSURE(connect(*loop, "127.0.0.1", wire.port(), *tls_client, recorder, Seconds{10}));
    ASSERT_TRUE(run(*loop));
    EXPECT_FALSE(recorder->why) << recorder->why->what;
    EXPECT_EQ(recorder->received, std::string(3000, 'x'));
  }
}

// Both ends send and neither reads for a while: nothing is lost, doubled or held for ever.
TEST_P(TlsContractStream, LargeTransfersCrossUnderBackPressure) {
  constexpr std::size_t total = 4 << 20, piece = 100'000;
  static_assert(piece < send_buffer_bytes_max);
  const auto byte_at = [](std::size_t i) { return static_cast<std::uint8_t>(i * 7 + i / 251); };
  struct Way {
    std::size_t sent = 0, got = 0;
    bool right = true;
  };
  for (const TlsVersion version : {TlsVersion::v1_3, TlsVersion::v1_2}) {
    Way up, down;
    std::size_t pauses = 0;  // whose timers are still to come
    const auto send_more = [&](Connection& c, Way& way) {
      Buffer bytes(std::min(piece, total - way.sent));
      for (std::uint8_t& byte : bytes) byte = byte_at(way.sent++);
      if (!bytes.empty()) c.send(bytes);
    };
    const auto wire_up = [&](Recorder& end, Way& out, Way& in) {
      end.opening = end.draining = [&](Connection& c) { send_more(c, out); };
      end.reading = [&](Connection& c, Bytes bytes) {
        for (const std::uint8_t byte : bytes) in.right = in.right && byte == byte_at(in.got++);
        end.received.clear();
        c.pause_reading(true);
        ++pauses;
        loop->after(Micros{200}, [&] {
          --pauses;
          if (end.connection) end.connection->pause_reading(false);
        });
        if (up.got == total && down.got == total) c.close_after_send();
      };
    };
    prepare = [&](Recorder& end) { wire_up(end, down, up); };
    use_client(version);
    const auto device_end = dial();
    wire_up(*device_end, up, down);
    ASSERT_TRUE(run(*loop));
    EXPECT_FALSE(device_end->why) << device_end->why->what;
    EXPECT_EQ(up.got, total);
    EXPECT_EQ(down.got, total);
    EXPECT_TRUE(up.right && down.right);
    prepare = [](Recorder&) {};
    ASSERT_TRUE(run_until(*loop, [&] { return served().closed && pauses == 0; }));
  }
}

TEST_P(TlsContractStream, WhoSaysGoodbyeIsHeardByTheOtherEndAsAnOrderlyEnd) {
  for (const TlsVersion version : {TlsVersion::v1_3, TlsVersion::v1_2}) {
    use_client(version);
    prepare = [](Recorder&) {};
    auto device_end = dial();
    device_end->closing = nullptr;
    device_end->opening = [](Connection& c) { c.close_after_send(); };
    ASSERT_TRUE(run_until(*loop, [&] { return !admitted.empty() && served().opened && served().closed; }));
    EXPECT_FALSE(served().why) << served().why->what;
    EXPECT_TRUE(served().established);

    close_when_open();
    device_end = dial();
    ASSERT_TRUE(run(*loop));
    EXPECT_FALSE(device_end->why) << device_end->why->what;
  }
}

TEST_P(TlsContractStream, AnEndWithoutGoodbyeIsNoOrderlyEnd) {
  const auto device_end = dial();
  device_end->closing = nullptr;
  device_end->opening = [](Connection& c) { c.close_now(); };
  ASSERT_TRUE(run_until(*loop, [&] { return !admitted.empty() && served().closed; }));
  ASSERT_TRUE(served().why);
  EXPECT_EQ(served().why->code, Errc::unavailable);
}

TEST_P(TlsContractStream, ARecordThatWasHarmedEndsTheConnection) {
  const auto device_end = dial();
  ASSERT_TRUE(run_until(*loop, [&] { return !admitted.empty() && served().opened && device_end->opened; }));
  // The client's next record is not from the client: whoever can write to the wire can do no more than end it.
  sockaddr_in peer{};
  int found = -1;
  for (int fd = 3; fd < 256 && found < 0; ++fd) {
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && ntohs(peer.sin_port) == listener->port()) {
      found = fd;
    }
  }
  ASSERT_GE(found, 0);
  const std::string forged = std::string{"\x17\x03\x03\x00\x20", 5} + std::string(32, 'x');
  ASSERT_EQ(::send(found, forged.data(), forged.size(), MSG_NOSIGNAL), static_cast<ssize_t>(forged.size()));
  ASSERT_TRUE(run_until(*loop, [&] { return served().closed && device_end->closed; }));
  ASSERT_TRUE(served().why && device_end->why);
  EXPECT_EQ(served().why->code, Errc::malformed);
  EXPECT_THAT(device_end->why->what, HasSubstr("bad record mac"));
  EXPECT_EQ(served().received, "");
}

TEST_P(TlsContractStream, AThousandConnectionsLeaveNothingBehind) {
  close_when_open();
  const auto come_and_go = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const auto device_end = dial();
      ASSERT_TRUE(run(*loop));
      ASSERT_FALSE(device_end->why) << device_end->why->what;
      admitted.clear();
    }
  };
  come_and_go(200);
  const std::size_t before = ::mallinfo2().uordblks;
  come_and_go(800);
  constexpr std::size_t noise = 64 * 1024;  // a tenth of a kilobyte a connection would be more
  EXPECT_LT(::mallinfo2().uordblks, before + noise);
}

TEST_P(TlsContractStream, ANewCertificateIsForNewConnectionsAndCutsNone) {
  prepare = [](Recorder& end) { end.reading = [](Connection& c, Bytes bytes) { c.send(bytes); }; };
  const auto old_end = dial();
  ASSERT_TRUE(run_until(*loop, [&] { return old_end->opened; }));
  const Issued fresh = ca.issue({.common_name = "manager, renewed"});
  ASSERT_TRUE(tls_server->renew({fresh.certificate_pem, fresh.key_pem, {}}));
  const auto new_end = dial();
  ASSERT_TRUE(run_until(*loop, [&] { return new_end->opened; }));
  EXPECT_EQ(old_end->peer_certificate, server_identity.certificate_der);
  EXPECT_EQ(new_end->peer_certificate, fresh.certificate_der);
  for (const auto& end : {old_end, new_end}) {
    end->connection->send(bytes_of("still here?"));
    ASSERT_TRUE(run_until(*loop, [&] { return end->received == "still here?"; }));
  }
}

TEST_P(TlsContractStream, ABrokenPairChangesNothing) {
  close_when_open();
  const Issued fresh = ca.issue();
  const auto refused = tls_server->renew({fresh.certificate_pem, server_identity.key_pem, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_EQ(against_us(as_device()).server_certificate, server_identity.certificate_der);
}

TEST_P(TlsContractStream, AKeyThatSomebodyElseHoldsSigns) {
  close_when_open();
  int signatures = 0;
  bool broken = false;
  const SignDigest sign = [&](const crypto::Digest& digest) -> Result<crypto::Signature> {
    if (broken) return Error{Errc::unavailable, "the token was pulled"};
    ++signatures;
    return crypto::sign(*server_identity.key, digest);
  };
  const auto taken = tls_server->renew({server_identity.certificate_pem, "", sign});
  if (GetParam().legacy_ec) {
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error().what, HasSubstr("turn tls_legacy_ec off"));
    return;
  }
  ASSERT_TRUE(taken);
  for (const int version : {tls12, tls13}) {
    signatures = 0;
    const RawOutcome outcome = against_us(as_device(version));
    EXPECT_TRUE(outcome.shaken) << outcome.error;
    EXPECT_EQ(signatures, 1);
  }
  broken = true;
  EXPECT_FALSE(against_us(as_device()).shaken);
  EXPECT_THAT(served().why->what, HasSubstr("the server's private key did not sign: the token was pulled"));
  EXPECT_FALSE(is_fault_of_peer(*served().why));
  broken = false;
  const auto refused = tls_server->renew({ca.issue().certificate_pem, "", sign});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
}

TEST_P(TlsContractStream, BadServerMaterialIsNamed) {
  const auto text = [&](const ServerIdentity& identity) {
    const auto made = TlsServer::create(identity, {}, nullptr, GetParam());
    return made ? std::string{"accepted"} : made.error().what;
  };
  const Issued other = ca.issue(), large = ca.issue({.kind = KeyKind::p384});
  EXPECT_THAT(text({"", device.key_pem, {}}), HasSubstr("no certificate in PEM form"));
  EXPECT_THAT(text({device.certificate_pem, "x", {}}), HasSubstr("private key"));
  EXPECT_THAT(text({device.certificate_pem, other.key_pem, {}}), HasSubstr("does not belong to its certificate"));
  EXPECT_THAT(text({large.certificate_pem, large.key_pem, {}}), HasSubstr("not for a P-256 key"));
  std::string many;
  for (std::size_t i = 0; i < pem_certificates_max; ++i) many += device.certificate_pem;
  EXPECT_EQ(text({many, device.key_pem, {}}), "accepted");
  many += device.certificate_pem;
  EXPECT_THAT(text({many, device.key_pem, {}}), HasSubstr("too many certificates"));
}

}  // namespace
}  // namespace signet::net::test
