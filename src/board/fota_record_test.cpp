#include "board/fota_record.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"

#include <gmock/gmock.h>

namespace signet::board {
namespace {

TEST(FotaRecordFile, IsReadAsItWasWritten) {
  const Folder_for_test folder;
  const FotaRecord record{.step = FotaStep::install,
                          .order = 5,
                          .offer = {"fmw-1", "1"},
                          .images = {"", "ab"},
                          .is_success = true,
                          .reason = "r",
                          .running = {"fmw-2", "2"},
                          .running_images = {"c", "d"}};
  ASSERT_TRUE(store_fota_record(folder.path(), record));
  EXPECT_EQ(load_fota_record(folder.path()).value(), record);
}

TEST(FotaRecordFile, IsNamedWhenItCannotBeRead) {
  const Folder_for_test folder;
  ASSERT_TRUE(write_file_atomic(folder.file("fota.json"), bytes_of("{"), 0600));
  EXPECT_THAT(load_fota_record(folder.path()).error().what, testing::HasSubstr("fota.json"));
}

}  // namespace
}  // namespace signet::board
