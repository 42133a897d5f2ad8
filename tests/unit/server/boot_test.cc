#include "server/boot.h"

#include "log/checkpoint.h"
#include "small_broker.h"
#include "storage/log_dir.h"

#include <gtest/gtest.h>

namespace kstream::server {
namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string content_of(storage::Directory& directory, const std::string& path) {
  auto text = storage::read_file(directory, path, 1 << 20);
  return text.ok() ? *text : "(none)";
}

void put(storage::Directory& directory, const std::string& path, const std::string& content) {
  ASSERT_TRUE(storage::write_file(directory, path, content).ok());
}

void flip(storage::Directory& directory, const std::string& path, std::size_t position) {
  auto bytes = content_of(directory, path);
  ASSERT_GT(bytes.size(), position);
  bytes[position] ^= 1;
  put(directory, path, bytes);
}

constexpr const char* kLast = "orders-0/00000000000000000020.log";

/// A broker with 25 records in orders-0, three segments, and some in orders-1, stopped in order.
class BootTest : public testing::Test {
 protected:
  void fill() {
    ASSERT_TRUE(broker_.start().ok());
    broker_.create("orders", 2);
    ASSERT_EQ(broker_.append("orders", 0, 25), ErrorCode::none);
    ASSERT_EQ(broker_.append("orders", 1, 5), ErrorCode::none);
    ASSERT_TRUE(broker_.stop());
    ASSERT_EQ(content_of(directory_, kLast).size(), 500u);
  }
  SmallBroker broker_{1};
  test::MemoryDirectory& directory_ = broker_.directory();
};

TEST_F(BootTest, ADamagedPartitionIsOfflineAndTheOthersServe) {
  fill();
  flip(directory_, kLast, 150);
  const auto damaged = content_of(directory_, kLast);
  ASSERT_TRUE(directory_.remove(".kafka_cleanshutdown").ok());
  // Neither a clean stop nor a crash of the process makes its files more credible, and the checkpoint keeps its point.
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(broker_.start(i % 2 == 1).ok());
    EXPECT_PRED2(holds, broker_.said(),
                 "E orders-0 is offline: /memory/orders-0/00000000000000000020.log: at position "
                 "100: the CRC is wrong; that was synced, so nothing is cut\n");
    EXPECT_EQ(broker_.append("orders", 0), ErrorCode::kafka_storage_error);
    EXPECT_EQ(broker_.append("orders", 1), ErrorCode::none);
    broker_.write_checkpoints();
    if (i < 2) {
      EXPECT_TRUE(broker_.stop());
    } else {
      broker_.kill();
    }
    EXPECT_EQ(content_of(directory_, kLast), damaged);
  }
  flip(directory_, kLast, 150);
  ASSERT_TRUE(broker_.start(true).ok());
  EXPECT_EQ(broker_.append("orders", 0), ErrorCode::none);
  EXPECT_EQ(broker_.answers().back().base, Offset(25));
}

TEST_F(BootTest, WhatIsGoneIsNotTakenForNew) {
  fill();
  const std::string first = "orders-1/00000000000000000000.log";
  const auto segment = content_of(directory_, first);
  ASSERT_TRUE(directory_.remove(first).ok());
  const auto last = content_of(directory_, kLast);
  ASSERT_TRUE(directory_.remove(kLast).ok());
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(broker_.start(i % 2 == 1).ok());
    EXPECT_PRED2(holds, broker_.said(),
                 "E orders-0 is offline: /memory/orders-0: the log ends at offset 20, but was synced up to offset 25: "
                 "put the missing files back, or delete the topic\n");
    EXPECT_PRED2(holds, broker_.said(), "E orders-1 is offline: /memory/orders-1: the log ends at offset 0, but");
    for (int p = 0; p < 2; ++p) EXPECT_EQ(broker_.append("orders", p), ErrorCode::kafka_storage_error);
    broker_.write_checkpoints();
    const bool clean = i < 2 && broker_.stop();
    EXPECT_EQ(clean, i < 2);
    if (!clean) broker_.kill();
  }
  put(directory_, first, segment);
  put(directory_, kLast, last);
  ASSERT_TRUE(broker_.start().ok());
  EXPECT_EQ(broker_.append("orders", 0), ErrorCode::none);
  EXPECT_EQ(broker_.answers().back().base, Offset(25));
  EXPECT_EQ(broker_.append("orders", 1), ErrorCode::none);
  EXPECT_EQ(broker_.answers().back().base, Offset(5));
}

