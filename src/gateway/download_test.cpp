#include "gateway/download.h"

#include "gateway/scene_for_test.h"

#include <gmock/gmock.h>
#include <filesystem>

namespace signet::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(ImagePath, NamesOneImageAndNothingElse) {
  EXPECT_EQ(read_image_path("/fota/fmw-000000000001/2.0.0/1").value(), (ImageName{"fmw-000000000001", "2.0.0", 1}));
  EXPECT_EQ(read_image_path("/fota/fmw-000000000001/2.0.0/0").value().index, 0u);
  for (const char* path : {"/", "/fota/", "/fota/fmw-1/2.0.0", "/fota/fmw-1/2.0.0/2", "/fota/fmw-1/2.0.0/1/",
                           "/fota//2.0.0/1", "/fota/fmw-1/a b/1", "/fota/fmw-1/2.0.0/01"}) {
    EXPECT_FALSE(read_image_path(path)) << path;
  }
  const std::string longest =
      "/fota/" + std::string(download_path_bytes_max - 10, 'a') + "/1/0";  // as long as it may be
  EXPECT_TRUE(read_image_path(longest));
  EXPECT_FALSE(read_image_path("/fota/a" + longest.substr(6)));
}

TEST(Range, IsOneRangeOfBytesCutToTheWhole) {
  EXPECT_EQ(read_range("bytes=0-99", 1000).value(), (ByteRange{0, 100}));
  EXPECT_EQ(read_range("bytes=900-", 1000).value(), (ByteRange{900, 100}));
  EXPECT_EQ(read_range("bytes=900-5000", 1000).value(), (ByteRange{900, 100}));
  EXPECT_EQ(read_range("bytes=-10", 1000).value(), (ByteRange{990, 10}));
  EXPECT_EQ(read_range("bytes=-5000", 1000).value(), (ByteRange{0, 1000}));
  for (const char* other : {"", "bytes=", "bytes=-", "bytes=9-1", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b"}) {
    EXPECT_EQ(read_range(other, 1000).value(), std::nullopt) << other;
  }
  for (const char* outside : {"bytes=1000-", "bytes=1000-1001", "bytes=-0"}) {
    EXPECT_FALSE(read_range(outside, 1000)) << outside;
  }
  EXPECT_FALSE(read_range("bytes=0-", 0));
}

// A device that fetches: what it sends is its requests, what it hears is collected.
class Fetching : public Scene {
 protected:
  Fetching() {
    std::string name = (std::filesystem::temp_directory_path() / "signet-download-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    image.resize(200'000);
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    EXPECT_TRUE(write_file_atomic(folder + "/image", image, 0600));
    hall();
    registrar->serve_images([this](const fleet::Admission& who, const ImageName& name) -> Result<ImageFile> {
      ++asked;
      if (who.device != ann.id) return Error{Errc::forbidden, "it is not being updated to that"};
      if (name.version != "2.0.0") return Error{Errc::not_found, "no such version"};
      return ImageFile{folder + "/image", image.size(), "abc"};
    });
  }

  ~Fetching() override { std::filesystem::remove_all(folder); }

  std::shared_ptr<Download> open(const Person& person) {
    connection = std::make_unique<FakeConnection>(person.certificate, "127.0.0.1:1000");
    auto made = hall().make_download();
    connection->open = true;
    made->on_open(*connection);
    return made;
  }
  std::string ask(Download& download, const std::string& request) {
    connection->sent.clear();
    download.on_bytes(*connection, bytes_of(request));
    for (int i = 0; i < 100 && !connection->closed; ++i) {  // the net tells when all is written
      const std::size_t before = connection->sent.size();
      download.on_drained(*connection);
      turn.end();
      if (connection->sent.size() == before) break;
    }
    return std::string{connection->sent.begin(), connection->sent.end()};
  }
  std::string get(Download& download, const std::string& headers = "", const std::string& version = "2.0.0") {
    return ask(download, "GET /fota/fmw-000000000001/" + version + "/1 HTTP/1.1\r\nHost: m\r\n" + headers + "\r\n");
  }
  static std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  std::string folder;
  Buffer image;
  int asked = 0;
  std::unique_ptr<FakeConnection> connection;
};

TEST_F(Fetching, GivesAnImageWholeAndInRanges) {
  const auto download = open(ann);
  const std::string whole = get(*download);
  EXPECT_THAT(whole, StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n"));
  EXPECT_EQ(body_of(whole), std::string(image.begin(), image.end()));

  const std::string part = get(*download, "Range: bytes=65536-131071\r\n");
  EXPECT_THAT(part, StartsWith("HTTP/1.1 206 Partial Content\r\nContent-Length: 65536\r\n"));
  EXPECT_THAT(part, HasSubstr("Content-Range: bytes 65536-131071/200000\r\n"));
  EXPECT_EQ(body_of(part), std::string(image.begin() + 65536, image.begin() + 131072));
  EXPECT_EQ(asked, 1) << "a grant is good for some seconds";
  EXPECT_FALSE(connection->paused) << "it may ask on";
}

TEST_F(Fetching, AsksTheFleetAgainWhenTheGrantIsOld) {
  const auto download = open(ann);
  get(*download, "Range: bytes=0-9\r\n");
  pass(grant_time + Seconds{1});
  get(*download, "Range: bytes=0-9\r\n");
  EXPECT_EQ(asked, 2);
}

TEST_F(Fetching, RefusesWithTheStatusThatFits) {
  auto download = open(bob);
  EXPECT_THAT(get(*download), StartsWith("HTTP/1.1 403 ")) << "not his update";
  EXPECT_TRUE(connection->closed) << "he comes by the guard again";
  download = open(ann);
  EXPECT_THAT(get(*download, "", "9.9.9"), StartsWith("HTTP/1.1 404 "));
  EXPECT_TRUE(connection->closed);
  download = open(ann);
  EXPECT_THAT(ask(*download, "GET /v3/devices HTTP/1.1\r\nHost: m\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(ask(*download, "DELETE /fota/fmw-000000000001/2.0.0/1 HTTP/1.1\r\nHost: m\r\n\r\n"),
              StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(get(*download, "Range: bytes=200000-\r\n"), StartsWith("HTTP/1.1 416 "));
  EXPECT_THAT(get(*download, "Range: bytes=0-0\r\n"), StartsWith("HTTP/1.1 206 ")) << "and serves it on";
}

TEST_F(Fetching, SendsNoBodyToHeadAndKnowsAnImageByItsTag) {
  const auto download = open(ann);
  const std::string head = ask(*download, "HEAD /fota/fmw-000000000001/2.0.0/1 HTTP/1.1\r\nHost: m\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 200000\r\n"));
  EXPECT_EQ(body_of(head), "");
  EXPECT_THAT(get(*download, "Range: bytes=0-9\r\nIf-Range: \"abc\"\r\n"), StartsWith("HTTP/1.1 206 "));
  EXPECT_THAT(get(*download, "Range: bytes=0-9\r\nIf-Range: \"old\"\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Fetching, EndsWhoSendsNonsenseOrTooMuch) {
  auto download = open(ann);
  EXPECT_THAT(ask(*download, "\x10\x20MQTT\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(connection->closed);
  download = open(ann);
  const std::string long_header(download_header_bytes_max, 'a');
  EXPECT_THAT(get(*download, "X: " + long_header + "\r\n"), StartsWith("HTTP/1.1 4"));
  EXPECT_TRUE(connection->closed);
}

TEST_F(Fetching, EndsWhoIsSilentAndWhoWasWithdrawn) {
  auto download = open(ann);
  pass(download_idle_max);
  EXPECT_FALSE(connection->closed);
  pass(Seconds{2});
  EXPECT_TRUE(connection->closed);

  download = open(ann);
  pass(Seconds{1});
  EXPECT_FALSE(connection->closed);
  clock.advance(Seconds{10'000'000});  // past its certificate
  get(*download);
  pass(Seconds{1});
  EXPECT_TRUE(connection->closed);
}

TEST_F(Fetching, WaitsForItsShareOfTheRate) {
  config.download_kib_per_second = 64;
  close_hall();
  hall();
  registrar->serve_images([this](const fleet::Admission&, const ImageName&) -> Result<ImageFile> {
    return ImageFile{folder + "/image", image.size(), "abc"};
  });
  const auto download = open(ann);
  const std::string first = get(*download);
  EXPECT_LT(first.size(), 150'000u) << "a second's worth, and one piece of debt";
  std::size_t got = body_of(first).size();
  connection->sent.clear();
  for (int i = 0; i < 5 && got < image.size(); ++i) {
    clock.advance(Seconds{1});
    turn.end();
    download->on_drained(*connection);
    got += std::exchange(connection->sent, {}).size();
  }
  EXPECT_EQ(got, image.size());
}

TEST_F(Fetching, DoesNotLetOneDeviceTakeAllTheRoom) {
  std::vector<std::shared_ptr<Download>> all;
  std::vector<std::unique_ptr<FakeConnection>> lines;
  for (std::size_t i = 0; i < downloads_of_device_max; ++i) {
    all.push_back(open(ann));
    EXPECT_FALSE(connection->closed);
    lines.push_back(std::move(connection));
  }
  const auto more = open(ann);
  EXPECT_TRUE(connection->closed);
  EXPECT_TRUE(audited("at once already"));
  const auto other = open(bob);
  EXPECT_FALSE(connection->closed) << "another device has room";
}

TEST_F(Fetching, IsNotReadForAWhileWhenItAsksTooFast) {
  const auto download = open(ann);
  const std::string head = "HEAD /fota/fmw-000000000001/2.0.0/1 HTTP/1.1\r\nHost: m\r\n\r\n";
  for (std::uint32_t i = 0; i < download_requests_burst_max; ++i) EXPECT_NE(ask(*download, head), "") << i;
  ask(*download, head);
  connection->sent.clear();
  download->on_bytes(*connection, bytes_of(head));
  EXPECT_TRUE(connection->paused);
  EXPECT_TRUE(connection->sent.empty());
  clock.advance(Seconds{1});
  turn.end();
  EXPECT_FALSE(connection->sent.empty());
}

TEST_F(Fetching, HasRoomForSoManyAtOnce) {
  config.downloads_max = 0;
  close_hall();
  const auto first = hall().make_download();
  EXPECT_TRUE(first);
  EXPECT_FALSE(hall().make_download());
}

}  // namespace
}  // namespace signet::gateway
