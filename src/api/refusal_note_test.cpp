// What the port refuses for how it is made is in the audit: who, from where, of which path, and why.
#include "api/scene_for_test.h"

namespace signet::api {
namespace {

struct RefusalNote : testing::Test {
  // The notes of refused requests, the newest last.
  std::vector<fleet::AuditEntry> notes() {
    std::vector<fleet::AuditEntry> out;
    for (const fleet::AuditEntry& entry : store_notes()) {
      if (entry.action == "request.refuse") out.push_back(entry);
    }
    return out;
  }
  std::vector<fleet::AuditEntry> store_notes() { return scene.store.audit(0, 1000).value(); }

  Scene_for_test scene;
};

TEST_F(RefusalNote, WhatIsDoneIsNoRefusal) {
  scene.make_device();
  scene.get("/v3/workspaces");
  EXPECT_TRUE(notes().empty());
}

TEST_F(RefusalNote, AHarmedBodyIsNotedWithItsPathAndReason) {
  EXPECT_EQ(scene.send("POST", scene.base + "/devices", "{\"name\": [").status, 400);
  ASSERT_EQ(notes().size(), 1u);
  const fleet::AuditEntry note = notes().back();
  EXPECT_EQ(note.actor, "you@example.org");
  EXPECT_EQ(note.subject, "POST /v3/workspaces/{wks}/devices");
  EXPECT_EQ(note.address, "192.0.2.1:5000");
  EXPECT_FALSE(note.allowed);
  EXPECT_FALSE(note.detail.empty());
}

TEST_F(RefusalNote, AForeignMemberABodyTooLargeAndAPathThatIsNotThereAreNoted) {
  EXPECT_EQ(scene.send("POST", scene.base + "/devices", R"({"name": "lamp", "owner": "eve"})").status, 400);
  EXPECT_NE(notes().back().detail.find("owner"), std::string::npos);
  EXPECT_EQ(scene.send("POST", scene.base + "/devices", std::string(body_bytes_max + 1, ' ')).status, 413);
  EXPECT_EQ(notes().size(), 2u);
  EXPECT_EQ(scene.send("GET", "/v3/../etc/passwd").status, 404);
  EXPECT_EQ(notes().back().subject, "GET /v3/../etc/passwd");
  EXPECT_EQ(scene.send("OPTIONS", "/v3/workspaces").status, 405);
  EXPECT_EQ(scene.send("GET", "/" + std::string(path_bytes_max, 'x')).status, 413);
  EXPECT_EQ(notes().size(), 5u);
}

TEST_F(RefusalNote, WhatIsRefusedByTheFleetIsNotedOnceAndByItsOwnName) {
  const std::size_t before = store_notes().size();
  EXPECT_EQ(scene.send("GET", "/v3/workspaces/wks-000000000000/devices").status, 404);
  EXPECT_EQ(store_notes().size(), before + 1);
  EXPECT_TRUE(notes().empty());
}

TEST_F(RefusalNote, AFloodOfOneKindIsOneNoteThatSaysHowMany) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(scene.send("POST", scene.base + "/devices", R"({"name": "x", "o)" + std::to_string(i) + "\": 1}").status,
              400);
  }
  EXPECT_EQ(notes().size(), 1u);
  scene.clock.advance(Seconds{11});
  scene.send("POST", scene.base + "/devices", R"({"name": "x", "last": 1})");
  ASSERT_EQ(notes().size(), 2u);
  EXPECT_NE(notes().back().detail.find("(and 99 more like it)"), std::string::npos) << notes().back().detail;
}

}  // namespace
}  // namespace signet::api
