#include "fake_disk.h"
#include "support/batches.h"

#include <gtest/gtest.h>

namespace kstream::log {
namespace {

using namespace std::chrono_literals;
using test::batch_of_size;
using test::produced_batch;

class RollTest : public testing::Test {
 protected:
  void append(const test::ProducedBatch& batch, base::Now now = kNow) {
    ASSERT_TRUE(log.append(batch.valid, batch.bytes, LeaderEpoch(0), now).ok());
  }
  std::vector<std::int64_t> bases() const {
    std::vector<std::int64_t> found;
    for (const auto& [base, bytes] : disk.logs) found.push_back(base);
    return found;
  }

  Log log{"orders-0", Uuid::from_halves(1, 2), {}};
  FakeDisk disk{log};
};

TEST_F(RollTest, WhenTheBatchDoesNotFit) {
  log.set_config({.segment_bytes = 300});
  append(batch_of_size(200));
  append(batch_of_size(100));
  append(batch_of_size(100));
  disk.run();
  EXPECT_EQ(bases(), (std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(disk.logs[0].size(), 300u);
}

TEST_F(RollTest, WhenTheRecordsAreOlderThanSegmentMs) {
  log.set_config({.segment_ms = 1000ms, .segment_jitter = 100ms});
  append(batch_of_size(100, Timestamp(5000)));
  append(batch_of_size(100, Timestamp(5900)));
  append(batch_of_size(100, Timestamp(5000)), after(1h));
  disk.run();
  EXPECT_EQ(bases(), (std::vector<std::int64_t>{0})) << "the clock does not count where records have times";
  append(batch_of_size(100, Timestamp(5901)));
  disk.run();
  EXPECT_EQ(bases(), (std::vector<std::int64_t>{0, 3}));
}

TEST_F(RollTest, WhenTheSegmentIsOlderThanSegmentMsAndRecordsHaveNoTime) {
  log.set_config({.segment_ms = 1000ms});
  append(batch_of_size(100, kNoTimestamp));
  append(batch_of_size(100, kNoTimestamp), after(1000ms));
  append(batch_of_size(100, kNoTimestamp), after(1001ms));
  disk.run();
  EXPECT_EQ(bases(), (std::vector<std::int64_t>{0, 2}));
}

TEST_F(RollTest, TimesThatOverflowAreOld) {
  append(batch_of_size(100, Timestamp(0)));
  append(batch_of_size(100, Timestamp(INT64_MAX)));
  append(batch_of_size(100, Timestamp(INT64_MIN)));
  disk.run();
  EXPECT_EQ(bases(), (std::vector<std::int64_t>{0, 1}));
}

TEST_F(RollTest, WhenAnIndexIsFull) {
  // Every batch but a segment's first gets an entry; the time index has room for three, one of which is kept free.
  log.set_config({.segment_index_bytes = 36, .index_interval_bytes = 0});
  for (int i = 0; i < 8; ++i) append(batch_of_size(100, Timestamp(i)));
  disk.run();
  EXPECT_EQ(bases(), (std::vector<std::int64_t>{0, 3, 6}));
  EXPECT_EQ(disk.files["orders-0/00000000000000000000.timeindex"].size(), 24u);
  EXPECT_EQ(disk.files["orders-0/00000000000000000003.index"].size(), 16u);
}

TEST_F(RollTest, WhenAnOffsetIsOutOfReach) {
  RecoveredLog found;
  found.end = found.recovery_point = Offset(std::int64_t{INT32_MAX} + 1);
  found.segments.push_back(
      {Offset(0), base::FileRef(new FakeFile("orders-0/0")), 100, Timestamp(5), Indexer(Offset(0))});
  Log full("orders-0", Uuid::from_halves(1, 2), {}, std::move(found));
  FakeDisk its_disk(full);
  auto batch = produced_batch(1);
  ASSERT_TRUE(full.append(batch.valid, batch.bytes, LeaderEpoch(0), kNow).ok());
  EXPECT_EQ(its_disk.only<CreateSegment>().base, Offset(std::int64_t{INT32_MAX} + 1));
}

TEST_F(RollTest, BatchesWaitForTheNewFileAndTheOldOneIsClosedMeanwhile) {
  log.set_config({.segment_bytes = 100});
  append(batch_of_size(100));
  append(batch_of_size(100));
  append(batch_of_size(100));
  disk.end<OpenLog>();
  disk.end<ReplaceFile>();
  disk.end<Append>();
  EXPECT_EQ(log.end(), Offset(1));
  EXPECT_EQ(disk.only<CreateSegment>().base, Offset(1)) << "one file at a time";
  EXPECT_EQ(disk.only<WriteIndex>().base, Offset(0));
  EXPECT_TRUE(disk.all<SyncSegment>().empty()) << "the index first";
  disk.end<WriteIndex>();
  EXPECT_FALSE(disk.only<SyncSegment>().data_only);
  disk.end<SyncSegment>();
  EXPECT_EQ(log.recovery_point(), Offset(1));
  disk.run();
  EXPECT_EQ(log.end(), Offset(3));
  EXPECT_EQ(log.recovery_point(), Offset(2)) << "the active segment is not synced";
  EXPECT_EQ(log.bytes(), 300u);
}

TEST_F(RollTest, TheRecoveryPointDoesNotPassASegmentThatIsNotSynced) {
  log.set_config({.segment_bytes = 100});
  for (int i = 0; i < 3; ++i) append(batch_of_size(100));
  for (int i = 0; i < 3; ++i) {
    i == 0 ? disk.end<OpenLog>() : disk.end<CreateSegment>();
    disk.end<Append>();
  }
  disk.end<ReplaceFile>();
  disk.end<WriteIndex>();
  disk.end<WriteIndex>();
  auto syncs = disk.all<SyncSegment>();
  ASSERT_EQ(syncs.size(), 2u);
  std::swap(*syncs[0], *syncs[1]);
  disk.end<SyncSegment>();
  EXPECT_EQ(log.recovery_point(), Offset(0));
  disk.end<SyncSegment>();
  EXPECT_EQ(log.recovery_point(), Offset(2));
}

}  // namespace
}  // namespace kstream::log