TEST_F(BootTest, AFolderThatIsGoneIsNotMadeAnew) {
  fill();
  ASSERT_TRUE(storage::remove_folder(directory_, "orders-1").ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(broker_.start(i == 1).ok());
    EXPECT_PRED2(holds, broker_.said(),
                 "E orders-1 is offline: /memory/orders-1 is gone, and it held records up to offset 5: put it back and "
                 "restart, or delete the topic\n");
    EXPECT_EQ(broker_.append("orders", 0), ErrorCode::none);
    EXPECT_EQ(broker_.append("orders", 1), ErrorCode::kafka_storage_error);
    broker_.write_checkpoints();
    const bool clean = i == 0 && broker_.stop();
    EXPECT_EQ(clean, i == 0);
    if (!clean) broker_.kill();
  }
  ASSERT_TRUE(broker_.start().ok());
  broker_.remove("orders");
  broker_.create("orders", 2);
  for (int p = 0; p < 2; ++p) EXPECT_EQ(broker_.append("orders", p), ErrorCode::none);
  EXPECT_EQ(broker_.fatal(), "");
}

TEST_F(BootTest, AMetadataLogThatIsGoneIsNotMadeAnew) {
  fill();
  for (const bool with_folder : {false, true}) {
    auto entries = directory_.list("__cluster_metadata-0");
    for (const auto& entry : *entries) ASSERT_TRUE(directory_.remove("__cluster_metadata-0/" + entry.name).ok());
    if (with_folder) {
      ASSERT_TRUE(directory_.remove("__cluster_metadata-0").ok());
    }
    auto started = broker_.start();
    ASSERT_FALSE(started.ok());
    EXPECT_EQ(started.error().detail,
              "/memory has no metadata log: __cluster_metadata-0 was taken away, or lies in another log directory, "
              "which metadata.log.dir must name");
    EXPECT_EQ(content_of(directory_, kLast).size(), 500u);
  }
}

TEST(Boot, ADamagedCheckpointOnlyMeansThatMoreIsChecked) {
  for (const char* name : {storage::kRecoveryPoints, storage::kLogStarts}) {
    SmallBroker broker(1);
    ASSERT_TRUE(broker.start().ok());
    broker.create("orders", 1);
    ASSERT_EQ(broker.append("orders", 0, 25), ErrorCode::none);
    ASSERT_TRUE(broker.stop());
    put(broker.directory(), name, "0\n1\norders");
    ASSERT_TRUE(broker.directory().remove(".kafka_cleanshutdown").ok());
    ASSERT_TRUE(broker.start().ok());
    EXPECT_PRED2(holds, broker.said(), std::string("/memory/") + name + " is damaged: ");
    EXPECT_EQ(broker.append("orders", 0), ErrorCode::none);
    EXPECT_EQ(broker.answers().back().base, Offset(25));
  }
}

TEST_F(BootTest, WhatWasCommittedOfTheMetadataIsNotForgotten) {
  ASSERT_TRUE(broker_.start().ok());
  broker_.create("orders", 2);
  broker_.write_checkpoints();
  broker_.kill();
  const std::string log = "__cluster_metadata-0/00000000000000000000.log";
  flip(directory_, log, content_of(directory_, log).size() / 2);
  auto started = broker_.start();
  ASSERT_FALSE(started.ok());
  EXPECT_PRED2(holds, started.error().detail, "/memory/" + log + ": at position ");
  EXPECT_PRED2(holds, started.error().detail, "that was synced, so nothing is cut");
  flip(directory_, log, content_of(directory_, log).size() / 2);
  EXPECT_TRUE(broker_.start().ok());
}

