#include "node.h"

#include "records/iterate.h"

#include <algorithm>

namespace kstream::quorum {
namespace {

class QuorumTest : public testing::Test {
 protected:
  QuorumTest() { node_.format(); }
  template <class T>
  bool is_pending() {
    node_.take();
    return std::any_of(node_.pending().begin(), node_.pending().end(),
                       [](auto& op) { return std::holds_alternative<T>(op); });
  }
  test::MemoryDirectory directory_;
  Node node_{directory_};
};

TEST_F(QuorumTest, ANewEpochIsOnDiskBeforeAnythingOfIt) {
  ASSERT_TRUE(node_.boot());
  EXPECT_FALSE(node_.quorum->role().leader);
  node_.take();
  ASSERT_EQ(node_.pending().size(), 1u);
  const auto& state = std::get<log::ReplaceFile>(node_.pending().front());
  EXPECT_EQ(state.path, "__cluster_metadata-0/quorum-state");
  EXPECT_NE(state.content.find("\"leaderEpoch\":1,"), std::string::npos);
  ASSERT_TRUE(node_.step());
  EXPECT_FALSE(node_.quorum->role().leader) << "the LeaderChange batch is not committed";
  node_.run();
  EXPECT_TRUE(node_.quorum->role().leader);
  EXPECT_EQ(node_.quorum->role().epoch, LeaderEpoch(1));
  EXPECT_EQ(node_.quorum->committed(), Offset(3)) << "LeaderChange, KRaftVersion, KRaftVoters";
  EXPECT_EQ(node_.quorum->next(), Offset(3));
}

TEST_F(QuorumTest, EveryStartIsANewEpoch) {
  node_.start();
  EXPECT_EQ(node_.quorum->role().epoch, LeaderEpoch(1));
  node_.start();
  EXPECT_EQ(node_.quorum->role().epoch, LeaderEpoch(2));
  EXPECT_EQ(node_.quorum->committed(), Offset(4)) << "the voters are known";
  node_.config.self.endpoints[0].port = 9999;
  node_.start();
  EXPECT_EQ(node_.quorum->role().epoch, LeaderEpoch(3));
  EXPECT_EQ(node_.quorum->committed(), Offset(7)) << "this voter has moved";
  node_.start();
  EXPECT_EQ(node_.quorum->committed(), Offset(8));
}

TEST_F(QuorumTest, AnEpochIsNotUsedAgainIfOnlyQuorumStateWasWritten) {
  ASSERT_TRUE(node_.boot());
  ASSERT_TRUE(node_.step());
  node_.start();
  EXPECT_EQ(node_.quorum->role().epoch, LeaderEpoch(2));
}

TEST_F(QuorumTest, AStopBeforeTheEpochBeginsEndsInOrder) {
  ASSERT_TRUE(node_.boot());
  node_.take();
  node_.quorum->close();
  node_.run();
  EXPECT_TRUE(node_.quorum->idle());
  EXPECT_FALSE(node_.quorum->role().leader);
  EXPECT_EQ(node_.quorum->next(), Offset(0)) << "nothing was appended";
  EXPECT_EQ(node_.append({topic("a", 1)}).code(), ErrorCode::not_controller);
  node_.start();
  EXPECT_EQ(node_.quorum->role().epoch, LeaderEpoch(2));
}

TEST_F(QuorumTest, ABatchIsCommittedWhenItIsSynced) {
  node_.start();
  const auto appended = node_.append({topic("a", 1), topic("b", 2)});
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->base, Offset(3));
  EXPECT_EQ(appended->last, Offset(4));
  EXPECT_EQ(appended->epoch, LeaderEpoch(1));
  EXPECT_EQ(node_.quorum->next(), Offset(5));
  EXPECT_TRUE(is_pending<log::Append>());
  EXPECT_FALSE(is_pending<log::SyncSegment>());
  ASSERT_TRUE(node_.step());
  EXPECT_EQ(node_.quorum->committed(), Offset(3)) << "written, not synced";
  EXPECT_TRUE(is_pending<log::SyncSegment>());
  ASSERT_TRUE(node_.step());
  EXPECT_EQ(node_.quorum->committed(), Offset(5));
  EXPECT_FALSE(node_.step());
  EXPECT_TRUE(node_.quorum->idle());
}

TEST_F(QuorumTest, BatchesThatCameMeanwhileShareTheNextSync) {
  node_.start();
  ASSERT_TRUE(node_.append({topic("a", 1)}));
  node_.take();
  ASSERT_TRUE(node_.append({topic("b", 2)}));
  ASSERT_TRUE(node_.append({topic("c", 3)}));
  std::size_t appends = 0, syncs = 0;
  while (node_.quorum->committed() < Offset(6)) {
    node_.take();
    ASSERT_FALSE(node_.pending().empty());
    appends += std::holds_alternative<log::Append>(node_.pending().front());
    syncs += std::holds_alternative<log::SyncSegment>(node_.pending().front());
    node_.step();
  }
  EXPECT_EQ(appends, 2u);
  EXPECT_LE(syncs, 2u);
}

TEST_F(QuorumTest, OnlyALeaderAppends) {
  ASSERT_TRUE(node_.boot());
  EXPECT_EQ(node_.quorum->append(std::vector{topic("a", 1)}, node_.now()).code(), ErrorCode::not_controller);
}

TEST_F(QuorumTest, AChangeThatIsTooLargeIsRefused) {
  node_.start();
  std::vector<cluster::MetadataRecord> records(300'000, topic("a-topic-with-a-long-name", 1));
  EXPECT_EQ(node_.quorum->append(records, node_.now()).code(), ErrorCode::record_list_too_large);
  EXPECT_EQ(node_.quorum->next(), Offset(3));
  EXPECT_TRUE(node_.append({topic("a", 1)}));
}

// Whatever fails: nothing that was not committed becomes so, and nothing is accepted any more.
TEST_F(QuorumTest, AFailedOperationLosesTheQuorum) {
  for (std::uint64_t calls = 0; calls < 12; ++calls) {
    test::MemoryDirectory directory;
    Node node(directory);
    node.format();
    ASSERT_TRUE(node.boot());
    directory.fail_after(calls, 1);
    node.run();
    if (node.quorum->role().leader) {
      const Offset before = node.quorum->committed();
      ASSERT_TRUE(node.append({topic("a", 1)}));
      node.run();
      if (node.quorum->role().leader) continue;
      EXPECT_EQ(node.quorum->committed(), before);
    }
    EXPECT_EQ(node.quorum->append(std::vector{topic("b", 2)}, node.now()).code(), ErrorCode::not_controller);
    directory.repair();
    node.run();
    EXPECT_FALSE(node.quorum->role().leader) << "a lost quorum came back";
    node.start();
  }
}

TEST_F(QuorumTest, WhatWasCommittedIsThereAtTheNextStart) {
  node_.start();
  ASSERT_TRUE(node_.append({topic("a", 1)}));
  ASSERT_TRUE(node_.append({topic("b", 2)}));
  node_.run();
  const std::string before = bytes_of(*node_.replay->image());
  node_.start();
  EXPECT_EQ(bytes_of(*node_.loaded_image), before);
}

TEST_F(QuorumTest, ACleanStopLeavesNothingToDo) {
  node_.start();
  ASSERT_TRUE(node_.append({topic("a", 1)}));
  node_.run();
  node_.quorum->close();
  node_.run();
  EXPECT_TRUE(node_.quorum->idle());
  ASSERT_TRUE(node_.boot(storage::Trust::clean));
  EXPECT_TRUE(node_.loaded_image->topic("a"));
}

TEST_F(QuorumTest, ASnapshotIsDueAfterEnoughBytes) {
  node_.config.max_bytes_between_snapshots = 1000;
  node_.start();
  std::uint64_t id = 0;
  while (!node_.quorum->snapshot_due()) {
    ASSERT_LT(++id, 20u);
    ASSERT_TRUE(node_.append({topic("t" + std::to_string(id), id)}));
    node_.run();
  }
  EXPECT_GT(id, 5u);
  const auto image = node_.replay->image();
  auto job = node_.quorum->begin_snapshot(image, node_.now());
  EXPECT_FALSE(node_.quorum->snapshot_due());
  EXPECT_FALSE(node_.quorum->idle());
  EXPECT_EQ(job.id, (SnapshotId{image->offset() + 1, LeaderEpoch(1)}));
  log::Operation write = job.encode();
  auto written = storage::perform(directory_, write);
  node_.quorum->done(std::move(write), std::move(written), node_.now());
  node_.run();
  EXPECT_TRUE(node_.quorum->idle());
  const auto files = node_.files();
  EXPECT_TRUE(std::count(files.begin(), files.end(), job.id.file_name()));
  EXPECT_FALSE(std::count(files.begin(), files.end(), SnapshotId{}.file_name())) << "the older one is gone";
}

TEST_F(QuorumTest, ASnapshotIsDueWhenTimeHasPassedWithChanges) {
  node_.start();
  node_.advance(3'600'001);
  EXPECT_FALSE(node_.quorum->snapshot_due()) << "the log holds no record yet";
  ASSERT_TRUE(node_.append({topic("a", 1)}));
  node_.run();
  const auto snapshot = [&] {
    log::Operation write = node_.quorum->begin_snapshot(node_.replay->image(), node_.now()).encode();
    auto written = storage::perform(directory_, write);
    node_.quorum->done(std::move(write), std::move(written), node_.now());
    node_.run();
  };
  snapshot();
  EXPECT_EQ(node_.quorum->next_tick(), node_.now().mono + std::chrono::hours(1));
  node_.advance(3'600'001);
  EXPECT_FALSE(node_.quorum->snapshot_due()) << "nothing has changed";
  EXPECT_EQ(node_.quorum->next_tick(), base::MonoTime::never());
  ASSERT_TRUE(node_.append({topic("b", 2)}));
  node_.run();
  EXPECT_TRUE(node_.quorum->snapshot_due());
  snapshot();
  EXPECT_FALSE(node_.quorum->snapshot_due());
}

TEST_F(QuorumTest, SegmentsThatASnapshotCoversGo) {
  node_.config.log.segment_bytes = 2000;
  node_.config.log.file_delete_delay = std::chrono::milliseconds(10);
  node_.start();
  for (std::uint64_t id = 1; id <= 100; ++id) {
    ASSERT_TRUE(node_.append({topic("t" + std::to_string(id), id)}));
    node_.run();
  }
  const auto segments = [&] {
    const auto files = node_.files();
    return std::count_if(files.begin(), files.end(), [](auto& name) { return name.find(".log") != std::string::npos; });
  };
  EXPECT_GT(segments(), 4);
  log::Operation write = node_.quorum->begin_snapshot(node_.replay->image(), node_.now()).encode();
  auto written = storage::perform(directory_, write);
  node_.quorum->done(std::move(write), std::move(written), node_.now());
  node_.run();
  node_.advance(11);
  node_.run();
  EXPECT_LE(segments(), 2);
  ASSERT_TRUE(node_.append({topic("last", 1000)}));
  node_.run();
  const std::string before = bytes_of(*node_.replay->image());
  node_.start();
  EXPECT_EQ(bytes_of(*node_.loaded_image), before);
}

/// Draws appends, snapshots, steps of the disk and crashes; after each crash the image must be one that was proposed,
/// and no older than what was committed.
class Torture {
 public:
  explicit Torture(std::uint64_t seed) : random_(seed) {
    node_.config.max_bytes_between_snapshots = 3000;
    node_.config.log.segment_bytes = 2500;
    node_.config.log.file_delete_delay = std::chrono::milliseconds(5);
    node_.format();
    restart();
  }
  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
  }

 private:
  void step() {
    const std::uint64_t dice = random_.below(100);
    if (dice < 3) return crash(random_.chance(0.5));
    if (dice < 30) return append();
    if (dice < 35) node_.advance(3);
    if (node_.quorum->snapshot_due() && committed_image()->offset() >= Offset(0)) {
      snapshot_ = node_.quorum->begin_snapshot(committed_image(), node_.now());
    }
    if (snapshot_ && random_.chance(0.2)) {
      log::Operation write = std::exchange(snapshot_, std::nullopt)->encode();
      auto written = storage::perform(directory_, write);
      node_.quorum->done(std::move(write), std::move(written), node_.now());
    }
    node_.step();
  }
  void append() {
    std::vector<cluster::MetadataRecord> records;
    for (std::uint64_t n = random_.below(4) + 1; n > 0; --n) {
      ++last_id_;
      records.push_back(topic("t" + std::to_string(last_id_), last_id_));
    }
    if (!node_.append(records)) return;
    proposed_.push_back(node_.replay->image());
  }
  cluster::ImageRef committed_image() {
    cluster::ImageRef newest = node_.loaded_image;
    for (const auto& image : proposed_) {
      if (image->offset() < node_.quorum->committed()) newest = image;
    }
    return newest;
  }
  void crash(bool power) {
    const Offset committed = node_.quorum->committed();
    images_.insert(images_.end(), proposed_.begin(), proposed_.end());
    for (const auto& image : images_) {
      if (image->offset() < committed) floor_ = std::max(floor_, image->offset());
    }
    std::erase_if(images_, [&](const auto& image) { return image->offset() < floor_; });
    if (power) directory_.power_loss(random_);
    restart();
    const auto& found = node_.loaded_image;
    EXPECT_GE(found->offset(), floor_) << "committed records are lost";
    const auto same = [&](const auto& image) { return bytes_of(*image) == bytes_of(*found); };
    EXPECT_TRUE(std::any_of(images_.begin(), images_.end(), same)) << "an image that never was";
    // What was not found is gone; what is older comes back if this node loses power before it syncs.
    std::erase_if(images_, [&](const auto& image) { return image->offset() > found->offset(); });
  }
  void restart() {
    proposed_.clear();
    snapshot_.reset();
    const Status booted = node_.boot();
    ASSERT_TRUE(booted) << booted.error().to_string();
    if (images_.empty()) images_.push_back(node_.loaded_image);
  }

  base::Random random_;
  test::MemoryDirectory directory_;
  Node node_{directory_};
  std::vector<cluster::ImageRef> proposed_;  ///< since the last start
  std::vector<cluster::ImageRef> images_;    ///< that the next start may find
  Offset floor_ = kNoOffset;                 ///< the newest of them that was ever committed
  std::optional<SnapshotJob> snapshot_;
  std::uint64_t last_id_ = 0;
};

TEST(QuorumTorture, NoCrashLosesWhatWasCommitted) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    Torture(seed).run(400);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

}  // namespace
}  // namespace kstream::quorum
