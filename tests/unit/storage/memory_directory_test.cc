#include "support/memory_directory.h"

#include <gtest/gtest.h>

namespace kstream::storage {
namespace {

using test::MemoryDirectory;

void write(Directory& directory, const std::string& path, std::uint64_t position, std::string bytes) {
  const iovec piece{bytes.data(), bytes.size()};
  ASSERT_TRUE(file(*directory.open(path, Directory::Open::write)).write(position, {&piece, 1}).ok());
}

std::string content(Directory& directory, const std::string& path) {
  auto text = read_file(directory, path, 1 << 20);
  return text ? *text : "none";
}

/// How often, in many power losses, a file had which content.
std::map<std::string, int> after_power_losses(void (*prepare)(Directory&), const std::string& path) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    MemoryDirectory directory;
    base::Random random(seed);
    prepare(directory);
    directory.power_loss(random);
    ++seen[content(directory, path)];
  }
  return seen;
}

TEST(MemoryDirectory, APowerLossMayLoseOrTearWhatWasNotSynced) {
  auto seen = after_power_losses(
      [](Directory& directory) {
        ASSERT_TRUE(write_file(directory, "a", "old").ok());
        ASSERT_TRUE(directory.sync_folder("").ok());
        write(directory, "a", 3, "new");
      },
      "a");
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_GT(seen["old"], 0);
  EXPECT_GT(seen["oldnew"], 0);
  EXPECT_GT(seen[std::string("old\0\0\0", 6)], 0);
}

TEST(MemoryDirectory, APowerLossMayLoseAFileWhoseFolderWasNotSynced) {
  auto seen = after_power_losses([](Directory& directory) { ASSERT_TRUE(write_file(directory, "a", "x").ok()); }, "a");
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_GT(seen["none"], 0);
  EXPECT_GT(seen["x"], 0);
}

TEST(MemoryDirectory, AFolderThatIsRenamedTakesItsFilesAlongOrStays) {
  const auto prepare = [](Directory& directory) {
    ASSERT_TRUE(directory.make_folder("f").ok());
    ASSERT_TRUE(directory.sync_folder("").ok());
    ASSERT_TRUE(write_file(directory, "f/a", "x").ok());
    ASSERT_TRUE(directory.sync_folder("f").ok());
    ASSERT_TRUE(directory.rename("f", "g").ok());
    ASSERT_FALSE(*directory.exists("f/a"));
    ASSERT_EQ(content(directory, "g/a"), "x");
  };
  auto before = after_power_losses(prepare, "f/a"), after = after_power_losses(prepare, "g/a");
  EXPECT_GT(before["x"], 0);
  EXPECT_GT(after["x"], 0);
  EXPECT_EQ(before["x"] + after["x"], 200) << "it is in one place or in the other";
}

TEST(MemoryDirectory, WhatIsSyncedStays) {
  auto seen = after_power_losses(
      [](Directory& directory) {
        ASSERT_TRUE(directory.make_folder("f").ok());
        ASSERT_TRUE(directory.sync_folder("").ok());
        ASSERT_TRUE(replace_file(directory, "f/a", "one").ok());
        ASSERT_TRUE(replace_file(directory, "f/a", "two").ok());
      },
      "f/a");
  EXPECT_EQ(seen, (std::map<std::string, int>{{"two", 200}}));
}

TEST(MemoryDirectory, AReplacementIsOldOrNewButNeverInBetween) {
  auto seen = after_power_losses(
      [](Directory& directory) {
        ASSERT_TRUE(replace_file(directory, "a", "one").ok());
        ASSERT_TRUE(write_file(directory, "a.tmp", "two").ok());
        ASSERT_TRUE(directory.rename("a.tmp", "a").ok());
      },
      "a");
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_GT(seen["one"], 0);
  EXPECT_GT(seen["two"], 0);
}

TEST(MemoryDirectory, DiesWithinAWrite) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    MemoryDirectory directory;
    ASSERT_TRUE(write_file(directory, "a", "").ok());
    auto opened = *directory.open("a", Directory::Open::write);
    std::string bytes = "abc";
    const iovec piece{bytes.data(), bytes.size()};
    directory.fail_after(1, seed);
    EXPECT_FALSE(file(opened).write(0, {&piece, 1}).ok());
    EXPECT_FALSE(directory.exists("a").ok());
    directory.repair();
    ++seen[content(directory, "a")];
  }
  EXPECT_EQ(seen.size(), 4u) << "of nothing to all of it";
}

}  // namespace
}  // namespace kstream::storage