TEST_F(BootTest, AUsedDirectoryIsNotFormattedAgain) {
  fill();
  const auto meta = content_of(directory_, "meta.properties");
  ASSERT_TRUE(directory_.remove("meta.properties").ok());
  for (bool partitions : {true, false}) {
    if (!partitions) {  // the metadata log alone
      for (const std::string folder : {"orders-0", "orders-1"})
        ASSERT_TRUE(storage::remove_folder(directory_, folder).ok());
    }
    auto started = broker_.start();
    ASSERT_FALSE(started.ok());
    EXPECT_EQ(started.error().detail,
              "/memory holds partitions but no meta.properties: name another folder in log.dirs, or put the file back");
    EXPECT_FALSE(*directory_.exists("meta.properties"));
  }
  put(directory_, "meta.properties", meta);
  EXPECT_TRUE(broker_.start().ok());
}

TEST_F(BootTest, AFolderLeftOfAnotherTopicStopsOnlyItsPartition) {
  ASSERT_TRUE(broker_.start().ok());
  ASSERT_TRUE(directory_.make_folder("orders-0").ok());
  const auto foreign = log::print_partition_metadata(Uuid::from_halves(3, 4));
  put(directory_, "orders-0/partition.metadata", foreign);
  put(directory_, "orders-0/00000000000000000000.log", "foreign");
  broker_.create("orders", 2);
  EXPECT_EQ(broker_.append("orders", 0), ErrorCode::kafka_storage_error);
  EXPECT_PRED2(holds, broker_.answers().back().detail, "/memory/orders-0 is left from before");
  EXPECT_PRED2(holds, broker_.said(), "E orders-0 is offline: /memory/orders-0 is left from before");
  EXPECT_EQ(broker_.append("orders", 1), ErrorCode::none);
  EXPECT_EQ(broker_.fatal(), "");
  EXPECT_TRUE(broker_.stop());
  EXPECT_EQ(content_of(directory_, "orders-0/partition.metadata"), foreign);
  EXPECT_EQ(content_of(directory_, "orders-0/00000000000000000000.log"), "foreign");
  ASSERT_TRUE(broker_.start().ok());  // no topic has that id: it was deleted
  EXPECT_EQ(broker_.append("orders", 0), ErrorCode::none);
  EXPECT_EQ(broker_.append("orders", 1), ErrorCode::none);
}

/// Four partitions over two directories, of which one fails.
class TwoDirectories : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(broker_.start().ok());
    broker_.create("orders", 4);
    for (int p = 0; p < 4; ++p) {
      ASSERT_EQ(broker_.append("orders", p), ErrorCode::none);
      place_[p] = broker_.place_of("orders-" + std::to_string(p));
    }
  }
  SmallBroker broker_{2};
  int place_[4];  ///< in which directory each partition is
};

TEST_F(TwoDirectories, AFailedOneIsNotUsedAnyMore) {
  broker_.directory(1).fail_after(1, 1);
  int lost = 0;
  for (int p = 0; p < 4; ++p) {
    const auto expected = place_[p] == 0 ? ErrorCode::none : ErrorCode::kafka_storage_error;
    lost += expected != ErrorCode::none;
    EXPECT_EQ(broker_.append("orders", p), expected);
  }
  EXPECT_EQ(lost, 2);
  broker_.create("new", 4);
  for (int p = 0; p < 4; ++p) EXPECT_EQ(broker_.append("new", p), ErrorCode::none) << "in the other one";
  broker_.directory(1).repair();
  for (int p = 0; p < 4; ++p) {
    const auto expected = place_[p] == 0 ? ErrorCode::none : ErrorCode::kafka_storage_error;
    EXPECT_EQ(broker_.append("orders", p), expected) << "until a restart";
  }
  EXPECT_EQ(broker_.fatal(), "");
  EXPECT_FALSE(broker_.stop());
  ASSERT_TRUE(broker_.start(true).ok());
  for (int p = 0; p < 4; ++p) EXPECT_EQ(broker_.append("orders", p), ErrorCode::none);
}

