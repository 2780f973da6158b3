#include "fleet/firmware.h"

#include "crypto/md5.h"
#include "fleet/fota.h"
#include "fleet/house.h"
#include "fleet/manager_for_test.h"
#include "fleet/memory_images_for_test.h"

namespace signet::fleet {
namespace {

struct FirmwareTest : testing::Test {
  FirmwareTest() {
    m.set_up();
    all.keep_in(&images);
    lamp = all.create(m.owner, m.workspace.id, "lamp", "of the hall").value().id;
  }
  Result<FirmwareVersion> upload(Bytes image, const std::string& version = "1.2.0") {
    return all.upload(m.owner, m.workspace.id, lamp, version, image);
  }
  std::string refusal(Bytes image) {
    const auto refused = upload(image, "9");
    EXPECT_TRUE(fails_with(refused, Errc::malformed));
    return refused ? "" : refused.error().what;
  }
  Manager_for_test m;
  MemoryImages_for_test images;
  Firmwares all{m.fleet};
  FirmwareId lamp;
};

TEST_F(FirmwareTest, AnUploadedImageIsReadKeptAndListed) {
  const Buffer image = image_for_test(image::Kind::python, 100'000);
  const FirmwareVersion made = upload(image).value();
  const FirmwareImage& kept = made.images.at(0);
  EXPECT_EQ(kept.part, 1u);
  EXPECT_EQ(kept.kind, "python");
  EXPECT_EQ(kept.version, "1.2.0");
  EXPECT_EQ(kept.os_version, "2.0.0");
  EXPECT_EQ(kept.board, "virtual");
  EXPECT_EQ(kept.security_counter, 3);
  EXPECT_EQ(kept.size, image.size());
  EXPECT_EQ(kept.sha256, crypto::sha256(image));
  EXPECT_EQ(kept.md5, crypto::md5(image));
  ASSERT_EQ(kept.chunks.size(), 2 * fota_chunk_hash_bytes);
  const crypto::Digest second = crypto::sha256(Bytes{image}.subspan(fota_chunk_bytes));
  EXPECT_TRUE(std::equal(kept.chunks.begin() + fota_chunk_hash_bytes, kept.chunks.end(), second.begin()));
  EXPECT_EQ(images.all.at(kept.sha256), image);
  EXPECT_EQ(m.last_audit().action, "firmware.upload");

  ASSERT_TRUE(is_well(upload(image))) << "the same once more";
  const FirmwareVersion both = upload(image_for_test(image::Kind::os)).value();
  ASSERT_EQ(both.images.size(), 2u);
  EXPECT_EQ(both.images[0].kind, "os") << "the OS is the first";
  EXPECT_EQ(all.versions(m.owner, m.workspace.id, lamp).value(), std::vector{both});
  EXPECT_EQ(all.version(m.owner, m.workspace.id, lamp, "1.2.0").value(), both);
}

// The steps of an upload, with what happens between them.
struct SteppedUpload : FirmwareTest {
  Status begin(const std::string& version = "1") {
    const auto where = all.begin_upload(m.owner, m.workspace.id, lamp, version, image.size());
    return where ? Status{} : Status{where.error()};
  }
  Result<FirmwareVersion> finish(const std::string& version = "1") {
    return all.finish_upload(m.owner, m.workspace.id, lamp, version, kept);
  }
  const Buffer image = image_for_test();
  FirmwareImage kept = keep_image(images, image).value();
};

TEST_F(SteppedUpload, EndsAsOneInOneCall) {
  ASSERT_TRUE(is_well(begin()));
  const FirmwareVersion made = finish().value();
  EXPECT_EQ(made, all.version(m.owner, m.workspace.id, lamp, "1").value());
  EXPECT_EQ(images.all.size(), 1u);
}

TEST_F(SteppedUpload, LeavesNoFileWhenItIsNotRecorded) {
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(finish(), Errc::exhausted));
  EXPECT_TRUE(images.all.empty());
  ASSERT_TRUE(is_well(upload(image_for_test(image::Kind::python, 1001), "1")));
  kept = keep_image(images, image).value();
  EXPECT_TRUE(fails_with(finish(), Errc::conflict)) << "the version has another by now";
  EXPECT_EQ(images.all.size(), 1u);
  ASSERT_TRUE(is_well(all.remove(m.owner, m.workspace.id, lamp)));
  kept = keep_image(images, image).value();
  EXPECT_TRUE(fails_with(finish(), Errc::not_found)) << "so is the firmware";
  EXPECT_TRUE(images.all.empty());
}

TEST_F(SteppedUpload, KeepsTheFileThatAnotherVersionConsistsOf) {
  ASSERT_TRUE(is_well(finish("1")));
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(finish("2"), Errc::exhausted));
  EXPECT_EQ(images.all.size(), 1u);
}

TEST_F(SteppedUpload, IsRefusedWhenItsFileWentWithAnotherVersion) {
  ASSERT_TRUE(is_well(finish("1")));
  ASSERT_TRUE(is_well(all.remove_version(m.owner, m.workspace.id, lamp, "1")));
  EXPECT_TRUE(fails_with(finish("2"), Errc::unavailable)) << "no version without its image";
}

TEST_F(SteppedUpload, ThatAManagerDiedInIsSweptAtItsStart) {
  ASSERT_TRUE(is_well(all.sweep()));
  EXPECT_TRUE(images.all.empty());
  ASSERT_TRUE(is_well(upload(image)));
  ASSERT_TRUE(is_well(all.sweep()));
  EXPECT_EQ(images.all.size(), 1u);
}

TEST_F(FirmwareTest, WhatNoBoardTakesIsRefusedInWords) {
  const Buffer good = image_for_test();
  EXPECT_NE(refusal({}).find("empty"), std::string::npos);
  EXPECT_NE(refusal(bytes_of("hello, this is a text of some length, and no image")).find("magic"), std::string::npos);
  EXPECT_NE(refusal(Bytes{good}.first(good.size() - 1)).find("cut short"), std::string::npos);
  Buffer harmed = good;
  harmed[200] ^= 1;
  EXPECT_NE(refusal(harmed).find("no board would take"), std::string::npos);
  image::Facts facts{.version = {1, 0, 0, 0}, .board = "virtual", .kind = image::Kind::os};
  facts.security_counter = 0;
  const Buffer unsigned_one = image::encode(facts, good).value();
  EXPECT_NE(refusal(unsigned_one).find("signet firmware sign"), std::string::npos);
  const image::Signer_for_test signer{1};
  const auto without = [&](auto change) {
    image::Facts lesser = facts;
    change(lesser);
    return refusal(signer.image(lesser, good));
  };
  EXPECT_NE(without([](auto& f) { f.board.clear(); }).find("which board"), std::string::npos);
  EXPECT_NE(without([](auto& f) { f.kind.reset(); }).find("kind"), std::string::npos);
  EXPECT_NE(without([](auto& f) { f.security_counter.reset(); }).find("security counter"), std::string::npos);
  EXPECT_NE(without([](auto& f) { f.kind = image::Kind::native; }).find("which OS"), std::string::npos);
  EXPECT_TRUE(fails_with(upload(Buffer(image::image_bytes_max + 1, 0)), Errc::too_large));
  EXPECT_TRUE(images.all.empty());
}

TEST_F(FirmwareTest, APartIsThereOnceAndForOneBoard) {
  ASSERT_TRUE(is_well(upload(image_for_test())));
  EXPECT_TRUE(fails_with(upload(image_for_test(image::Kind::python, 1001)), Errc::conflict));
  EXPECT_TRUE(fails_with(upload(image_for_test(image::Kind::os, 1000, "zm1")), Errc::conflict));
  EXPECT_TRUE(is_well(upload(image_for_test(image::Kind::python, 1001), "1.2.1")));
  for (const std::string bad : {"", ".", "..", "a/b", "1 2", "\xc3\xa9"}) {
    EXPECT_TRUE(fails_with(upload(image_for_test(), bad), Errc::malformed)) << bad;
  }
  EXPECT_TRUE(is_well(upload(image_for_test(), std::string(firmware_version_bytes_max, '1'))));
  EXPECT_TRUE(fails_with(upload(image_for_test(), std::string(firmware_version_bytes_max + 1, '1')), Errc::malformed));
}

TEST_F(FirmwareTest, AFileGoesWithItsLastVersion) {
  const Buffer image = image_for_test();
  ASSERT_TRUE(is_well(upload(image, "1")));
  ASSERT_TRUE(is_well(upload(image, "2")));
  EXPECT_EQ(images.all.size(), 1u) << "it is the same";
  ASSERT_TRUE(is_well(all.remove_version(m.owner, m.workspace.id, lamp, "1")));
  EXPECT_EQ(images.all.size(), 1u);
  ASSERT_TRUE(is_well(all.remove(m.owner, m.workspace.id, lamp)));
  EXPECT_TRUE(images.all.empty());
  EXPECT_TRUE(fails_with(all.get(m.owner, m.workspace.id, lamp), Errc::not_found));
}

TEST_F(FirmwareTest, WhatADeviceIsBeingUpdatedToStays) {
  ASSERT_TRUE(is_well(upload(image_for_test(), "1")));
  const Device device = m.make_device();
  ASSERT_TRUE(is_well(Fota{m.fleet}.schedule(m.owner, device.id, lamp, "1")));
  EXPECT_TRUE(fails_with(all.remove_version(m.owner, m.workspace.id, lamp, "1"), Errc::conflict));
  EXPECT_TRUE(fails_with(all.remove(m.owner, m.workspace.id, lamp), Errc::conflict));
  EXPECT_TRUE(fails_with(upload(image_for_test(image::Kind::os), "1"), Errc::conflict)) << "and is as it is";
  ASSERT_TRUE(is_well(Fota{m.fleet}.cancel(m.owner, device.id)));
  EXPECT_TRUE(is_well(all.remove(m.owner, m.workspace.id, lamp)));
}

TEST_F(FirmwareTest, HasItsLimits) {
  for (std::size_t i = 1; i < firmwares_max; ++i) ASSERT_TRUE(is_well(all.create(m.owner, m.workspace.id, "x", "")));
  EXPECT_TRUE(fails_with(all.create(m.owner, m.workspace.id, "x", ""), Errc::exhausted));
  const Buffer image = image_for_test();
  for (std::size_t i = 0; i < firmware_versions_max; ++i) ASSERT_TRUE(is_well(upload(image, std::to_string(i))));
  EXPECT_TRUE(fails_with(upload(image, "more"), Errc::exhausted));
  FirmwareVersion huge{lamp, "0", noon_for_test, {all.version(m.owner, m.workspace.id, lamp, "0").value().images[0]}};
  huge.images[0].size = firmware_bytes_max;
  ASSERT_TRUE(is_well(m.store.change([&](Changes& to) { return to.put_version(huge); })));
  ASSERT_TRUE(is_well(all.remove_version(m.owner, m.workspace.id, lamp, "1")));
  EXPECT_TRUE(fails_with(upload(image, "more"), Errc::exhausted));
}

TEST_F(FirmwareTest, ADiskThatIsFullChangesNothing) {
  const Buffer image = image_for_test();
  images.fail = true;
  EXPECT_TRUE(fails_with(upload(image), Errc::exhausted));
  EXPECT_TRUE(all.versions(m.owner, m.workspace.id, lamp).value().empty());
  images.fail = false;
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(upload(image), Errc::exhausted));
  EXPECT_TRUE(all.versions(m.owner, m.workspace.id, lamp).value().empty());
  EXPECT_TRUE(is_well(upload(image)));
  images.all.clear();
  EXPECT_TRUE(is_well(upload(image))) << "a lost file comes back with its upload";
  EXPECT_EQ(images.all.size(), 1u);
}

