#include "courier/courier.h"

#include "fleet/manager_for_test.h"
#include "net/http_server.h"

#include <gmock/gmock.h>
#include <future>
#include <mutex>

namespace signet::courier {
namespace {

using testing::HasSubstr;

// A sink of our own, on another thread.
struct Sink {
  Sink() {
    server = net::HttpServer::create({}, [this](net::HttpRequest request, const net::HttpReply& reply) {
               net::HttpResponse answer = answers;
               const std::lock_guard lock{mutex};
               requests.push_back(std::move(request));
               reply(std::move(answer));
             }).value();
  }
  std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(server->port()) + "/zdm/data";
  }
  std::size_t count() {
    const std::lock_guard lock{mutex};
    return requests.size();
  }
  net::HttpResponse answers;
  std::mutex mutex;
  std::vector<net::HttpRequest> requests;
  std::unique_ptr<net::HttpServer> server;  // gone first
};

net::HttpPosted post(const std::string& url, const std::string& allowed, std::string body = "{}",
                     Millis timeout = Millis{5000}) {
  const Reach reach = Reach::parse(allowed).value();
  net::PosterConfig config;
  config.may_reach = [&](const std::string& address, bool tls) { return reach.judge(address, tls); };
  config.timeout = timeout;
  const auto poster = net::HttpPoster::create(config).value();
  std::promise<net::HttpPosted> told;
  poster->post({url, {{"X-Test", "yes"}}, std::move(body)},
               [&](net::HttpPosted posted) { told.set_value(std::move(posted)); });
  return told.get_future().get();
}

TEST(Poster, PostsAndTellsTheStatus) {
  Sink sink;
  EXPECT_EQ(post(sink.url(), "127.0.0.0/8", R"({"a":1})").status, 200);
  ASSERT_EQ(sink.count(), 1u);
  EXPECT_EQ(sink.requests[0].method, "POST");
  EXPECT_EQ(sink.requests[0].path, "/zdm/data");
  EXPECT_EQ(sink.requests[0].body, R"({"a":1})");
  EXPECT_EQ(sink.requests[0].headers.at("x-test"), "yes");
  EXPECT_EQ(sink.requests[0].headers.at("content-type"), "application/json");
}

TEST(Poster, AnAddressIsJudgedWhenItIsConnectedToHoweverItIsWritten) {
  Sink sink;
  for (const char* host :
       {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    const net::HttpPosted posted = post(sink.url(host), "");
    EXPECT_EQ(posted.status, 0) << host;
    EXPECT_THAT(posted.trouble, HasSubstr("not public")) << host;
    EXPECT_TRUE(posted.refused);
  }
  EXPECT_EQ(sink.count(), 0u);
  EXPECT_EQ(post(sink.url("localhost"), "127.0.0.0/8 ::1").status, 200) << "a name, where it is allowed";
}

TEST(Poster, FollowsNoRedirect) {
  Sink elsewhere, sink;
  sink.answers.status = 302;
  sink.answers.headers["location"] = elsewhere.url();
  EXPECT_EQ(post(sink.url(), "127.0.0.0/8").status, 302);
  EXPECT_EQ(elsewhere.count(), 0u);
}

TEST(Poster, OfALongAnswerOnlyTheStatusCounts) {
  Sink sink;
  sink.answers.body = std::string(net::post_answer_bytes_max * 4, 'x');
  EXPECT_EQ(post(sink.url(), "127.0.0.0/8").status, 200);
}

TEST(Poster, NobodyThereIsTold) {
  std::string url;
  {
    const Sink sink;
    url = sink.url();
  }
  const net::HttpPosted posted = post(url, "127.0.0.0/8");
  EXPECT_EQ(posted.status, 0);
  EXPECT_NE(posted.trouble, "");
}

TEST(Poster, WhoDoesNotAnswerIsGivenUp) {
  std::vector<net::HttpReply> kept;
  std::mutex mutex;
  const auto silent = net::HttpServer::create({}, [&](const net::HttpRequest&, const net::HttpReply& reply) {
                        const std::lock_guard lock{mutex};
                        kept.push_back(reply);
                      }).value();
  const auto posted =
      post("http://127.0.0.1:" + std::to_string(silent->port()) + "/", "127.0.0.0/8", "{}", Millis{200});
  EXPECT_EQ(posted.status, 0);
  EXPECT_THAT(posted.trouble, HasSubstr("timed out"));
}

TEST(Poster, ManyGoAtOnceAndTheRestWait) {
  Sink sink;
  const auto poster = net::HttpPoster::create({.may_reach = [](const std::string&, bool) { return Status{}; }}).value();
  constexpr std::size_t many = net::posts_at_once_max * 4;
  std::vector<std::promise<int>> statuses(many);
  for (std::promise<int>& status : statuses) {
    poster->post({sink.url(), {}, "{}"}, [&](const net::HttpPosted& posted) { status.set_value(posted.status); });
  }
  for (std::promise<int>& status : statuses) EXPECT_EQ(status.get_future().get(), 200);
}

TEST(Courier, SignsTheTimeAndTheBody) {
  fleet::Delivery delivery;
  delivery.url = "https://a/", delivery.token = "t0ken", delivery.batch_id = "data-1", delivery.body = "{}";
  delivery.secret.fill(0x0b);
  const net::HttpPost post = post_of(delivery, Timestamp{Seconds{1'780'000'000}});
  EXPECT_EQ(post.headers.at("X-Auth-Token"), "t0ken");
  EXPECT_EQ(post.headers.at("X-Signet-Delivery"), "data-1");
  EXPECT_EQ(post.headers.at("X-Signet-Timestamp"), "1780000000");
  const std::string expected = hex(crypto::hmac_sha256(Bytes{delivery.secret}, bytes_of("1780000000.{}")));
  EXPECT_EQ(post.headers.at("X-Signet-Signature"), "v1=" + expected);
}

TEST(Courier, CarriesWhatIsDueAndTellsTheFleet) {
  Sink sink;
  SystemClock clock;
  const auto loop = net::Loop::create(clock).value();
  fleet::Policy policy;
  policy.check_url = [](const std::string&) { return Status{}; };
  fleet::Manager_for_test m{policy};
  m.set_up();
  const fleet::Admission who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  fleet::Integrations& hooks = m.fleet.integrations();
  const auto made = hooks.create(m.owner, m.workspace.id, {.name = "sink", .url = sink.url()}).value();
  const auto courier = Courier::create({Reach::parse("127.0.0.1").value()}, m.fleet, *loop).value();
  const auto say = [&](int n) {
    const auto reading = m.fleet.judge(who, "t", m.clock.now() + Micros{n}, R"({"n":1})");
    ASSERT_TRUE(fleet::is_well(m.keep(std::array{reading.value()})));
  };
  const auto delivered = [&] { return hooks.get(m.owner, m.workspace.id, made.id).value().delivered; };
  say(1);
  const std::function<void()> look = [&] { delivered() == 1 ? loop->stop() : (void)loop->after(Millis{5}, look); };
  look();
  const auto limit = loop->after(Seconds{20}, [&] { loop->stop(); });
  loop->run();
  loop->cancel(limit);
  EXPECT_EQ(delivered(), 1);
  EXPECT_EQ(sink.count(), 1u);
}

}  // namespace
}  // namespace signet::courier
