#include "base/port/file.h"
#include "identity/samples_for_test.h"

namespace signet::identity::samples {

std::string file(const std::string& name) {
  const auto data = read_file(std::string{SIGNET_SOURCE_DIR} + "/src/identity/testdata/" + name, 1 << 20);
  EXPECT_TRUE(data) << name;
  return data ? std::string{text_of(data.value())} : "";
}

}  // namespace signet::identity::samples
