#include "server/log_directories.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <variant>

namespace kstream::server {
namespace {

namespace fs = std::filesystem;

class LogDirectories : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  /// For the directories of these names; the metadata log is in the last of them.
  Configuration configuration(const std::vector<std::string>& names, int node = 1) const {
    std::string directories;
    for (const auto& name : names) directories += (directories.empty() ? "" : ",") + path(name);
    auto loaded = load_configuration({.overrides = {"log.dirs=" + directories, "metadata.log.dir=" + path(names.back()),
                                                    "node.id=" + std::to_string(node)}});
    return std::get<Configuration>(loaded);
  }
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string content(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const fs::path folder_ = fs::path(::testing::TempDir()) / "log_directories_test";
};

TEST_F(LogDirectories, AreNewUntilTheyAreFormatted) {
  const auto config = configuration({"a", "b"});
  for (const auto& one : describe_directories(config)) {
    EXPECT_FALSE(one.identity);
    EXPECT_EQ(one.problem, "");
  }
  EXPECT_FALSE(fs::exists(folder_)) << "looking makes nothing";
  const Uuid id = random_id();
  auto formatted = format_directories(config, {"cluster-1", id});
  ASSERT_TRUE(formatted.ok());
  ASSERT_EQ(formatted->size(), 2u);
  EXPECT_TRUE((*formatted)[0].just_formatted && !(*formatted)[0].has_metadata_log);
  EXPECT_NE((*formatted)[0].identity->directory_id, id);
  EXPECT_TRUE((*formatted)[1].has_metadata_log);
  EXPECT_EQ((*formatted)[1].identity->directory_id, id);
  EXPECT_TRUE(fs::exists(path("b/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint")));
  EXPECT_FALSE(fs::exists(path("a/__cluster_metadata-0")));
  const auto described = describe_directories(config);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(described[i].identity, (*formatted)[i].identity);
}

TEST_F(LogDirectories, WhatIsFormattedStaysAsItIs) {
  auto first = format_directories(configuration({"b"}), {});
  ASSERT_TRUE(first.ok());
  const std::string before = content("b/meta.properties");
  auto both = format_directories(configuration({"a", "b"}), {});
  ASSERT_TRUE(both.ok());
  EXPECT_TRUE((*both)[0].just_formatted && !(*both)[1].just_formatted);
  EXPECT_EQ((*both)[0].identity->cluster_id, (*first)[0].identity->cluster_id);
  EXPECT_EQ(content("b/meta.properties"), before);
}

TEST_F(LogDirectories, NothingIsChangedIfAnyCannotBeUsed) {
  ASSERT_TRUE(format_directories(configuration({"b"}), {"one", {}}).ok());
  EXPECT_EQ(format_directories(configuration({"a", "b"}), {"other", {}}).code(), ErrorCode::inconsistent_cluster_id);
  EXPECT_EQ(format_directories(configuration({"a", "b"}, 2), {}).code(), ErrorCode::invalid_config);
  // The metadata log would be new, among directories that belong to a cluster.
  EXPECT_EQ(format_directories(configuration({"b", "c"}), {}).code(), ErrorCode::invalid_config);
  EXPECT_FALSE(fs::exists(path("a")) || fs::exists(path("c")));
  fs::create_directories(path("d/orders-0"));
  EXPECT_EQ(format_directories(configuration({"d"}), {}).code(), ErrorCode::invalid_config);
  EXPECT_NE(describe_directories(configuration({"d"}))[0].problem.find("holds partitions"), std::string::npos);
}

TEST_F(LogDirectories, NotWhileABrokerRuns) {
  OpenDirectories held;
  ASSERT_TRUE(open_directories(configuration({"a"}).broker, held).ok());
  // A lock is the process's own, so that another one has to try.
  EXPECT_EXIT(std::exit(format_directories(configuration({"a"}), {}).ok() ? 0 : 7), ::testing::ExitedWithCode(7), "");
}

TEST_F(LogDirectories, NamesOfClusters) {
  EXPECT_TRUE(is_cluster_id("5L6g3nShT-eMCtK--X86sw"));
  EXPECT_TRUE(is_cluster_id("test.1_a"));
  for (const char* bad : {"", "a b", "a\nnode.id=2", "a=b"}) EXPECT_FALSE(is_cluster_id(bad)) << bad;
}

}  // namespace
}  // namespace kstream::server
