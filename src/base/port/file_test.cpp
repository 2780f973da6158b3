#include "base/port/file.h"

#include "base/port/folder_for_test.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>

namespace signet {
namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777u : 0;
}
std::string text_in(const std::string& path) { return std::string{text_of(read_file(path, 1000).value())}; }

TEST(File, WritesWholeReplacesAndSetsTheMode) {
  const Folder_for_test folder;
  const std::string path = folder.file("a");
  ASSERT_TRUE(write_file_atomic(path, bytes_of("one"), 0600));
  EXPECT_EQ(mode_of(path), 0600u);
  ASSERT_TRUE(write_file_atomic(path, bytes_of("longer than one"), 0644));
  EXPECT_EQ(text_in(path), "longer than one");
  EXPECT_EQ(mode_of(path), 0644u);
  ASSERT_TRUE(write_file_atomic(path, {}, 0600));
  EXPECT_EQ(text_in(path), "");
  EXPECT_FALSE(file_exists(path + ".new"));
}

TEST(File, OneWrittenPieceByPieceAppearsWhenItIsWhole) {
  const Folder_for_test folder;
  const std::string path = folder.file("a");
  ASSERT_TRUE(write_file_atomic(path, bytes_of("old"), 0600));
  {
    AtomicFile given_up = AtomicFile::create(path, 0644).value();
    ASSERT_TRUE(given_up.write(bytes_of("half")));
  }
  EXPECT_EQ(text_in(path), "old");
  EXPECT_FALSE(file_exists(path + ".new"));
  AtomicFile file = AtomicFile::create(path, 0644).value();
  ASSERT_TRUE(file.write(bytes_of("one ")));
  ASSERT_TRUE(file.write(bytes_of("two")));
  EXPECT_EQ(text_in(path), "old");
  ASSERT_TRUE(file.commit());
  EXPECT_EQ(text_in(path), "one two");
}

TEST(File, OneThatMustBeNewIsMadeOnce) {
  const Folder_for_test folder;
  const std::string path = folder.file("a");
  ASSERT_TRUE(create_file_atomic(path, bytes_of("one"), 0600));
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(create_file_atomic(path, bytes_of("two"), 0600).error().code, Errc::conflict);
  EXPECT_EQ(text_in(path), "one");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "nothing is left beside";
}

TEST(File, LinesAreAddedAndACutOneIsEnded) {
  const Folder_for_test folder;
  const std::string path = folder.file("log");
  ASSERT_TRUE(append_line(path, "one", 0600));
  ASSERT_TRUE(append_line(path, "two", 0600));
  EXPECT_EQ(text_in(path), "one\ntwo\n");
  EXPECT_EQ(mode_of(path), 0600u);
  ASSERT_TRUE(write_file_atomic(path, bytes_of("one\ntw"), 0600));  // a power cut
  ASSERT_TRUE(append_line(path, "three", 0600));
  EXPECT_EQ(text_in(path), "one\ntw\nthree\n");
}

TEST(File, AWriteThatFailsLeavesTheOldAndNothingBeside) {
  const Folder_for_test folder;
  const std::string path = folder.file("a");
  ASSERT_TRUE(write_file_atomic(path, bytes_of("old"), 0600));

  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tiny{4096, before.rlim_max};
  std::signal(SIGXFSZ, SIG_IGN);  // a full disk, as far as a test may have one: the write comes back short, then fails
  ::setrlimit(RLIMIT_FSIZE, &tiny);
  const Status status = write_file_atomic(path, Buffer(10000, 'x'), 0600);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_DFL);

  EXPECT_FALSE(status);
  EXPECT_EQ(text_in(path), "old");
  EXPECT_FALSE(file_exists(path + ".new"));
}

TEST(File, ARenameThatFailsLeavesNothingBeside) {
  const Folder_for_test folder;
  ASSERT_TRUE(make_folder(folder.file("taken/inner"), 0700));
  EXPECT_FALSE(write_file_atomic(folder.file("taken"), bytes_of("x"), 0600));
  EXPECT_FALSE(file_exists(folder.file("taken.new")));
}

TEST(File, WhatACrashLeftBesideIsOverwritten) {
  const Folder_for_test folder;
  ASSERT_TRUE(write_file_atomic(folder.file("a.new"), bytes_of("half of something long"), 0644));
  ASSERT_TRUE(write_file_atomic(folder.file("a"), bytes_of("whole"), 0600));
  EXPECT_EQ(text_in(folder.file("a")), "whole");
  EXPECT_EQ(mode_of(folder.file("a")), 0600u);
}