TEST_F(FirmwareTest, AStrangerFindsNoneAndAWorkspaceWithSomeStays) {
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(all.list(eve, m.workspace.id), Errc::not_found));
  EXPECT_TRUE(fails_with(all.get(eve, m.workspace.id, lamp), Errc::not_found));
  EXPECT_TRUE(fails_with(all.get(eve, m.strangers.workspace.id, lamp), Errc::not_found));
  EXPECT_TRUE(fails_with(all.upload(eve, m.strangers.workspace.id, lamp, "1", image_for_test()), Errc::not_found));
  EXPECT_TRUE(fails_with(all.remove(eve, m.strangers.workspace.id, lamp), Errc::not_found));
  EXPECT_TRUE(fails_with(House{m.fleet}.remove_workspace(m.owner, m.workspace.id), Errc::conflict));
  const Firmware renamed = all.update(m.owner, m.workspace.id, lamp, {"lantern", std::nullopt}).value();
  EXPECT_EQ(renamed.name, "lantern");
  EXPECT_EQ(renamed.description, "of the hall");
}

TEST_F(FirmwareTest, WhatADeviceRunsIsWhatItSays) {
  const Admission who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  const auto runs = [&] { return all.running(m.owner, who.device).value(); };
  const auto says = [&](const std::string& status) {
    return is_well(m.fleet.heard(who, R"({"key":"#status","value":)" + status + "}"));
  };
  for (const char* nothing : {"null", "{}", "7", R"({"firmware":7})", R"({"firmware":""})"}) ASSERT_TRUE(says(nothing));
  EXPECT_FALSE(runs());
  ASSERT_TRUE(says(R"({"firmware":"Factory"})"));
  EXPECT_EQ(runs()->name, "Factory");
  EXPECT_FALSE(runs()->id);
  const Timestamp since = runs()->since;
  m.clock.advance(Seconds{60});
  const int commits = m.store.commits();
  ASSERT_TRUE(says(R"({"firmware":"Factory"})"));
  EXPECT_EQ(m.store.commits(), commits) << "it is known";
  EXPECT_EQ(runs()->since, since);
  ASSERT_TRUE(says(R"({"firmware":"testing-)" + lamp.str() + R"(:1.2.0"})"));
  EXPECT_EQ(runs()->id, lamp);
  EXPECT_EQ(runs()->name, "lamp");
  EXPECT_EQ(runs()->version, "1.2.0");
  EXPECT_TRUE(runs()->is_on_trial);
  EXPECT_GT(runs()->since, since);
  ASSERT_TRUE(says(R"({"firmware":"fmw-000000000000:9"})"));
  EXPECT_FALSE(runs()->id) << "of no firmware of its workspace";
  ASSERT_TRUE(says(R"({"firmware":")" + std::string(1000, 'x') + R"("})"));
  EXPECT_EQ(runs()->name.size(), running_bytes_max);
  EXPECT_TRUE(fails_with(all.running(m.stranger(), who.device), Errc::not_found));
}

}  // namespace
}  // namespace signet::fleet
