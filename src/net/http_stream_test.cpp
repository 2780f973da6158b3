#include "net/http_client.h"
#include "net/http_server.h"
#include "net/test_support.h"

#include <gmock/gmock.h>
#include <condition_variable>

namespace signet::net::test {
namespace {

// Answers every request with a stream, and hands that to the test.
struct StreamTest : testing::Test {
  void serve(HttpConfig config = {}) {
    server = HttpServer::create(config, [this](const HttpRequest&, const HttpReply& reply) {
               const auto stream = std::make_shared<HttpStream>();
               reply({.content_type = "text/event-stream", .stream = stream});
               const std::lock_guard lock{mutex};
               streams.push_back(stream);
               changed.notify_all();
             }).value();
  }
  std::shared_ptr<HttpStream> next_stream() {
    std::unique_lock lock{mutex};
    EXPECT_TRUE(changed.wait_for(lock, Seconds{20}, [&] { return !streams.empty(); }));
    const auto out = streams.front();
    streams.erase(streams.begin());
    return out;
  }
  std::string url(const char* scheme = "http") const {
    return std::string{scheme} + "://127.0.0.1:" + std::to_string(server->port()) + "/";
  }
  // Reads on a thread of its own.
  struct Reader {
    explicit Reader(HttpCall call) : thread([this, call = std::move(call)]() mutable { run(std::move(call)); }) {}
    ~Reader() { thread.join(); }
    void run(HttpCall call) {
      call.timeout = Seconds{0};
      call.on_body = [this](std::string_view text) {
        const std::lock_guard lock{mutex};
        read += text;
        changed.notify_all();
        return read.find("enough") == read.npos;
      };
      const auto answer = http_call(call);
      const std::lock_guard lock{mutex};
      status = answer ? answer.value().status : 0;
      if (answer) headers = answer.value().headers;
      done = true;
      changed.notify_all();
    }
    void wait_for(const std::function<bool()>& condition) {
      std::unique_lock lock{mutex};
      EXPECT_TRUE(changed.wait_for(lock, Seconds{20}, condition)) << read;
    }
    std::mutex mutex;
    std::condition_variable changed;
    std::string read;
    std::map<std::string, std::string> headers;
    int status = 0;
    bool done = false;
    std::thread thread;  // last
  };

  Ca ca;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<HttpStream>> streams;
  std::unique_ptr<HttpServer> server;
};

TEST_F(StreamTest, WhatIsPushedIsReadAsItComesUntilTheEnd) {
  serve();
  Reader reader{{.url = url()}};
  const auto stream = next_stream();
  EXPECT_EQ(stream->push("one "), HttpStream::Pushed::taken);
  reader.wait_for([&] { return reader.read == "one "; });
  EXPECT_EQ(stream->push("two "), HttpStream::Pushed::taken);
  reader.wait_for([&] { return reader.read == "one two "; });
  stream->end("end");
  reader.wait_for([&] { return reader.done; });
  EXPECT_EQ(reader.status, 200);
  EXPECT_EQ(reader.read, "one two end");
  EXPECT_EQ(reader.headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(reader.headers.at("connection"), "close");
  EXPECT_FALSE(reader.headers.contains("content-length"));
  EXPECT_EQ(stream->push("late"), HttpStream::Pushed::gone);
  EXPECT_TRUE(stream->was_taken());
}

TEST_F(StreamTest, GoesOverTls) {
  const Issued identity = ca.issue();
  serve({.identity = ServerIdentity{identity.certificate_pem, identity.key_pem}});
  Reader reader{{.url = url("https"), .ca_pem = ca.pem()}};
  const auto stream = next_stream();
  const std::string much(stream_bytes_max - 8, 'x');
  EXPECT_EQ(stream->push(much), HttpStream::Pushed::taken);
  stream->end("end");
  reader.wait_for([&] { return reader.done; });
  EXPECT_EQ(reader.read, much + "end");
}

TEST_F(StreamTest, ManyPushesFromAnotherThreadComeInTheirOrder) {
  serve();
  Reader reader{{.url = url()}};
  const auto stream = next_stream();
  std::string all;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = std::to_string(i) + ",";
    ASSERT_EQ(stream->push(text), HttpStream::Pushed::taken);
    all += text;
  }
  stream->end("");
  reader.wait_for([&] { return reader.done; });
  EXPECT_EQ(reader.read, all);
}

TEST_F(StreamTest, AReaderThatIsTooSlowCostsSoMuchAndHearsTheLastWord) {
  serve();
  HttpStream alone;  // that nobody takes from
  EXPECT_EQ(alone.push(std::string(stream_bytes_max, 'x')), HttpStream::Pushed::taken);
  EXPECT_EQ(alone.push("y"), HttpStream::Pushed::full);
  alone.end("too slow");
  EXPECT_EQ(alone.push("y"), HttpStream::Pushed::gone);
  const HttpStream::Piece piece = alone.take();
  EXPECT_EQ(piece.text, "too slow");
  EXPECT_TRUE(piece.is_last);
  EXPECT_FALSE(alone.was_taken());
}

// Pushes until the reader is found to be gone.
bool goes(HttpStream& stream, const std::string& text) {
  const auto give_up = std::chrono::steady_clock::now() + Seconds{20};
  while (stream.push(text) != HttpStream::Pushed::gone) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST_F(StreamTest, AReaderThatLeavesIsGone) {
  serve();
  Reader reader{{.url = url()}};
  const auto stream = next_stream();
  ASSERT_EQ(stream->push("enough"), HttpStream::Pushed::taken);
  reader.wait_for([&] { return reader.done; });
  EXPECT_EQ(reader.status, 200) << "it ended it itself";
  EXPECT_TRUE(goes(*stream, "more"));
  EXPECT_TRUE(stream->is_gone());
}

TEST_F(StreamTest, AReaderThatLeavesIsMissedThoughNothingIsSaid) {
  serve();
  Reader reader{{.url = url()}};
  const auto stream = next_stream();
  ASSERT_EQ(stream->push("enough"), HttpStream::Pushed::taken);
  reader.wait_for([&] { return reader.done; });
  const auto give_up = std::chrono::steady_clock::now() + Seconds{20};
  while (!stream->is_gone() && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_TRUE(stream->is_gone());
}

TEST_F(StreamTest, AReaderThatStopsIsCut) {
  serve({.request_timeout = Millis{300}});
  std::mutex reading;
  std::unique_lock stopped{reading};
  std::thread reader{[&] {
    const auto answer = http_call({.url = url(), .timeout = Seconds{0}, .on_body = [&](std::string_view) {
                                     const std::lock_guard wait{reading};
                                     return true;
                                   }});
    EXPECT_TRUE(answer || answer.error().code == Errc::unavailable);  // it may find out, or see an end
  }};
  const auto stream = next_stream();
  EXPECT_TRUE(goes(*stream, std::string(64 * 1024, 'x')));
  stopped.unlock();
  reader.join();
}

}  // namespace
}  // namespace signet::net::test
