#include "net/http_client.h"
#include "net/http_server.h"
#include "net/request_id.h"
#include "net/socket.h"
#include "net/test_support.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>

namespace signet::net::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Tells what it was asked.
void echo(HttpRequest request, const HttpReply& reply) {
  std::string text = request.method + " " + request.path;
  for (const auto& [name, value] : request.query) text += " " + name + "=" + value;
  if (request.path == "/big") return reply({.body = std::string(5u << 20, 'b')});
  if (request.path == "/split") return reply({.headers = {{"X-Name", "a\r\nSet-Cookie: x"}}});
  if (request.path == "/page") return reply({.body = "<p>", .content_type = "text/html", .headers = {{"X-A", "b"}}});
  if (request.path == "/none") return reply({.status = 204});
  reply({.body = text + " [" + request.body + "] " + request.headers["x-test"]});
}

struct HttpTest : testing::Test {
  void serve(HttpConfig config = {}, HttpHandler handler = echo) {
    server = HttpServer::create(config, std::move(handler)).value();
  }
  void serve_tls() {
    const Issued identity = ca.issue();
    serve({.identity = ServerIdentity{identity.certificate_pem, identity.key_pem}});
  }
  std::string url(const std::string& path, const char* scheme = "http") const {
    return std::string{scheme} + "://127.0.0.1:" + std::to_string(server->port()) + path;
  }
  // Sends bytes as they are and returns all that comes until the server closes.
  std::string raw(const std::string& request) const {
    const Fd fd = open_raw();
    EXPECT_EQ(::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    return read_all(fd);
  }
  Fd open_raw() const {
    Fd fd = start_connecting(resolve("127.0.0.1", server->port()).value().front()).value();
    pollfd writable{fd.get(), POLLOUT, 0};
    EXPECT_EQ(::poll(&writable, 1, 5000), 1);
    ::fcntl(fd.get(), F_SETFL, 0);
    return fd;
  }
  static std::string read_all(const Fd& fd) {
    std::string all;
    char chunk[4096];
    pollfd readable{fd.get(), POLLIN, 0};
    while (::poll(&readable, 1, 10'000) == 1) {
      const ssize_t got = ::recv(fd.get(), chunk, sizeof chunk, 0);
      if (got <= 0) return all;
      all.append(chunk, static_cast<std::size_t>(got));
    }
    return all + " (and stays open)";
  }
  std::string status_line(const std::string& request) const {
    const std::string answer = raw(request);
    return answer.substr(0, answer.find('\r'));
  }

  Ca ca;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpTest, ClientAndServerMeetOverPlainLoopback) {
  serve();
  const auto answer =
      http_call({.method = "POST", .url = url("/a%20b?x=1"), .headers = {{"X-Test", "t"}}, .body = "hi"});
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer.value().status, 200);
  EXPECT_EQ(answer.value().body, "POST /a b x=1 [hi] t");
  EXPECT_EQ(answer.value().headers.at("content-type"), "application/json");
  EXPECT_EQ(answer.value().headers.at("cache-control"), "no-store");
  EXPECT_EQ(answer.value().headers.at("x-content-type-options"), "nosniff");
  EXPECT_FALSE(answer.value().headers.contains("server"));
  EXPECT_FALSE(answer.value().headers.contains("strict-transport-security"));
}

TEST_F(HttpTest, ClientAndServerMeetOverTls) {
  serve_tls();
  const auto answer = http_call({.url = url("/x", "https"), .ca_pem = ca.pem()});
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer.value().body, "GET /x [] ");
  EXPECT_EQ(answer.value().headers.at("strict-transport-security"), "max-age=31536000");
}

TEST_F(HttpTest, TheClientBelievesOneAuthorityAlone) {
  serve_tls();
  const auto text = [&](HttpCall call) {
    call.url = url("/", "https");
    const auto answer = http_call(call);
    return answer ? "accepted" : answer.error().what;
  };
  EXPECT_EQ(text({.ca_pem = ca.pem()}), "accepted");
  EXPECT_THAT(text({.ca_pem = Ca{}.pem()}), HasSubstr("is it the manager you set up"));
  EXPECT_THAT(text({}), HasSubstr("is not known here"));
  EXPECT_EQ(text({.accept_any_certificate_to_learn_its_ca = true}), "accepted");
}

