#include "api/routes.h"

#include <gtest/gtest.h>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace signet::api {
namespace {

// SIGNET_WRITE_GOLDEN=1 writes it anew: read the difference before you commit it.
TEST(OpenApi, is_the_golden_text) {
  const std::string path = SIGNET_SOURCE_DIR "/src/api/testdata/openapi.json";
  if (std::getenv("SIGNET_WRITE_GOLDEN")) std::ofstream{path} << openapi();
  std::stringstream golden;
  golden << std::ifstream{path}.rdbuf();
  EXPECT_EQ(openapi(), golden.str());
}

}  // namespace
}  // namespace signet::api
