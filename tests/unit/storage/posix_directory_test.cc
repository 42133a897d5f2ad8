#include "storage/posix_directory.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace kstream::storage {
namespace {

class PosixDirectoryTest : public testing::Test {
 protected:
  PosixDirectoryTest() {
    char name[] = "/tmp/kstream-storage-XXXXXX";
    root = ::mkdtemp(name);
    directory = std::move(*PosixDirectory::open(root));
  }
  ~PosixDirectoryTest() override { std::filesystem::remove_all(root); }

  std::string root;
  std::unique_ptr<PosixDirectory> directory;
};

using Open = Directory::Open;

TEST_F(PosixDirectoryTest, WritesAndReadsPieces) {
  auto made = directory->open("a", Open::create);
  ASSERT_TRUE(made.ok());
  EXPECT_GE((*made)->descriptor(), 0);
  EXPECT_EQ((*made)->name(), "a");
  std::string one = "one", none, two = "two";
  const iovec pieces[] = {{one.data(), 3}, {none.data(), 0}, {two.data(), 3}};
  ASSERT_TRUE(file(*made).write(2, pieces).ok());
  EXPECT_EQ(*file(*made).size(), 8u);
  EXPECT_EQ(*read_file(*directory, "a", 100), std::string("\0\0onetwo", 8));
  char bytes[10];
  EXPECT_EQ(*file(*made).read(5, bytes, 10), 3u);
  EXPECT_EQ(*file(*made).read(8, bytes, 10), 0u);
  ASSERT_TRUE(file(*made).truncate(4).ok());
  ASSERT_TRUE(file(*made).sync().ok());
  EXPECT_EQ(*file(*made).size(), 4u);
}

TEST_F(PosixDirectoryTest, WritesMorePiecesThanTheSystemTakesAtOnce) {
  auto made = *directory->open("a", Open::create);
  std::string bytes(10'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>('a' + i % 23);
  std::vector<iovec> pieces;
  for (std::size_t i = 0; i < bytes.size(); i += 4) pieces.push_back({bytes.data() + i, 4});
  ASSERT_TRUE(file(made).write(0, pieces).ok());
  EXPECT_EQ(*read_file(*directory, "a", 100'000), bytes);
}

TEST_F(PosixDirectoryTest, GoesOnAfterAShortWriteAndReportsAFullDisk) {
  auto made = *directory->open("a", Open::create);
  std::string bytes(5000, 'x');
  std::vector<iovec> pieces(3, iovec{bytes.data(), bytes.size()});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit small{7000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  auto written = file(made).write(0, pieces);
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(written.code(), ErrorCode::kafka_storage_error);
  EXPECT_EQ(written.error().detail, "cannot write to " + root + "/a: File too large");
  EXPECT_EQ(*file(made).size(), 7000u) << "the system took a part of the second piece first";
}

TEST_F(PosixDirectoryTest, OpensAsAsked) {
  EXPECT_EQ(directory->open("a", Open::read).error().detail, "cannot open " + root + "/a: No such file or directory");
  EXPECT_FALSE(directory->open("a", Open::write).ok());
  ASSERT_TRUE(directory->open("a", Open::create).ok());
  EXPECT_FALSE(directory->open("a", Open::create).ok());
  std::string bytes = "x";
  const iovec piece{bytes.data(), 1};
  EXPECT_TRUE(file(*directory->open("a", Open::write)).write(0, {&piece, 1}).ok());
  EXPECT_FALSE(file(*directory->open("a", Open::read)).write(0, {&piece, 1}).ok());
  EXPECT_FALSE(PosixDirectory::open(root + "/none").ok());
}

TEST_F(PosixDirectoryTest, ListsSorted) {
  ASSERT_TRUE(directory->make_folder("c").ok());
  ASSERT_TRUE(directory->make_folder("c").ok());
  ASSERT_TRUE(write_file(*directory, "b", "").ok());
  ASSERT_TRUE(write_file(*directory, "c/a", "").ok());
  auto entries = *directory->list("");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].name, "b");
  EXPECT_FALSE(entries[0].is_folder);
  EXPECT_EQ(entries[1].name, "c");
  EXPECT_TRUE(entries[1].is_folder);
  EXPECT_EQ(directory->list("c")->size(), 1u);
  EXPECT_FALSE(directory->list("none").ok());
}

TEST_F(PosixDirectoryTest, RenamesAndRemoves) {
  ASSERT_TRUE(directory->make_folder("f").ok());
  ASSERT_TRUE(write_file(*directory, "f/a", "1").ok());
  ASSERT_TRUE(write_file(*directory, "f/b", "2").ok());
  ASSERT_TRUE(directory->rename("f/a", "f/b").ok());
  EXPECT_EQ(*read_file(*directory, "f/b", 10), "1");
  EXPECT_FALSE(*directory->exists("f/a"));
  EXPECT_TRUE(*directory->exists("f/b"));
  EXPECT_FALSE(directory->rename("f/a", "f/b").ok());
  EXPECT_FALSE(directory->remove("f").ok()) << "not empty";
  EXPECT_TRUE(directory->remove("f/b").ok());
  EXPECT_TRUE(directory->remove("f/b").ok());
  EXPECT_TRUE(directory->sync_folder("f").ok());
  EXPECT_TRUE(directory->remove("f").ok());
  EXPECT_TRUE(directory->sync_folder("").ok());
  EXPECT_FALSE(directory->sync_folder("f").ok());
}

TEST_F(PosixDirectoryTest, ReplacesAFileAtomically) {
  ASSERT_TRUE(write_file(*directory, "a.tmp", "left over, and longer").ok());
  ASSERT_TRUE(replace_file(*directory, "a", "one").ok());
  ASSERT_TRUE(replace_file(*directory, "a", "two").ok());
  EXPECT_EQ(*read_file(*directory, "a", 3), "two");
  EXPECT_EQ(read_file(*directory, "a", 2).error().detail, root + "/a has 3 bytes, more than the 2 it may have");
  EXPECT_EQ(directory->list("")->size(), 1u);
}

TEST_F(PosixDirectoryTest, MeasuresItsFileSystem) {
  auto space = directory->space();
  ASSERT_TRUE(space.ok());
  const auto told = std::filesystem::space(root);
  EXPECT_EQ(space->total_bytes, told.capacity);
  EXPECT_LE(space->usable_bytes, told.capacity);
  EXPECT_NEAR(static_cast<double>(space->usable_bytes), static_cast<double>(told.available), 1e9);
}

TEST_F(PosixDirectoryTest, AnOpenFileOutlivesItsName) {
  ASSERT_TRUE(write_file(*directory, "a", "kept").ok());
  auto opened = *directory->open("a", Open::read);
  ASSERT_TRUE(directory->remove("a").ok());
  char bytes[4];
  EXPECT_EQ(*file(opened).read(0, bytes, 4), 4u);
}

TEST_F(PosixDirectoryTest, TheLockKeepsOtherProcessesOut) {
  ASSERT_TRUE(directory->lock().ok());
  auto other_process = [&] {
    const pid_t child = ::fork();
    if (child == 0) {
      auto other = PosixDirectory::open(root);
      const auto locked = (*other)->lock();
      ::_exit(locked ? 0 : locked.error().detail == root + " is in use by another broker: its .lock is held" ? 1 : 2);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  };
  EXPECT_EQ(other_process(), 1);
  directory.reset();
  EXPECT_EQ(other_process(), 0);
}

}  // namespace
}  // namespace kstream::storage
