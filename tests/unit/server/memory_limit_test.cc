#include "server/memory_limit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace kstream::server {
namespace {

namespace fs = std::filesystem;

class MemoryLimit : public ::testing::Test {
 protected:
  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void TearDown() override { fs::remove_all(root_); }

  const fs::path root_ = fs::path(::testing::TempDir()) / "memory_limit_test";
};

TEST_F(MemoryLimit, IsTheMachinesWithoutGroups) {
  const auto machine = memory_limit(root_);
  EXPECT_GT(machine, 1u << 20);
  write("proc/self/cgroup", "0::/user.slice\nnonsense\n");
  write("sys/fs/cgroup/user.slice/memory.max", "max\n");
  EXPECT_EQ(memory_limit(root_), machine);
}

TEST_F(MemoryLimit, IsTheLeastOfTheGroupsAbove) {
  write("proc/self/cgroup", "0::/system.slice/kserver.service\n");
  write("sys/fs/cgroup/system.slice/kserver.service/memory.max", "700000\n");
  EXPECT_EQ(memory_limit(root_), 700'000u);
  write("sys/fs/cgroup/system.slice/memory.max", "600000\n");
  EXPECT_EQ(memory_limit(root_), 600'000u);
  write("sys/fs/cgroup/other/memory.max", "500000\n");
  EXPECT_EQ(memory_limit(root_), 600'000u);
}

TEST_F(MemoryLimit, IsTheContainersWhichSeesItsGroupAsTheRoot) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", "512000000\n");
  EXPECT_EQ(memory_limit(root_), 512'000'000u);
}

TEST_F(MemoryLimit, IsFoundInTheOldHierarchy) {
  write("proc/self/cgroup", "9:cpu,cpuacct:/a\n4:hugetlb,memory:/docker/1f\n0::/\n");
  write("sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes", "300000\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(memory_limit(root_), 300'000u);
}

}  // namespace
}  // namespace kstream::server