TEST_F(TwoDirectories, APartitionInBothIsServedFromNeither) {
  const int twin = place_[0] == 0 ? 0 : 1;
  ASSERT_EQ(place_[twin], 0);
  ASSERT_TRUE(broker_.stop());
  const auto folder = "orders-" + std::to_string(twin);
  ASSERT_TRUE(broker_.directory(1).make_folder(folder).ok());
  ASSERT_TRUE(broker_.start().ok());
  EXPECT_PRED2(holds, broker_.said(), "E " + folder + " is offline: it is in /memory/" + folder + " and in /memory/");
  for (int p = 0; p < 4; ++p)
    EXPECT_EQ(broker_.append("orders", p), p == twin ? ErrorCode::kafka_storage_error : ErrorCode::none);
}

TEST_F(TwoDirectories, ALostOneIsNotTakenForNew) {
  broker_.create("never", 1);
  ASSERT_TRUE(broker_.stop());
  auto unmounted = broker_.unmount(1);
  auto refused = broker_.start();
  ASSERT_FALSE(refused.ok());
  EXPECT_PRED2(holds, refused.error().detail, "/memory is not formatted, and log directory ");
  EXPECT_PRED2(holds, refused.error().detail, "is missing: mount its disk, or, if it is gone for good, run kserver");
  EXPECT_TRUE(*broker_.directory().exists(".kafka_cleanshutdown")) << "once it is mounted, nothing need be checked";
  auto blank = broker_.take_away();  // it is in log.dirs no more
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(broker_.start(i == 1).ok());
    for (int p = 0; p < 4; ++p) {
      EXPECT_EQ(broker_.append("orders", p), place_[p] == 0 ? ErrorCode::none : ErrorCode::kafka_storage_error);
    }
    if (i < 2) {
      EXPECT_EQ(broker_.append("never", 0), ErrorCode::kafka_storage_error) << "nobody knows";
    }
    EXPECT_PRED2(holds, broker_.said(), "is offline: it has no folder here, and may lie in log directory ");
    if (i == 0) broker_.create("since", 1);
    if (i == 1) {  // another topic of that name, of which no record was lost
      broker_.remove("never");
      broker_.create("never", 1);
    }
    const bool clean = i == 0 && broker_.stop();
    EXPECT_EQ(clean, i == 0);
    if (!clean) broker_.kill();
  }
  ASSERT_TRUE(broker_.start().ok());
  EXPECT_EQ(broker_.append("since", 0), ErrorCode::none) << "made without it";
  ASSERT_TRUE(broker_.stop());
  broker_.put_back(std::move(unmounted));
  ASSERT_TRUE(broker_.start().ok());
  for (int p = 0; p < 4; ++p) EXPECT_EQ(broker_.append("orders", p), ErrorCode::none);
  EXPECT_EQ(broker_.append("never", 0), ErrorCode::none);
}

/// Names at the root of a directory that begin with a topic's name.
std::vector<std::string> folders_of(storage::Directory& directory, const std::string& topic) {
  std::vector<std::string> names;
  const auto entries = directory.list("");
  for (const auto& entry : *entries) {
    if (entry.name.starts_with(topic + "-")) names.push_back(entry.name);
  }
  return names;
}
using Folders = std::vector<std::string>;

TEST_F(BootTest, ADeletedTopicLeavesNothingBehind) {
  fill();
  ASSERT_TRUE(broker_.start().ok());
  ASSERT_EQ(broker_.append("orders", 0, 5), ErrorCode::none);
  broker_.write_checkpoints();
  EXPECT_PRED2(holds, content_of(directory_, storage::kRecoveryPoints), "orders 0 ");
  broker_.remove("orders");
  const auto deleted = folders_of(directory_, "orders");
  ASSERT_EQ(deleted.size(), 2u) << "for file.delete.delay.ms";
  for (const auto& folder : deleted) EXPECT_TRUE(folder.ends_with("-delete")) << folder;
  EXPECT_FALSE(holds(content_of(directory_, storage::kRecoveryPoints), "orders"))
      << "the checkpoints have forgotten it before anything else may be published";
  broker_.create("orders", 1);
  ASSERT_EQ(broker_.append("orders", 0), ErrorCode::none);
  EXPECT_EQ(broker_.answers().back().base, Offset(0));
  broker_.pass_minutes(2);
  EXPECT_EQ(folders_of(directory_, "orders"), Folders{"orders-0"});
  broker_.kill();
  ASSERT_TRUE(broker_.start().ok());
  ASSERT_EQ(broker_.append("orders", 0), ErrorCode::none);
  EXPECT_EQ(broker_.answers().back().base, Offset(1));
}