TEST_F(HttpTest, TheClientExplainsAnExpiredCertificate) {
  const Issued identity = ca.issue({.from_seconds = -7200, .to_seconds = -3600});
  serve({.identity = ServerIdentity{identity.certificate_pem, identity.key_pem}});
  const auto answer = http_call({.url = url("/", "https"), .ca_pem = ca.pem()});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().what, testing::AllOf(HasSubstr("clock"), HasSubstr("expired")));
}

TEST_F(HttpTest, TheClientRefusesWhatIsNotSafe) {
  serve();
  EXPECT_EQ(http_call({.url = "http://192.0.2.1/"}).error().code, Errc::forbidden);
  EXPECT_EQ(http_call({.url = "ftp://127.0.0.1/"}).error().code, Errc::unavailable);
  EXPECT_EQ(http_call({.url = "::"}).error().code, Errc::malformed);
  EXPECT_EQ(http_call({.url = url("/"), .headers = {{"A", "b\r\nC: d"}}}).error().code, Errc::malformed);
  EXPECT_EQ(http_call({.method = "GET X", .url = url("/")}).error().code, Errc::malformed);
  EXPECT_EQ(http_call({.url = url("/big"), .response_bytes_max = (5u << 20) - 1}).error().code, Errc::too_large);
  EXPECT_TRUE(http_call({.url = url("/big"), .response_bytes_max = 5u << 20}));
  const std::string gone = url("/");
  server.reset();
  EXPECT_THAT(http_call({.url = gone}).error().what, HasSubstr("nobody answers at 127.0.0.1:"));
}

TEST_F(HttpTest, CurlAgrees) {
  serve_tls();
  const auto folder = std::filesystem::temp_directory_path() / ("signet-net-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const std::string ca_file = folder / "ca.pem";
  ASSERT_TRUE(write_file_atomic(ca_file, bytes_of(ca.pem()), 0600));
  const std::string command = "curl -sS --max-time 10 --cacert " + ca_file + " -X OPTIONS -H 'X-Test: curl' -d body '" +
                              url("/c?q=%C3%A9", "https") + "' '" + url("/second", "https") + "' 2>&1";
  std::string out;
  FILE* const pipe = ::popen(command.c_str(), "r");
  ASSERT_TRUE(pipe);
  for (int c; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  EXPECT_EQ(::pclose(pipe), 0);
  EXPECT_EQ(out, "OPTIONS /c q=é [body] curlOPTIONS /second [body] curl");
  std::filesystem::remove_all(folder);
}

TEST_F(HttpTest, OneConnectionServesManyRequestsInOrder) {
  serve();
  const std::string one = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string two = "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  const std::string last = "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  const std::string answers = raw(one + two + last);
  EXPECT_THAT(answers, testing::ContainsRegex("GET /1.*POST /2 .abc..*GET /3"));
  EXPECT_THAT(answers, HasSubstr("Connection: close"));
  EXPECT_THAT(raw("GET /old HTTP/1.0\r\n\r\n"), HasSubstr("GET /old"));
}

TEST_F(HttpTest, HeadHasTheHeadersAndNoBody) {
  serve();
  const std::string answer = raw("HEAD /page HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-A: b\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Cache-Control")));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
  EXPECT_THAT(raw("GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), Not(HasSubstr("Content-Length")));
}

TEST_F(HttpTest, ALongAnswerGoesOutInPieces) {
  serve_tls();
  const auto answer = http_call({.url = url("/big", "https"), .ca_pem = ca.pem()});
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer.value().body, std::string(5u << 20, 'b'));
}

TEST_F(HttpTest, AnAnswerCannotBeSplit) {
  serve();
  const auto answer = http_call({.url = url("/split")});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().status, 500);
  EXPECT_FALSE(answer.value().headers.contains("set-cookie"));
}

