#include "server/check.h"

#include "server/identity.h"
#include "server/listening.h"
#include "storage/log_dir.h"
#include "storage/posix_directory.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kstream::server {
namespace {

class CheckMachine : public ::testing::Test {
 protected:
  CheckMachine() : folder_(::testing::TempDir() + "check-" + std::to_string(::getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~CheckMachine() override { std::filesystem::remove_all(folder_); }

  /// `LEVEL NAME: TEXT` for each finding, the folder's path left out.
  std::vector<std::string> check(std::vector<std::string> overrides) {
    overrides.push_back("listeners=PLAINTEXT://127.0.0.1:0");
    auto loaded = load_configuration({.overrides = std::move(overrides)});
    constexpr const char* kLevels[] = {"note", "warning", "error"};
    std::vector<std::string> lines;
    for (const auto& one : check_machine(std::get<Configuration>(loaded))) {
      auto text = one.text;
      for (std::size_t at; (at = text.find(folder_)) != text.npos;) text.erase(at, folder_.size());
      EXPECT_EQ(one.where, "-X");
      lines.push_back(std::string(kLevels[static_cast<int>(one.level)]) + ' ' + one.name + ": " + text);
    }
    return lines;
  }
  void format(const std::string& name, const std::string& cluster, int node) {
    std::filesystem::create_directories(folder_ + name);
    auto directory = storage::PosixDirectory::open(folder_ + name);
    const storage::MetaProperties meta{cluster, NodeId(node), Uuid::from_halves(1, 2)};
    ASSERT_TRUE(format_directory(**directory, meta, true, Timestamp(0)).ok());
  }
  const std::string folder_;
};
using Lines = std::vector<std::string>;

TEST_F(CheckMachine, NotesWhoseTheFoldersAre) {
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/a/b"}),
            Lines{"note log.dirs: /a/b is new: it will be made and formatted"});
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/a")) << "nothing is changed";
  std::filesystem::create_directories(folder_ + "/empty");
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/empty"}), Lines{"note log.dirs: /empty is new: it will be formatted"});
  EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/empty"));
  format("/mine", "C", 1);
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/mine"}), Lines{"note log.dirs: /mine belongs to node 1 of cluster C"});
}

TEST_F(CheckMachine, RefusesWhatAStartWouldRefuse) {
  format("/robbed", "C", 1);
  std::filesystem::remove_all(folder_ + "/robbed/__cluster_metadata-0");
  EXPECT_EQ(
      check({"log.dirs=" + folder_ + "/robbed"}),
      Lines{"error log.dirs: /robbed has no metadata log: __cluster_metadata-0 was taken away, or lies in another "
            "log directory, which metadata.log.dir must name"});
  format("/mine", "C", 1);
  format("/other", "D", 1);
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/mine", "node.id=2"}),
            Lines{"error log.dirs: /mine belongs to node 1, this is node 2: set node.id or log.dirs"});
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/mine," + folder_ + "/other"}).back(),
            "error log.dirs: the log directories belong to different clusters: C and D");
  EXPECT_EQ(
      check({"log.dirs=" + folder_ + "/new," + folder_ + "/mine"}).back(),
      "error log.dirs: /new has no metadata log, but other log directories belong to a cluster: name its folder in "
      "metadata.log.dir");
  EXPECT_EQ(
      check({"log.dirs=" + folder_ + "/new," + folder_ + "/mine", "metadata.log.dir=" + folder_ + "/mine"}).size(), 2u);
  std::filesystem::create_directories(folder_ + "/bare/orders-0");
  EXPECT_EQ(
      check({"log.dirs=" + folder_ + "/bare"}),
      Lines{"error log.dirs: /bare holds partitions but no meta.properties: name another folder in log.dirs, or put "
            "the file back"});
  std::filesystem::create_directories(folder_ + "/kafka");
  std::ofstream(folder_ + "/kafka/meta.properties") << "version=1\ncluster.id=K\nnode.id=1\n";
  auto kafka = check({"log.dirs=" + folder_ + "/kafka"});
  ASSERT_EQ(kafka.size(), 1u);
  EXPECT_NE(kafka[0].find("formatted by Apache Kafka, for cluster K"), std::string::npos) << kafka[0];
  std::ofstream(folder_ + "/file") << "x";
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/file"}).at(0).substr(0, 16), "error log.dirs: ");
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/file/below"}).at(0).substr(0, 16), "error log.dirs: ");
}

TEST_F(CheckMachine, TriesPortsAndTheLogFile) {
  auto taken = listen_on({"", "127.0.0.1", 0});
  ASSERT_TRUE(taken.ok());
  auto port = std::to_string(bound_port(*taken));
  auto found = check({"log.dirs=" + folder_ + "/new", "metrics.listener=127.0.0.1:" + port});
  EXPECT_EQ(found.at(1), "error metrics.listener: \"metrics.listener\": cannot listen on 127.0.0.1:" + port +
                             ": Address already in use");
  ::close(*taken);
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/new", "metrics.listener=127.0.0.1:" + port}).size(), 1u);
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/new", "log.file=" + folder_ + "/log"}).size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/log"));
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/new", "log.file=" + folder_ + "/none/log"}).at(1),
            "error log.file: \"log.file\": cannot write to /none/log: No such file or directory");
  EXPECT_EQ(check({"log.dirs=" + folder_ + "/new", "log.file=" + folder_}).at(1),
            "error log.file: \"log.file\": cannot write to : Is a directory");
}

}  // namespace
}  // namespace kstream::server
