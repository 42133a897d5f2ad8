#include "storage/log_dir.h"

#include "running_log.h"

#include <gtest/gtest.h>

namespace kstream::storage {
namespace {

using test::MemoryDirectory;

const MetaProperties kMeta{"5L6g3nShT-eMCtK--X86sw", NodeId(3), Uuid::from_halves(7, 8)};

TEST(MetaProperties, ComeBackAsWritten) {
  MemoryDirectory directory;
  EXPECT_EQ(*read_meta_properties(directory), std::nullopt);
  ASSERT_TRUE(write_meta_properties(directory, kMeta).ok());
  EXPECT_EQ(*read_meta_properties(directory), kMeta);
  EXPECT_EQ(content_of(directory, "meta.properties"),
            "cluster.id=5L6g3nShT-eMCtK--X86sw\ndirectory.id=" + kMeta.directory_id.to_string() +
                "\nkstream.format=1\nnode.id=3\nversion=1\n");
}

/// With KRaft, and as releases before 4.0 did it with ZooKeeper.
TEST(MetaProperties, RefuseWhatKafkaFormatted) {
  for (const auto& text : {"directory.id=" + kMeta.directory_id.to_string() + "\nnode.id=3\nversion=1\n",
                           std::string("version=0\nbroker.id=3\n")}) {
    MemoryDirectory directory;
    put(directory, "meta.properties", "#\n#Sat Nov 21 12:00:00 UTC 2026\ncluster.id=5L6g3nShT-eMCtK--X86sw\n" + text);
    auto meta = read_meta_properties(directory);
    EXPECT_EQ(meta.code(), ErrorCode::invalid_config);
    EXPECT_TRUE(
        meta.error().detail.starts_with("/memory/meta.properties: this folder was formatted by Apache Kafka, "
                                        "for cluster 5L6g3nShT-eMCtK--X86sw, and is refused"))
        << meta.error().detail;
  }
}

TEST(MetaProperties, RefuseWhatTheyCannotBe) {
  const std::string id = "directory.id=" + kMeta.directory_id.to_string() + "\n";
  for (const auto& [text, detail] : std::vector<std::pair<std::string, std::string>>{
           {"", "version= is no version that can be read here; 1 is"},
           {"version=0\nkstream.format=1\ncluster.id=c\nnode.id=1\n" + id,
            "version=0 is no version that can be read here; 1 is"},
           {"version=1\nnode.id=1\n" + id, "cluster.id= names no cluster"},
           {"version=1\nkstream.format=1\ncluster.id=\nnode.id=1\n" + id, "cluster.id= names no cluster"},
           {"version=1\nkstream.format=1\ncluster.id=c\nnode.id=-1\n" + id, "node.id=-1 is not the number of a node"},
           {"version=1\nkstream.format=1\ncluster.id=c\nnode.id=x\n" + id, "node.id=x is not the number of a node"},
           {"version=1\nkstream.format=1\ncluster.id=c\nnode.id=1\n", "directory.id= is not an id"},
           {"version=1\nkstream.format=2\ncluster.id=c\nnode.id=1\n" + id,
            "kstream.format=2 was left by a later release, whose files this one cannot read"},
           {"version=1\n\\u00zz=1\n", ""}}) {
    MemoryDirectory directory;
    put(directory, "meta.properties", text);
    auto meta = read_meta_properties(directory);
    EXPECT_EQ(meta.code(), ErrorCode::invalid_config) << text;
    if (!detail.empty()) {
      EXPECT_EQ(meta.error().detail, "/memory/meta.properties: " + detail);
    }
  }
}

TEST(Run, TellsACleanStopFromACrashOfTheProcessAndOfTheSystem) {
  MemoryDirectory directory;
  EXPECT_EQ(begin_run(directory, "boot-1")->trust, Trust::other_boot) << "nothing is known";
  EXPECT_EQ(begin_run(directory, "boot-1")->trust, Trust::other_boot) << "recovery never ended";
  ASSERT_TRUE(end_recovery(directory, "boot-1", {}).ok());
  EXPECT_EQ(begin_run(directory, "boot-1")->trust, Trust::same_boot);
  EXPECT_EQ(begin_run(directory, "boot-2")->trust, Trust::other_boot);
  ASSERT_TRUE(end_recovery(directory, "boot-2", {}).ok());
  ASSERT_TRUE(end_run(directory, 13).ok());
  EXPECT_EQ(content_of(directory, ".kafka_cleanshutdown"), "{\"version\":0,\"brokerEpoch\":13}");
  auto previous = begin_run(directory, "boot-3");
  EXPECT_EQ(previous->trust, Trust::clean);
  EXPECT_EQ(previous->broker_epoch, 13);
  base::Random random(1);
  directory.power_loss(random);
  EXPECT_FALSE(*directory.exists(".kafka_cleanshutdown")) << "removed durably";
  EXPECT_EQ(begin_run(directory, "boot-3")->trust, Trust::other_boot);
}

TEST(Run, RemembersWhatWasNotRecovered) {
  MemoryDirectory directory;
  ASSERT_TRUE(end_recovery(directory, "boot", {"orders-0", "orders-1"}).ok());
  ASSERT_TRUE(end_run(directory, 13).ok());
  for (auto trust : {Trust::clean, Trust::same_boot}) {
    auto previous = begin_run(directory, "boot");
    EXPECT_EQ(previous->trust, trust);
    EXPECT_EQ(previous->not_recovered, (std::vector<std::string>{"orders-0", "orders-1"}));
  }
  ASSERT_TRUE(end_recovery(directory, "boot", {}).ok());
  EXPECT_TRUE(begin_run(directory, "boot")->not_recovered.empty());
}

TEST(Run, DamagedMarkersAreNotBelievedFurtherThanTheyGo) {
  MemoryDirectory directory;
  put(directory, ".kafka_cleanshutdown", "{");
  auto previous = begin_run(directory, "boot");
  EXPECT_EQ(previous->trust, Trust::clean) << "that it is there is what counts, as in Kafka";
  EXPECT_EQ(previous->broker_epoch, -1);
  ASSERT_TRUE(end_recovery(directory, "boot", {}).ok());
  const std::string text = content_of(directory, ".kstream_boot");
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] ^= 1;
    put(directory, ".kstream_boot", damaged);
    EXPECT_EQ(begin_run(directory, "boot")->trust, Trust::other_boot);
  }
}

