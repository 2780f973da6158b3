#include "board/fota.h"

#include "board/flash/flash_scene_for_test.h"
#include "net/turn_for_test.h"

#include <gmock/gmock.h>

namespace signet::board {
namespace {

using boot::Outcome;
using boot::Part;
using boot::Reset;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct NoRandom final : crypto::Random {  // every pause is the shortest
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{0}); }
};

// The manager's images, and how often each part of them was asked for.
struct Images final : ImageSource {
  explicit Images(net::Loop& on) : loop(on) {}
  void get(const std::string& path, std::uint32_t first, std::uint32_t size, OnAnswer on_answer) override {
    asked.push_back(path + " " + std::to_string(first) + "+" + std::to_string(size));
    if (asked.size() > answered_max) return;
    timer = loop.after(Micros{0}, [this, path, first, size, on_answer] { on_answer(answer(path, first, size)); });
  }
  void cancel() override {
    if (timer) loop.cancel(*timer);
  }
  Result<Fetched> answer(const std::string& path, std::uint32_t first, std::uint32_t size) {
    if (failures > 0 && asked.size() > good) return --failures, Error{Errc::unavailable, "the line broke"};
    if (status != 206) return Fetched{.status = status};
    Buffer body = copy_of(Bytes{images[path.back() == '0' ? 0 : 1]}.subspan(first, size));
    if (lies) body[0] ^= 1;
    return Fetched{.status = 206, .retry_after = {}, .body = std::move(body)};
  }
  net::Loop& loop;
  std::array<Buffer, 2> images;
  std::vector<std::string> asked;
  int failures = 0;  // after `good` answers
  std::size_t good = 0;
  int status = 206;
  std::size_t answered_max = SIZE_MAX;  // then the line is silent
  bool lies = false;
  std::optional<net::Loop::TimerId> timer;
};

class FotaTest : public FlashScene_for_test, protected FotaHost {
 protected:
  void SetUp() override {
    FlashScene_for_test::SetUp();
    ASSERT_TRUE(flash({os(), application({1, 0, 0, 0})}));
    power_on();
    source.images = {Buffer{}, large({2, 0, 0, 0}, 2)};
  }
  void TearDown() override {
    fota.reset();
    FlashScene_for_test::TearDown();
  }
  Status tell(std::string key, std::string value, std::optional<std::int64_t>) override {
    told.push_back(key + " " + value);
    return {};
  }
  bool ask_fota(const std::string& step, const std::string&) override {
    if (!has_on_fota) return false;
    if (is_silent) return true;
    loop->after(Micros{0}, [this, step] { fota->on_program(step, refuses == step ? "not now" : ""); });
    return true;
  }
  void install_update() override { installs = true; }
  Status accept_update() override {
    TRY(loader->confirm());
    fota->on_accepted();
    return {};
  }
  void abandon_update(const std::string& why) override { abandoned = why; }
  void set_firmware(const std::string&) override {}

