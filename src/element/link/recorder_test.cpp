#include "element/link/recorder.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

using std::chrono::milliseconds;

TEST(Recorder, PlaysBackWhatItRecorded) {
  const std::vector<std::string> script = {"wake", "send 0730 0400", "send 0731 ! no answer", "idle", "sleep"};
  ReplayLink first{script};
  RecorderLink recorder{first};
  EXPECT_TRUE(recorder.wake());
  EXPECT_EQ(recorder.exchange(Buffer{0x07, 0x30}, milliseconds{1}).value(), (Buffer{0x04, 0x00}));
  EXPECT_EQ(recorder.exchange(Buffer{0x07, 0x31}, milliseconds{1}).error().what, "no answer");
  EXPECT_TRUE(recorder.idle());
  EXPECT_TRUE(recorder.sleep());
  EXPECT_TRUE(first.at_end());
  EXPECT_EQ(recorder.lines(), script);
}

TEST(Recorder, RefusesWhatWasNotRecorded) {
  ReplayLink replay{{"wake", "idle"}};
  ASSERT_TRUE(replay.wake());
  EXPECT_EQ(replay.sleep().error().what, "replay: \"sleep\" where the recording has \"idle\"");
  ASSERT_TRUE(replay.idle());
  EXPECT_EQ(replay.idle().error().what, "replay: \"idle\" after the end of the recording");
}

}  // namespace
}  // namespace signet::element
