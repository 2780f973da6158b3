#include "cli/examples.h"
#include "cli/scripted_for_test.h"

namespace signet::cli {
namespace {

TEST(NewCommand, MakesAProjectThatBecomesAnImage) {
  Scripted_for_test script;
  const std::string folder = script.environment.home + "/lamp";
  ASSERT_EQ(script.run({"new", folder}), 0) << script.err.str();
  EXPECT_NE(text_in(folder + "/main.py").find("zdm.Agent()"), std::string::npos);
  EXPECT_EQ(script.run({"firmware", "build", folder, "--board", "virtual", "--version", "1.0.0", "--os-version",
                        "1.0.0", "-o", folder + ".img"}),
            0)
      << script.err.str();
  EXPECT_NE(script.run({"new", folder}), 0) << "it is there";
  EXPECT_NE(script.err.str().find("not empty"), std::string::npos);
}

TEST(NewCommand, EveryExampleCanBeChosenAndAnotherIsRefused) {
  Scripted_for_test script;
  ASSERT_EQ(examples().size(), 6u);
  for (const Example& one : examples()) {
    const std::string folder = script.environment.home + "/" + std::string{one.name};
    EXPECT_EQ(script.run({"new", folder, "--example", std::string{one.name}}), 0) << script.err.str();
    EXPECT_EQ(text_in(folder + (one.build.empty() ? "/main.py" : "/main.cpp")), one.program);
    EXPECT_EQ(text_in(folder + "/CMakeLists.txt"), one.build) << "none, and nothing, for Python";
  }
  EXPECT_NE(script.run({"new", script.environment.home + "/x", "--example", "radio"}), 0);
  EXPECT_NE(script.err.str().find("there are hello, jobs, conditions, secrets, fota, native"), std::string::npos);
}

}  // namespace
}  // namespace signet::cli