TEST_F(HttpTest, MalformedRequestsGetOneFixedAnswer) {
  serve();
  const std::string host = "Host: h\r\n";
  EXPECT_THAT(status_line("GET / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  const std::vector<std::string> all_bad{
      "hello\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/2.0\r\n" + host + "\r\n",
      "GET /%zz HTTP/1.1\r\n" + host + "\r\n",
      "GET /../x HTTP/1.1\r\n" + host + "\r\n",
      "GET http://h/ HTTP/1.1\r\n" + host + "\r\n",
      "GET / HTTP/1.1\r\n" + host + host + "\r\n",
      "GET / HTTP/1.1\r\n" + host + "A : b\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "A\x01: b\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 0x1\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\na",
      "GET / HTTP/1.1\r\n" + host + "A: b\nX: y\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "A: b\rX: y\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"};
  for (const std::string& bad : all_bad) {
    const std::string answer = raw(bad);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << bad;
    EXPECT_THAT(answer, HasSubstr(R"("detail":"the request is malformed","request_id":"req-)")) << bad;
    EXPECT_THAT(answer, HasSubstr("\r\nX-Request-Id: req-")) << bad;
  }
  EXPECT_THAT(status_line("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n"),
              StartsWith("HTTP/1.1 501"));
  for (const char* packing : {"gzip", "GZIP", "deflate, gzip", "br", ""}) {
    EXPECT_THAT(status_line("POST / HTTP/1.1\r\n" + host + "Content-Encoding: " + packing + "\r\n\r\n"),
                StartsWith("HTTP/1.1 415"))
        << packing;
  }
  EXPECT_THAT(status_line("POST / HTTP/1.1\r\n" + host + "Content-Encoding: identity\r\n\r\n"),
              StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpTest, EachAnswerCarriesWhatItsRequestIsCalled) {
  std::vector<std::string> seen;
  serve({}, [&](HttpRequest request, const HttpReply& reply) {
    seen.push_back(request.id);
    reply({.headers = {{"X-Request-Id", "the handler's own"}}});
  });
  const auto id_of = [&](const std::string& header) {
    const std::string answer = raw("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + header + "\r\n");
    const std::string name = "\r\nX-Request-Id: ";
    const auto at = answer.find(name);
    EXPECT_NE(at, answer.npos) << answer;
    EXPECT_EQ(answer.find(name, at + 1), answer.npos) << "once";
    return answer.substr(at + name.size(), answer.find('\r', at + 1) - at - name.size());
  };
  EXPECT_EQ(id_of("X-Request-Id: build-17.3_a:b\r\n"), "build-17.3_a:b");
  EXPECT_EQ(seen.back(), "build-17.3_a:b");
  EXPECT_EQ(id_of("x-request-id: " + std::string(request_id_bytes_max, 'x') + "\r\n").size(), request_id_bytes_max);
  const std::string first = id_of(""), second = id_of("");
  EXPECT_TRUE(is_id(first, "req-")) << first;
  EXPECT_NE(first, second);
  EXPECT_EQ(seen.back(), second);
  for (const std::string& bad : {std::string{"a b"}, std::string{"\"}"}, std::string{"<script>"},
                                 std::string{"\xc3\xa4"}, std::string(request_id_bytes_max + 1, 'x')}) {
    EXPECT_TRUE(is_id(id_of("X-Request-Id: " + bad + "\r\n"), "req-")) << bad;
  }
}

TEST_F(HttpTest, LimitsAreMet) {
  serve({.body_bytes_max = 1000, .header_bytes_max = 2000});
  const auto post = [&](std::size_t size, const std::string& filler) {
    return status_line("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: " + filler +
                       "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x'));
  };
  EXPECT_EQ(post(1000, "a"), "HTTP/1.1 200 OK");
  EXPECT_EQ(post(1001, "a"), "HTTP/1.1 413 Content Too Large");
  EXPECT_EQ(post(0, std::string(1800, 'a')), "HTTP/1.1 200 OK");
  EXPECT_EQ(post(0, std::string(2000, 'a')), "HTTP/1.1 431 Request Header Fields Too Large");
  std::string chunks = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 11; ++i) chunks += "64\r\n" + std::string(100, 'c') + "\r\n";
  EXPECT_EQ(status_line(chunks + "0\r\n\r\n"), "HTTP/1.1 413 Content Too Large");
}

TEST_F(HttpTest, ASlowRequestIsCutAndAnIdleConnectionClosed) {
  serve({.request_timeout = Millis{100}});
  EXPECT_THAT(raw("GET / HTTP/1.1\r\nHo"), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_EQ(raw(""), "");
}

TEST_F(HttpTest, WhatIsNoRequestIsToldWithWhoseItWas) {
  std::vector<std::string> told;
  const auto tell = [&](const std::string& peer, std::string_view why) {
    told.push_back(peer.substr(0, peer.find(':')) + " " + std::string{why});
  };
  serve({.body_bytes_max = 1000, .request_timeout = Millis{100}, .on_refused = tell});
  EXPECT_EQ(status_line("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), "HTTP/1.1 200 OK");
  raw("GET /\r\n\r\n");
  raw("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
  raw("GET / HTTP/1.1\r\nHo");
  server.reset();  // and with it its thread
  EXPECT_THAT(told, testing::ElementsAre("127.0.0.1 the request is malformed", "127.0.0.1 the request is too large",
                                         "127.0.0.1 the request was too slow"));
}

TEST_F(HttpTest, AHandlerThatNeverAnswersMeansTooBusy) {
  HttpReply kept;
  HttpConfig config{.request_timeout = Millis{100}};
  config.on_refused = [](const std::string&, std::string_view why) { ADD_FAILURE() << why << ": ours, not theirs"; };
  serve(config, [&](HttpRequest, HttpReply reply) { kept = std::move(reply); });
  EXPECT_THAT(raw("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
  kept({.body = "too late"});  // dropped
  server.reset();
  kept({.body = "far too late"});  // harmless
}

TEST_F(HttpTest, RepliesComeFromAnyThread) {
  std::vector<std::thread> threads;
  serve({}, [&](HttpRequest request, HttpReply reply) {
    threads.emplace_back([path = request.path, reply = std::move(reply)] {
      reply({.body = path});
      reply({.body = "a second reply is dropped"});
    });
  });
  for (int i = 0; i < 20; ++i) {
    const std::string path = "/" + std::to_string(i);
    const auto answer = http_call({.url = url(path)});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer.value().body, path);
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(HttpTest, AClientThatWaitsForPermissionGetsIt) {
  serve();
  const Fd fd = open_raw();
  const std::string head =
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n";
  ASSERT_GT(::send(fd.get(), head.data(), head.size(), MSG_NOSIGNAL), 0);
  char chunk[100];
  const ssize_t got = ::recv(fd.get(), chunk, sizeof chunk, 0);
  EXPECT_EQ((std::string{chunk, static_cast<std::size_t>(got)}), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_EQ(::send(fd.get(), "ok", 2, MSG_NOSIGNAL), 2);
  EXPECT_THAT(read_all(fd), HasSubstr("[ok]"));
}

TEST_F(HttpTest, ConnectionsPastTheLimitWaitForAPlace) {
  serve({.connections_max = 1});
  Fd first = open_raw();
  const Fd second = open_raw();
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  ASSERT_GT(::send(first.get(), "GET", 3, MSG_NOSIGNAL), 0);
  ASSERT_GT(::send(second.get(), request.data(), request.size(), MSG_NOSIGNAL), 0);
  pollfd answered{second.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&answered, 1, 100), 0);
  first.close();
  EXPECT_THAT(read_all(second), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpTest, AllThatIsBeingReadTogetherHasALimit) {
  const std::string end = "Connection: close\r\n\r\n";
  const std::string small = "GET / HTTP/1.1\r\nHost: h\r\n" + end;
  std::string half = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n" + end;
  serve({.requests_bytes_max = half.size() + small.size()});
  const Fd reading = open_raw();
  ASSERT_GT(::send(reading.get(), half.data(), half.size(), MSG_NOSIGNAL), 0);
  char chunk[100];
  ASSERT_GT(::recv(reading.get(), chunk, sizeof chunk, 0), 0);  // 100 Continue: it is being read
  EXPECT_EQ(status_line(small), "HTTP/1.1 200 OK");
  EXPECT_EQ(status_line("GET /x HTTP/1.1\r\nHost: h\r\n" + end), "HTTP/1.1 503 Service Unavailable");
  ASSERT_EQ(::send(reading.get(), "ok", 2, MSG_NOSIGNAL), 2);
  EXPECT_THAT(read_all(reading), HasSubstr("[ok]"));
  EXPECT_EQ(status_line("GET /x HTTP/1.1\r\nHost: h\r\n" + end), "HTTP/1.1 200 OK");
}

TEST_F(HttpTest, PlainHttpIsForLoopbackAlone) {
  const auto refused = HttpServer::create({.host = "0.0.0.0"}, echo);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_THAT(refused.error().what, HasSubstr("0.0.0.0:0"));
  EXPECT_TRUE(HttpServer::create({.host = "::1"}, echo));
}

TEST_F(HttpTest, ATakenPortIsNamed) {
  serve();
  const auto refused = HttpServer::create({.port = server->port()}, echo);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().what, HasSubstr("127.0.0.1:" + std::to_string(server->port())));
}

}  // namespace
}  // namespace signet::net::test