TEST_F(BootTest, RemovesTheFoldersOfTopicsThatAreGone) {
  fill();
  const std::string deleted = "orders-1.0123456789abcdef0123456789abcdef-delete";
  ASSERT_TRUE(broker_.start().ok());
  broker_.create("others", 1);
  ASSERT_EQ(broker_.append("others", 0), ErrorCode::none);
  broker_.kill();
  // As after a crash behind the commit: one folder was renamed, the other was not, and a topic of the name is new.
  ASSERT_TRUE(directory_.make_folder(deleted).ok());
  put(directory_, deleted + "/00000000000000000000.log", "x");
  put(directory_, "orders-0/partition.metadata", log::print_partition_metadata(Uuid::from_halves(9, 9)));
  ASSERT_TRUE(broker_.start(true).ok());
  EXPECT_PRED2(holds, broker_.said(),
               "/orders-0 is of a topic that the metadata do not know, and is kept as orders-0.");
  EXPECT_PRED2(holds, broker_.said(), deleted + " is of a topic that was deleted");
  const auto folders = folders_of(directory_, "orders");
  ASSERT_EQ(folders.size(), 2u);
  EXPECT_EQ(folders[1], "orders-1");
  ASSERT_TRUE(folders[0].starts_with("orders-0.") && folders[0].ends_with("-stray")) << folders[0];
  EXPECT_NE(content_of(directory_, folders[0] + "/00000000000000000000.log"), "");
  EXPECT_FALSE(holds(content_of(directory_, storage::kRecoveryPoints), "orders 0 ")) << "it would vouch for the next";
  EXPECT_PRED2(holds, content_of(directory_, storage::kRecoveryPoints), "orders 1 ");
  ASSERT_EQ(broker_.append("orders", 0), ErrorCode::none);
  EXPECT_EQ(broker_.answers().back().base, Offset(0)) << "nothing of it was adopted";
}

TEST_F(BootTest, RemovesTheFoldersOfTopicsThatNeverHadARecord) {
  fill();
  ASSERT_TRUE(directory_.make_folder("new-0").ok());
  put(directory_, "new-0/partition.metadata", log::print_partition_metadata(Uuid::from_halves(9, 9)));
  put(directory_, "new-0/00000000000000000000.log", "");
  ASSERT_TRUE(directory_.make_folder("newer-0").ok());
  ASSERT_TRUE(broker_.start(true).ok());
  EXPECT_EQ(folders_of(directory_, "new"), Folders{});
  EXPECT_EQ(folders_of(directory_, "newer"), Folders{});
}

TEST_F(BootTest, LeavesFoldersAloneThatItCannotKnow) {
  fill();
  ASSERT_TRUE(directory_.make_folder("photos-3").ok());
  put(directory_, "photos-3/a.jpg", "x");
  ASSERT_TRUE(directory_.make_folder("new-0").ok());
  put(directory_, "new-0/partition.metadata", log::print_partition_metadata(Uuid::from_halves(9, 9)));
  put(directory_, "new-0/notes.txt", "x");
  ASSERT_TRUE(directory_.rename("orders-1", "strangers-1").ok());
  ASSERT_TRUE(directory_.remove("strangers-1/partition.metadata").ok());
  ASSERT_TRUE(directory_.make_folder("orders-0.0123456789abcdef0123456789abcdef-future").ok());
  ASSERT_TRUE(broker_.start().ok());
  EXPECT_PRED2(holds, broker_.said(), "/strangers-1 belongs to no partition of this broker and was left alone\n");
  EXPECT_TRUE(*directory_.exists("strangers-1/00000000000000000000.log"));
  EXPECT_TRUE(*directory_.exists("photos-3/a.jpg"));
  EXPECT_PRED2(holds, broker_.said(), "/new-0 is of a topic that the metadata do not know, and is kept as new-0.");
  EXPECT_TRUE(*directory_.exists("orders-0.0123456789abcdef0123456789abcdef-future"));
}

}  // namespace
}  // namespace kstream::server