TEST(PartitionFolders, AreKnownByTheirNames) {
  using Kind = PartitionFolder::Kind;
  auto parse = [](const std::string& name) { return parse_partition_folder(name); };
  auto is = [](const std::string& name, const char* topic, int partition, Kind kind) {
    return PartitionFolder{name, topic, PartitionId(partition), kind};
  };
  const std::string hex = ".0123456789abcdef0123456789abcdef";
  EXPECT_EQ(parse("orders-0"), is("orders-0", "orders", 0, Kind::current));
  EXPECT_EQ(parse("a-b.c_d-12"), is("a-b.c_d-12", "a-b.c_d", 12, Kind::current));
  EXPECT_EQ(parse("orders-7" + hex + "-delete"), is("orders-7" + hex + "-delete", "orders", 7, Kind::deleted));
  EXPECT_EQ(parse("orders-7" + hex + "-future"), is("orders-7" + hex + "-future", "orders", 7, Kind::future));
  EXPECT_EQ(parse("orders-7" + hex + "-stray"), is("orders-7" + hex + "-stray", "orders", 7, Kind::stray));
  for (const char* name :
       {"", "orders", "orders-", "-1", "orders-x", "orders-1x", "orders-2147483648", "orders-7.0123-delete",
        "orders-7.0123456789abcdef0123456789ABCDEF-delete", "orders-7-delete", "orders--"}) {
    EXPECT_FALSE(parse(name)) << name;
  }
  EXPECT_EQ(parse_partition_folder(partition_folder("t", PartitionId(3)))->partition, PartitionId(3));
}

TEST(PartitionFolders, AreListed) {
  MemoryDirectory directory;
  for (const char* name : {"orders-1", "orders-0", "lost+found"}) ASSERT_TRUE(directory.make_folder(name).ok());
  put(directory, "orders-2", "a file");
  auto found = list_partitions(directory);
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].name, "orders-0");
}

TEST(Checkpoints, AreReadAndWritten) {
  MemoryDirectory directory;
  EXPECT_TRUE(read_checkpoint(directory, kRecoveryPoints)->empty());
  log::OffsetCheckpoint offsets{{{"orders", PartitionId(1)}, Offset(17)}};
  ASSERT_TRUE(write_checkpoint(directory, kRecoveryPoints, offsets).ok());
  EXPECT_EQ(*read_checkpoint(directory, kRecoveryPoints), offsets);
  put(directory, kRecoveryPoints, "0\n1\n");
  EXPECT_EQ(read_checkpoint(directory, kRecoveryPoints).error().detail,
            "/memory/recovery-point-offset-checkpoint is damaged: it announces \"1\" entries and has 0");
}

}  // namespace
}  // namespace kstream::storage
