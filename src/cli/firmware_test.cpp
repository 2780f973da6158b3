// Firmware images at the command line: no manager is asked, and nothing secret is an argument.
#include "cli/output.h"
#include "cli/scripted_for_test.h"
#include "image/archive.h"
#include "image/elf_for_test.h"
#include "image/image.h"

namespace signet::cli {
namespace {

class FirmwareCommand : public testing::Test {
 protected:
  FirmwareCommand() {
    std::filesystem::create_directories(home() + "/lamp/resources");
    script.file("lamp/main.py", "from bsp import board\n");
    script.file("lamp/config.yml", "globals:\n");
    script.file("lamp/resources/on.png", "PNG");
    script.file("lamp/notes.txt", "not for boards");
  }
  const std::string& home() { return script.environment.home; }
  std::string at(const std::string& name) { return home() + "/" + name; }
  // Runs `firmware ...`; the words that begin with @ are files of the test's folder.
  int firmware(std::vector<std::string> words) {
    for (std::string& word : words) {
      if (word.starts_with('@')) word = at(word.substr(1));
    }
    words.insert(words.begin(), "firmware");
    return script.run(words);
  }
  int build(const std::string& out = "lamp.img") {
    return firmware(
        {"build", "@lamp", "--board", "virtual", "--version", "1.2.0", "--os-version", "2.0.0", "-o", "@" + out});
  }
  int keygen(const std::string& name) {
    return firmware({"keygen", "software:" + at(name), "-o", "@" + name + ".pem"});
  }
  int sign(const std::string& key, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"sign", "@lamp.img", "--key", "software:" + at(key), "-o", "@lamp.signed.img"};
    words.insert(words.end(), more.begin(), more.end());
    return firmware(words);
  }
  std::string bytes(const std::string& name) {
    std::stringstream text;
    text << std::ifstream{at(name), std::ios::binary}.rdbuf();
    return text.str();
  }
  Scripted_for_test script;
};

TEST_F(FirmwareCommand, MakesSignsAndVerifiesAnImage) {
  ASSERT_EQ(keygen("release"), 0) << script.err.str();
  ASSERT_EQ(build(), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("notes.txt"), std::string::npos) << "says what it left out";
  ASSERT_EQ(sign("release"), 0) << script.err.str();
  EXPECT_EQ(firmware({"verify", "@lamp.signed.img", "--key", "@release.pem", "--board", "virtual"}), 0)
      << script.err.str();
  EXPECT_EQ(script.out.str().substr(0, 20), "good: version 1.2.0,");
  EXPECT_TRUE(script.calls.empty()) << "no manager is asked";
}

TEST_F(FirmwareCommand, TheSameInputIsTheSameImage) {
  ASSERT_EQ(build("one.img"), 0);
  script.file("lamp/main.py", "from bsp import board\n");  // another time
  ASSERT_EQ(build("two.img"), 0);
  EXPECT_EQ(bytes("one.img"), bytes("two.img"));
  script.file("lamp/main.py", "from bsp import lamp\n");
  ASSERT_EQ(build("two.img"), 0);
  EXPECT_NE(bytes("one.img"), bytes("two.img"));
}

TEST_F(FirmwareCommand, HoldsTheProjectAndNothingElse) {
  ASSERT_EQ(build(), 0);
  const std::string image = bytes("lamp.img");
  const auto files = image::decode_archive(image::decode(bytes_of(image)).value().payload).value();
  std::vector<std::string> names;
  for (const image::File& file : files) names.push_back(file.name);
  EXPECT_EQ(names, (std::vector<std::string>{"config.yml", "main.py", "resources/on.png"}));
}

TEST_F(FirmwareCommand, RefusesALinkInTheProject) {
  std::filesystem::create_symlink("/etc/passwd", at("lamp/resources/passwd"));
  EXPECT_NE(build(), 0);
  EXPECT_NE(script.err.str().find("resources/passwd is a link"), std::string::npos) << script.err.str();
}

TEST_F(FirmwareCommand, RefusesWhatIsSignedByAnotherForAnotherBoardOrTooOld) {
  ASSERT_EQ(keygen("release"), 0);
  ASSERT_EQ(keygen("stranger"), 0);
  ASSERT_EQ(build(), 0);
  ASSERT_EQ(sign("release"), 0);
  const std::vector<std::string> good{"verify", "@lamp.signed.img", "--key", "@release.pem"};
  EXPECT_EQ(firmware(good), 0);
  EXPECT_NE(firmware({"verify", "@lamp.signed.img", "--key", "@stranger.pem"}), 0);
  EXPECT_EQ(firmware({"verify", "@lamp.signed.img", "--key", "@stranger.pem", "--key", "@release.pem"}), 0);
  EXPECT_NE(firmware({"verify", "@lamp.img", "--key", "@release.pem"}), 0) << "not signed";
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--board", "other"}, {"--board", "virtual", "--counter", "1"}}) {
    std::vector<std::string> words = good;
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_NE(firmware(words), 0) << more[1];
  }
}

