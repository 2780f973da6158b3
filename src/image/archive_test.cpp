#include "image/archive.h"

#include "image/format.h"

#include <gtest/gtest.h>

namespace signet::image {
namespace {

std::vector<File> project() {
  return {{"main.py", bytes_of("from bsp import board\n")},
          {"drivers/lamp.py", bytes_of("on = True\n")},
          {"resources/on.png", bytes_of("\x89PNG")},
          {"config.yml", bytes_of("globals:\n")},
          {"empty.py", {}}};
}

TEST(Archive, IsTheSameWhateverTheOrder) {
  auto files = project();
  const Buffer archive = encode_project(files).value();
  std::ranges::reverse(files);
  EXPECT_EQ(encode_project(files).value(), archive);
  std::vector<std::string> names;
  for (const File& file : decode_archive(archive).value()) names.push_back(file.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"config.yml", "drivers/lamp.py", "empty.py", "main.py", "resources/on.png"}));
  EXPECT_EQ(signet::text_of(decode_archive(archive).value()[3].content), "from bsp import board\n");
}

TEST(Archive, AnyHarmIsSeen) {
  const Buffer archive = encode_archive({{"main.py", bytes_of("x")}}).value();
  const auto content = archive.begin() + 512;
  for (std::size_t at = 0; at < archive.size(); ++at) {
    if (archive.begin() + static_cast<std::ptrdiff_t>(at) == content) continue;
    Buffer harmed = archive;
    harmed[at] ^= 0x10;
    const auto read = decode_archive(harmed);
    ASSERT_FALSE(read) << at;
  }
  for (std::size_t size = 0; size < archive.size(); ++size) ASSERT_FALSE(decode_archive(Bytes{archive}.first(size)));
}

TEST(Archive, NamesStayInside) {
  for (const char* name : {"", "/main.py", "../main.py", "a/../b.py", "a//b.py", "a/", ".hidden.py", "a/.b/c.py", "a b",
                           "\xc3\xa9.py", "a\nb", "./main.py"}) {
    EXPECT_FALSE(encode_archive({{name, {}}})) << name;
  }
  EXPECT_TRUE(encode_archive({{std::string(archive_name_bytes_max, 'n'), {}}}));
  EXPECT_EQ(encode_archive({{std::string(archive_name_bytes_max + 1, 'n'), {}}}).error().code, Errc::too_large);
  EXPECT_FALSE(encode_archive({{"a.py", {}}, {"b.py", {}}, {"a.py", {}}}));
}

TEST(Archive, LimitsAreMetAndNotPassed) {
  std::vector<File> files;
  for (std::size_t i = 0; i < archive_files_max; ++i) files.push_back({"f" + std::to_string(i), {}});
  const Buffer archive = encode_archive(files).value();
  EXPECT_EQ(decode_archive(archive).value().size(), archive_files_max);
  files.push_back({"one.more", {}});
  EXPECT_EQ(encode_archive(files).error().code, Errc::too_large);

  const Buffer large(payload_bytes_max - 512 - 1024);
  EXPECT_EQ(encode_archive({{"main.py", large}}).value().size(), payload_bytes_max);
  const Buffer larger(large.size() + 1);
  EXPECT_EQ(encode_archive({{"main.py", larger}}).error().code, Errc::too_large);
  EXPECT_EQ(decode_archive(Buffer(payload_bytes_max + 1)).error().code, Errc::too_large);
}

TEST(PythonProject, IsItsModulesItsResourcesAndItsConfig) {
  for (const char* name : {"main.py", "a/b/c.py", "config.yml", "resources/x", "resources/a/b.bin"}) {
    EXPECT_TRUE(is_of_project(name)) << name;
  }
  for (const char* name : {"README.md", "resources", ".git/hook.py", "a/__pycache__/b.py", "__pycache__/main.py",
                           "a/config.yml", "main.pyc", "resources/.DS_Store", ".venv/x.py"}) {
    EXPECT_FALSE(is_of_project(name)) << name;
  }
}

TEST(PythonProject, HasAMain) {
  EXPECT_FALSE(encode_project({{"other.py", {}}}));
  EXPECT_FALSE(encode_project({{"main.py", {}}, {"README.md", {}}}));
  EXPECT_TRUE(encode_project({{"main.py", {}}}));
}

}  // namespace
}  // namespace signet::image
