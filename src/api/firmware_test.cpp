#include "fleet/firmware.h"
#include "api/asked_once.h"
#include "api/scene_for_test.h"
#include "fleet/memory_images_for_test.h"

#include <thread>

namespace signet::api {
namespace {

// An Api whose long work is done elsewhere, as signetd's.
struct Uploads : ::testing::Test {
  Uploads() {
    fleet::Firmwares{scene.fleet}.keep_in(&images);
    const auto made = scene.post(scene.base + "/firmwares", {{"name", "lamp"}});
    path = scene.base + "/firmwares/" + std::string{made.at("firmware").at("id").as_string()} + "/versions/";
  }
  ~Uploads() override { fleet::Firmwares{scene.fleet}.keep_in(nullptr); }

  net::HttpResponse begin(const std::string& version, const Buffer& image, const std::string& key = "") {
    net::HttpRequest request{"POST", path + version, {}, {}, std::string{text_of(image)}, "192.0.2.1:5000", "req-1"};
    request.headers["x-api-key"] = scene.token;
    if (!key.empty()) request.headers[idempotency_key_header] = key;
    return api.handle(std::move(request));
  }
  static net::HttpResponse elsewhere(const net::HttpResponse& promised) {
    net::HttpResponse out;
    std::thread{[&] { out = promised.later(); }}.join();
    return out;
  }
  net::HttpResponse upload(const std::string& version, const Buffer& image, const std::string& key = "") {
    const net::HttpResponse promised = begin(version, image, key);
    if (!promised.later) return promised;
    const net::HttpResponse made = elsewhere(promised);
    return made.then ? made.then() : made;
  }
  std::size_t versions() { return scene.get(path.substr(0, path.size() - 1)).at("versions").as_array().size(); }

  Scene_for_test scene;
  fleet::MemoryImages_for_test images;
  Api api{scene.fleet, scene.clock, {scene.guard, {}}, {}, {}, scene.limits, &scene.fleet.readings()};
  std::string path;
  const Buffer image = fleet::image_for_test();
};

TEST_F(Uploads, AreDigestedElsewhereAndRecordedAtHome) {
  const net::HttpResponse promised = begin("1", image);
  ASSERT_TRUE(promised.later) << promised.body;
  EXPECT_TRUE(images.all.empty()) << "nothing is done before";
  const net::HttpResponse kept = elsewhere(promised);
  ASSERT_TRUE(kept.then) << kept.body;
  EXPECT_EQ(images.all.size(), 1u) << "durable";
  EXPECT_EQ(versions(), 0u) << "and not acknowledged";
  const net::HttpResponse done = kept.then();
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.headers.at("cache-control"), "no-store");
  EXPECT_EQ(versions(), 1u);
}

TEST_F(Uploads, AreRefusedAtOnceWhereTheyMayNot) {
  scene.token = "sgs_wrong";
  EXPECT_EQ(begin("1", image).status, 401);
}

TEST_F(Uploads, OfNoImageAreRefusedElsewhere) {
  EXPECT_EQ(upload("1", copy_of(bytes_of("no image"))).status, 400);
  EXPECT_EQ(upload("1", {}).status, 400);
  images.fail = true;
  EXPECT_EQ(upload("1", image).status, 429) << "the disk is full";
}

TEST_F(Uploads, AreSoManyAtOnce) {
  std::vector<net::HttpResponse> open;
  for (std::size_t i = 0; i < uploads_at_once_max; ++i) {
    open.push_back(begin("1", image));
    ASSERT_TRUE(open.back().later) << i << open.back().body;
  }
  EXPECT_EQ(begin("1", image).status, 429);
  open.pop_back();
  EXPECT_TRUE(begin("1", image).later);
}

TEST_F(Uploads, OfOneNameAreDoneOnce) {
  const net::HttpResponse first = upload("1", image, "order-17"), again = upload("1", image, "order-17");
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.at(replayed_header), "true");
  EXPECT_EQ(upload("2", image, "order-17").status, 422) << "another request by that name";
  EXPECT_EQ(upload("1", fleet::image_for_test(image::Kind::python, 1001), "order-18").status, 409);
  EXPECT_EQ(upload("2", image, "order-18").status, 200) << "which had changed nothing";
}

// Readings that take their time.
struct SlowReadings : fleet::Readings {
  SlowReadings(fleet::Readings& from, ManualClock& by) : readings(from), clock(by) {}
  Result<std::vector<fleet::DataRow>> data(const fleet::DataQuery& query) override {
    clock.advance(10 * RequestLimit::request_time);
    return readings.data(query);
  }
  Status scan(const fleet::DataQuery& query, const fleet::TakeReading& take) override {
    clock.advance(10 * RequestLimit::request_time);
    return readings.scan(query, take);
  }
  fleet::Readings& readings;
  ManualClock& clock;
};

TEST_F(Uploads, AndAllThatIsDoneElsewhereCostTheirToken) {
  SlowReadings readings{scene.fleet.readings(), scene.clock};
  Api slow{scene.fleet, scene.clock, {scene.guard, {}}, {}, {}, {{1, 10}, {100, 100}}, &readings};
  net::HttpRequest request{"GET", scene.base + "/data", {}, {}, "", "192.0.2.1:5000", "req-1"};
  request.headers["x-api-key"] = scene.token;
  const net::HttpResponse promised = slow.handle(request);
  ASSERT_TRUE(promised.later) << promised.body;
  EXPECT_EQ(slow.handle(request).status, 200) << "the promise has cost one of ten";
  EXPECT_EQ(elsewhere(promised).status, 200);
  EXPECT_EQ(slow.handle(request).status, 429) << "what it took has cost ten more";
}

}  // namespace
}  // namespace signet::api