TEST_F(FirmwareCommand, AnImageSignedByTheOldKeyIntroducesTheNewOne) {
  ASSERT_EQ(keygen("old"), 0);
  ASSERT_EQ(keygen("new"), 0);
  ASSERT_EQ(build(), 0);
  ASSERT_EQ(sign("old", {"--introduce", "@new.pem"}), 0) << script.err.str();
  EXPECT_EQ(firmware({"verify", "@lamp.signed.img", "--key", "@old.pem"}), 0);
  ASSERT_EQ(firmware({"inspect", "@lamp.signed.img", "--json"}), 0);
  const json::object shown = parse_json_object(script.out.str()).value();
  const std::string pem = bytes("new.pem");
  EXPECT_EQ(cell(shown, "introduces").size(), 64u);
  EXPECT_NE(cell(shown, "introduces"), cell(shown, "signed_by"));

  ASSERT_EQ(sign("new", {"--retire", "@old.pem"}), 0) << script.err.str();
  EXPECT_NE(sign("new", {"--retire", "@new.pem"}), 0) << "the key that signs";
  EXPECT_NE(sign("new", {"--introduce", "@new.pem"}), 0) << "the key that signs";
}

TEST_F(FirmwareCommand, AKeyIsNeverOverwrittenAndNeverAChips) {
  ASSERT_EQ(keygen("release"), 0);
  const std::string before = bytes("release");
  EXPECT_NE(keygen("release"), 0);
  EXPECT_EQ(bytes("release"), before);
  EXPECT_NE(firmware({"keygen", "i2c:/dev/i2c-1"}), 0);
}

TEST_F(FirmwareCommand, AMistypedPassphraseMakesNoKey) {
  int asked = 0;
  script.environment.ask_secret = [&](std::string_view) -> Result<std::string> {
    return std::string{"correct horse battery"} + std::to_string(asked++);
  };
  EXPECT_NE(keygen("release"), 0);
  EXPECT_FALSE(std::filesystem::exists(at("release")));
}

TEST_F(FirmwareCommand, SaysWhatIsMissing) {
  EXPECT_NE(firmware({"build", "@lamp", "--board", "virtual", "--version", "1.2.0", "-o", "@x"}), 0);
  EXPECT_NE(script.err.str().find("--os-version"), std::string::npos);
  EXPECT_NE(firmware({"build", "@lamp/main.py", "--board", "virtual", "--version", "1.2.0", "-o", "@x"}), 0);
  EXPECT_NE(script.err.str().find("--kind"), std::string::npos);
  EXPECT_EQ(
      firmware({"build", "@lamp/main.py", "--kind", "os", "--board", "virtual", "--version", "2.0.0", "-o", "@x"}), 0)
      << script.err.str();
  EXPECT_NE(
      firmware({"build", "@lamp", "--board", "two words", "--version", "1.2.0", "--os-version", "2.0.0", "-o", "@x"}),
      0);
  EXPECT_NE(firmware({"build", "@lamp", "--board", "virtual", "--version", "1.2.0", "--os-version", "2.0.0",
                      "--counter", "2097152", "-o", "@x"}),
            0);
  EXPECT_EQ(firmware({"build", "@lamp", "--board", "virtual", "--version", "1.2.0", "--os-version", "2.0.0", "--needs",
                      "os", "2.1.0", "-o", "@x"}),
            0)
      << script.err.str();
}

TEST_F(FirmwareCommand, ANativeExecutableIsForTheMachineThatItSaysAndNoOther) {
  const auto other =
      image::this_machine() == image::Machine::aarch64 ? image::Machine::x86_64 : image::Machine::aarch64;
  const auto put = [&](const char* name, const Buffer& elf) { script.file(name, std::string{text_of(elf)}); };
  put("ours", image::Elf_for_test{}.bytes());
  put("theirs", image::Elf_for_test{.machine = other}.bytes());
  const auto build_native = [&](const std::string& file, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"build", file, "--kind", "native", "--board", "virtual", "--version", "1.0.0",
                               "--os-version", "2.0.0", "-o", "@native.img"});
    return firmware(more);
  };
  EXPECT_EQ(build_native("@ours"), 0) << script.err.str();
  EXPECT_EQ(image::decode(bytes_of(bytes("native.img"))).value().facts.kind, image::Kind::native);
  EXPECT_NE(build_native("@theirs"), 0);
  EXPECT_NE(script.err.str().find("it is an executable for " + std::string{image::name_of(other)}), std::string::npos);
  EXPECT_NE(script.err.str().find("--machine"), std::string::npos) << "says what to do";
  EXPECT_EQ(build_native("@theirs", {"--machine", std::string{image::name_of(other)}}), 0);
  EXPECT_NE(build_native("@ours", {"--machine", std::string{image::name_of(other)}}), 0);
  EXPECT_NE(build_native("@ours", {"--machine", "pdp11"}), 0);
  EXPECT_NE(build_native("@lamp/main.py"), 0);
  EXPECT_NE(script.err.str().find("no executable"), std::string::npos);
}

}  // namespace
}  // namespace signet::cli