  // Of 150 kB: three chunks.
  Buffer large(image::Version version, std::uint32_t counter, const std::string& board = "virtual") const {
    image::Facts facts{.version = version, .board = board, .kind = image::Kind::python};
    facts.os_version = image::Version{2, 0, 0, 0};
    facts.security_counter = counter;
    Buffer data(150'000);
    crypto::SeededRandom_for_test{version.minor + 7u}.fill(data);
    const std::vector<image::File> files{{"main.py", bytes_of("print('two')\n")}, {"resources/a", data}};
    return owner.image(facts, image::encode_project(files).value());
  }
  void power_on(Reset why = Reset::power) {
    fota.reset();
    const Outcome outcome = start(why);
    fota.emplace(*loop, random, *loader, source, static_cast<FotaHost&>(*this), folder);
    fota->on_boot(outcome);
  }
  static std::string offer(const std::string& version = "2.0.0") {
    return R"({"fw_id":"fmw-1","fw_version":")" + version + R"(","on_schedule":""})";
  }
  static json::value part_info(Bytes image) {
    if (image.empty()) return nullptr;
    json::array chunks;
    for (std::size_t at = 0; at < image.size(); at += fota_chunk_bytes) {
      const auto digest = crypto::sha256(image.subspan(at, std::min<std::size_t>(fota_chunk_bytes, image.size() - at)));
      chunks.emplace_back(hex(Bytes{digest}.first(16)));
    }
    return json::object{{"fw_size", image.size()},
                        {"fw_sha256", hex(crypto::sha256(image))},
                        {"fw_crc", ""},
                        {"fw_chunk_size", fota_chunk_bytes},
                        {"fw_chunks", std::move(chunks)}};
  }
  json::object info_object() const {
    json::array parts{part_info(source.images[0]), part_info(source.images[1])};
    return {{"fw_url", "https://elsewhere.example/"}, {"fw_id", "fmw-1"}, {"fw_version", "2.0.0"}, {"fw_info", parts}};
  }
  std::string info() const { return json::serialize(info_object()); }
  void turn_until(const std::function<bool()>& done) {
    net::turn_until(*loop, done);
    ASSERT_FALSE(testing::Test::HasFailure()) << told.back();
  }
  bool has_told(const std::string& part) const {
    return std::any_of(told.begin(), told.end(), [&](const auto& one) { return one.find(part) != one.npos; });
  }
  void download() {
    fota->on_offer(7, offer());
    turn_until([&] { return has_told("#fota_info"); });
    fota->on_info(info());
    turn_until([&] { return has_told("done, resetting") || has_told("\"result\""); });
  }
  void install() {
    download();
    fota->on_told("_fota_status");
    turn_until([&] { return installs; });
    power_on(Reset::request);
    told.clear();
  }
  std::string refusal() {
    download();
    EXPECT_FALSE(installs);
    power_on(Reset::request);
    EXPECT_EQ(loader->outcome(), Outcome::permanent);
    EXPECT_EQ(version(), (image::Version{1, 0, 0, 0})) << "it keeps what it runs";
    return told.back();
  }

  struct LeapingClock final : Clock {  // passes as it does, and faster
    SystemClock real;
    Micros leap{};
    Timestamp now() override { return real.now() + leap; }
    Instant monotonic() override { return real.monotonic() + leap; }
  } clock;
  NoRandom random;
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  Images source{*loop};
  std::optional<Fota> fota;
  std::vector<std::string> told;
  bool has_on_fota = false, is_silent = false, installs = false;
  std::string refuses, abandoned;
};

TEST_F(FotaTest, AnUpdateIsDownloadedTriedAcceptedAndAnswered) {
  EXPECT_EQ(fota->firmware(), "Factory");
  install();
  EXPECT_THAT(source.asked, ElementsAre("/fota/fmw-1/2.0.0/1 0+65536", "/fota/fmw-1/2.0.0/1 65536+65536",
                                        HasSubstr("/fota/fmw-1/2.0.0/1 131072+")));
  EXPECT_EQ(loader->outcome(), Outcome::trial);
  EXPECT_EQ(fota->firmware(), "testing-fmw-1:2.0.0");
  fota->on_offer(7, offer());  // the manager says it again: it is heard
  EXPECT_EQ(loader->outcome(), Outcome::permanent);
  EXPECT_THAT(told, ElementsAre("_fota_status null",
                                R"(@fota {"fw_id":"fmw-1","fw_version":"2.0.0","result":"success","msg":""})"));
  EXPECT_EQ(fota->firmware(), "fmw-1:2.0.0");
  EXPECT_EQ(element.counters[1], 2u);
  power_on();
  EXPECT_EQ(fota->firmware(), "fmw-1:2.0.0");
  EXPECT_TRUE(has_told("success")) << "nobody has acknowledged it";
  fota->on_told("@fota");
  told.clear();
  power_on();
  EXPECT_TRUE(told.empty());
}

TEST_F(FotaTest, ProgressIsToldInStepsOfTenPercent) {
  download();
  EXPECT_THAT(told,
              testing::Contains(R"(_fota_status {"fw_version":"2.0.0","progress":"downloading","percent":[0,33]})"));
  EXPECT_EQ(json::serialize(fota->percent()), "[0,100]") << "a program sees each chunk";
}

TEST_F(FotaTest, ADownloadThatIsCutGoesOn) {
  source.answered_max = 2;
  fota->on_offer(7, offer());
  fota->on_info(info());
  turn_until([&] { return source.asked.size() > 2; });
  power_on();  // in the middle of it
  source.answered_max = SIZE_MAX;
  source.asked.clear();
  download();
  EXPECT_THAT(source.asked, ElementsAre(HasSubstr(" 131072+"))) << "what is there is not fetched again";
  EXPECT_TRUE(has_told("done, resetting"));
}

TEST_F(FotaTest, ALineThatBreaksIsTriedAgainAndNotForEver) {
  source.good = 1, source.failures = static_cast<int>(fota_attempts_max) - 1;
  download();
  EXPECT_TRUE(has_told("done, resetting"));
  EXPECT_EQ(source.asked.size(), fota_attempts_max + 2);
}

TEST_F(FotaTest, ALineThatStaysBrokenIsGivenUp) {
  source.failures = 1000;
  EXPECT_THAT(refusal(), HasSubstr("the line broke"));
  EXPECT_EQ(source.asked.size(), fota_attempts_max);
}

// Who owns the manager can offer what he likes.
TEST_F(FotaTest, WhatIsNotTheOwnersIsNotInstalled) {
  image::Facts facts{.version = {2, 0, 0, 0}, .board = "virtual", .kind = image::Kind::python};
  facts.os_version = image::Version{2, 0, 0, 0};
  facts.security_counter = 2;
  source.images[1] = image::encode(facts, Buffer(70'000)).value();
  EXPECT_THAT(refusal(), HasSubstr("is not signed"));
}

TEST_F(FotaTest, AStrangersImageIsNotInstalled) {
  const image::Signer_for_test stranger{9};
  image::Facts facts{.version = {2, 0, 0, 0}, .board = "virtual", .kind = image::Kind::python};
  facts.os_version = image::Version{2, 0, 0, 0};
  facts.security_counter = 2;
  source.images[1] = stranger.image(facts, Buffer(70'000));
  EXPECT_THAT(refusal(), HasSubstr("a key that is not accepted"));
}

TEST_F(FotaTest, AnotherBoardsImageIsNotInstalled) {
  source.images[1] = large({2, 0, 0, 0}, 2, "other");
  EXPECT_THAT(refusal(), HasSubstr("is for another board"));
}

TEST_F(FotaTest, AnOlderImageIsNotInstalled) {
  source.images[1] = large({0, 9, 0, 0}, 0);
  EXPECT_THAT(refusal(), HasSubstr("older than this board allows"));
}

TEST_F(FotaTest, PartsOfTwoVersionsAreNotMixed) {
  source.images[0] = os({3, 0, 0, 0}, 2);  // a good OS, that this application was not made for
  EXPECT_THAT(refusal(), HasSubstr("made for another version of the OS"));
}

TEST_F(FotaTest, AnotherThingThanWasAnnouncedIsRefused) {
  source.lies = true;
  EXPECT_THAT(refusal(), HasSubstr("something else than it announced"));
  EXPECT_EQ(source.asked.size(), fota_mismatches_max);
}

TEST_F(FotaTest, RightChunksOfAWrongWholeAreRefused) {
  fota->on_offer(7, offer());
  json::object lie = info_object();
  lie["fw_info"].as_array()[1].as_object()["fw_sha256"] = std::string(64, '0');
  fota->on_info(json::serialize(lie));
  turn_until([&] { return has_told("announced two things"); });
}

TEST_F(FotaTest, AManagerThatTakesItBackIsHeard) {
  for (const int status : {403, 404, 416}) {
    source.status = status;
    told.clear();
    EXPECT_THAT(refusal(), HasSubstr("answered " + std::to_string(status)));
    fota->on_told("@fota");
    fota->forget();
  }
  fota->on_offer(7, offer());
  fota->on_info(R"({"fw_id":"fmw-1","fw_version":"2.0.0","error":"not you"})");
  EXPECT_THAT(told.back(), HasSubstr("the manager: not you"));
}

TEST_F(FotaTest, TheProgramMayRefuse) {
  has_on_fota = true;
  refuses = "check_version";
  fota->on_offer(7, offer());
  turn_until([&] { return has_told("\"result\""); });
  EXPECT_THAT(told.back(), HasSubstr("the program refused it: not now"));
  EXPECT_TRUE(source.asked.empty());
  told.clear();
  fota->on_offer(7, offer());
  EXPECT_THAT(told.back(), HasSubstr("the program refused it")) << "the same order has the same answer";

  refuses = "accept";
  told.clear();
  fota->on_offer(8, offer());
  turn_until([&] { return has_told("#fota_info"); });
  fota->on_info(info());
  turn_until([&] { return has_told("done, resetting"); });
  power_on(Reset::request);
  fota->on_heard();
  turn_until([&] { return !abandoned.empty(); });
  power_on(Reset::watchdog);
  EXPECT_EQ(version(), (image::Version{1, 0, 0, 0}));
  EXPECT_THAT(told.back(), AllOf(HasSubstr("\"fail\""), HasSubstr("did not accept it: not now")));
}

TEST_F(FotaTest, AProgramThatDoesNotAnswerIsNotWaitedFor) {
  has_on_fota = is_silent = true;
  fota->on_offer(7, offer());
  clock.leap += fota_check_timeout;
  turn_until([&] { return has_told("did not answer on_fota's check_version in time"); });
}

TEST_F(FotaTest, AManagerThatDoesNotAnswerIsAskedTenTimes) {
  fota->on_offer(7, offer());
  for (unsigned i = 1; i < fota_info_max; ++i) {
    EXPECT_FALSE(has_told("\"fail\""));
    const auto before = told.size();
    clock.leap += fota_info_every;
    turn_until([&] { return told.size() > before; });
  }
  clock.leap += fota_info_every;
  turn_until([&] { return has_told("does not say what the version consists of"); });
}

TEST_F(FotaTest, ItRestartsAlsoWhenNobodyAcknowledges) {
  download();
  EXPECT_FALSE(installs);
  clock.leap += fota_goodbye_timeout;
  turn_until([&] { return installs; });
}

TEST_F(FotaTest, AWayBackIsAnsweredWithItsCause) {
  install();
  fota->on_trial_over("the program crashed");
  fota->on_trial_over("time is over");
  power_on(Reset::watchdog);
  EXPECT_EQ(version(), (image::Version{1, 0, 0, 0}));
  EXPECT_THAT(told.back(), AllOf(HasSubstr("\"fail\""), HasSubstr("the program crashed")));
  EXPECT_EQ(fota->firmware(), "Factory");
}

TEST_F(FotaTest, APowerCutRightAfterTheConfirmationIsASuccess) {
  install();
  ASSERT_TRUE(loader->confirm());
  power_on();
  EXPECT_THAT(told.back(), HasSubstr("success"));
  EXPECT_EQ(fota->firmware(), "fmw-1:2.0.0");
}

TEST_F(FotaTest, ATrialThatLosesPowerGoesBackAndSaysSo) {
  install();
  power_on();
  EXPECT_THAT(told.back(), AllOf(HasSubstr("\"fail\""), HasSubstr("was reset before")));
}

TEST_F(FotaTest, AReasonIsCutAndTheOwnersLeaveTakesTheRecordAlong) {
  has_on_fota = true;
  fota->on_offer(7, offer());
  fota->on_program("check_version", std::string(1000, 'x'));
  EXPECT_LT(told.back().size(), fota_reason_bytes_max + 100);
  EXPECT_TRUE(file_exists(folder + "/fota.json"));
  fota->forget();
  EXPECT_FALSE(file_exists(folder + "/fota.json"));
}

TEST_F(FotaTest, WhatTheManagerSaysIsJudged) {
  ASSERT_TRUE(read_fota_info(info()));
  const auto harmed = [&](const std::string& name, json::value value) {
    json::object out = info_object();
    json::object& part = out["fw_info"].as_array()[1].as_object();
    (part.contains(name) ? part : out)[name] = std::move(value);
    return read_fota_info(json::serialize(out));
  };
  EXPECT_EQ(harmed("fw_size", flash_application_bytes_max + 1).error().code, Errc::too_large) << "endless data";
  const std::map<std::string, std::vector<const char*>> harms{
      {"fw_size", {"0", "-1", "70000", "\"1\""}},
      {"fw_sha256", {"\"00\"", "7"}},
      {"fw_chunk_size", {"1"}},
      {"fw_chunks", {"[]", R"(["00","00","00"])", "[1,2,3]"}},
      {"fw_id", {R"("../x")", "\"\""}},
      {"fw_version", {R"("a b")", "7"}},
      {"fw_info", {"[null,null]", "[null,null,null]", "7", "[7]"}}};
  for (const auto& [name, values] : harms) {
    for (const char* value : values) EXPECT_FALSE(harmed(name, parse_json(value).value())) << name << " " << value;
  }
  EXPECT_FALSE(harmed("fw_version", json::value(std::string(fota_name_bytes_max + 1, '1'))));
  fota->on_offer(7, "null");
  fota->on_info(info());
  EXPECT_TRUE(told.empty()) << "nobody offered it";
}

TEST_F(FotaTest, ARecordThatCannotBeReadIsDoneWithout) {
  ASSERT_TRUE(write_file_atomic(folder + "/fota.json", bytes_of("{"), 0600));
  power_on();
  EXPECT_EQ(fota->firmware(), "Factory");
}

}  // namespace
}  // namespace signet::board