// Whoever may write to the folder (/tmp, say) could otherwise choose which of our user's files is overwritten.
TEST(File, ALinkUnderTheTemporaryNameIsNotFollowed) {
  const Folder_for_test folder;
  ASSERT_TRUE(write_file_atomic(folder.file("victim"), bytes_of("precious"), 0644));
  ASSERT_EQ(::symlink(folder.file("victim").c_str(), folder.file("a.new").c_str()), 0);
  ASSERT_TRUE(write_file_atomic(folder.file("a"), bytes_of("secret"), 0600));
  EXPECT_EQ(text_in(folder.file("victim")), "precious");
  EXPECT_EQ(mode_of(folder.file("victim")), 0644u);
  EXPECT_EQ(text_in(folder.file("a")), "secret");
}

TEST(File, ReadsUpToItsLimit) {
  const Folder_for_test folder;
  ASSERT_TRUE(write_file_atomic(folder.file("a"), Buffer(100000, 7), 0600));
  EXPECT_EQ(read_file(folder.file("a"), 100000).value().size(), 100000u);
  EXPECT_EQ(read_file(folder.file("a"), 99999).error().code, Errc::too_large);
}

TEST(File, OneThatMustBePlainIsNoLinkAndNothingThatWaits) {
  const Folder_for_test folder;
  const std::string plain = folder.file("plain"), link = folder.file("link"), pipe = folder.file("pipe");
  ASSERT_TRUE(write_file_atomic(plain, bytes_of("said"), 0600));
  EXPECT_EQ(read_plain_file(plain, 4).value(), copy_of(bytes_of("said")));
  EXPECT_EQ(read_plain_file(plain, 3).error().code, Errc::too_large);
  std::filesystem::create_symlink(plain, link);
  EXPECT_EQ(read_plain_file(link, 4).error().what, link + " is a link");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_plain_file(pipe, 4).error().what, pipe + " is no plain file");
  EXPECT_EQ(read_plain_file(folder.path(), 4).error().code, Errc::forbidden);
  EXPECT_EQ(read_plain_file(folder.file("none"), 4).error().code, Errc::not_found);
}

TEST(File, ErrorsNameWhatWasDoneAndToWhat) {
  const Folder_for_test folder;
  const Error none = read_file(folder.file("none"), 1).error();
  EXPECT_EQ(none.code, Errc::not_found);
  EXPECT_EQ(none.what, "open " + folder.file("none") + ": No such file or directory");
  EXPECT_FALSE(read_file(folder.path(), 1));
  EXPECT_EQ(write_file_atomic(folder.file("no/such/folder"), {}, 0600).error().code, Errc::not_found);
}

TEST(File, RemovesAndDoesNotMindWhenThereIsNone) {
  const Folder_for_test folder;
  ASSERT_TRUE(write_file_atomic(folder.file("a"), {}, 0600));
  EXPECT_TRUE(remove_file(folder.file("a")));
  EXPECT_FALSE(file_exists(folder.file("a")));
  EXPECT_TRUE(remove_file(folder.file("a")));
}

TEST(File, MakesAFolderWithItsParents) {
  const Folder_for_test folder;
  ASSERT_TRUE(make_folder(folder.file("a/b/c"), 0700));
  EXPECT_EQ(mode_of(folder.file("a/b/c")), 0700u);
  EXPECT_TRUE(make_folder(folder.file("a/b/c"), 0700));
  ASSERT_TRUE(write_file_atomic(folder.file("file"), {}, 0600));
  EXPECT_FALSE(make_folder(folder.file("file/a"), 0700));
}

TEST(LockFile, IsNotMadeThroughALink) {
  const Folder_for_test folder;
  ASSERT_EQ(::symlink(folder.file("elsewhere").c_str(), folder.file("lock").c_str()), 0);
  EXPECT_FALSE(lock_file(folder.file("lock")));
  EXPECT_FALSE(file_exists(folder.file("elsewhere")));
}

TEST(LockFile, HoldsOneHolderUntilItCloses) {
  const Folder_for_test folder;
  auto first = lock_file(folder.file("lock"));
  ASSERT_TRUE(first);
  const auto second = lock_file(folder.file("lock"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_NE(second.error().what.find(folder.file("lock")), std::string::npos);
  Fd held = std::move(first).value();
  held.close();
  EXPECT_TRUE(lock_file(folder.file("lock")));
}

TEST(Fd, ClosesOnceAndMoves) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Fd read_end{ends[0]};
  {
    const Fd other = std::move(read_end);
    EXPECT_FALSE(read_end);
    EXPECT_TRUE(other);
  }
  EXPECT_EQ(::fcntl(ends[0], F_GETFD), -1);
  Fd write_end{ends[1]};
  EXPECT_EQ(write_end.release(), ends[1]);
  EXPECT_EQ(::close(ends[1]), 0);
}

}  // namespace
}  // namespace signet
