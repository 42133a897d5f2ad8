#include "fake_disk.h"
#include "support/batches.h"

#include <gtest/gtest.h>

namespace kstream::log {
namespace {

using namespace std::chrono_literals;
using test::batch_of_size;

class RetentionTest : public testing::Test {
 protected:
  /// Segments of ten batches of 100 bytes; their times are `age` before kNow.
  void append(int batches, std::chrono::milliseconds age = 0ms) {
    for (int i = 0; i < batches; ++i) {
      auto batch = batch_of_size(100, Timestamp(kNow.wall.value - age.count()));
      ASSERT_TRUE(log.append(batch.valid, batch.bytes, LeaderEpoch(0), kNow).ok());
    }
    disk.run();
  }
  void configure(std::chrono::milliseconds ms, std::int64_t bytes) {
    LogConfig config{.segment_bytes = 1000, .retention_ms = ms, .retention_bytes = bytes};
    log.set_config(config);
  }
  /// The bases of the segments that a tick retires.
  std::vector<std::int64_t> retired(Offset high_watermark, base::Now now = kNow) {
    log.tick(now, high_watermark);
    std::vector<std::int64_t> bases;
    while (!disk.waiting().empty()) {
      if (auto found = disk.all<RetireSegment>(); !found.empty()) {
        bases.push_back(found[0]->base.value);
        disk.end<RetireSegment>(now);
      } else {
        disk.run(now);
      }
    }
    return bases;
  }

  RetentionTest() { configure(-1ms, -1); }

  Log log{"t-0", Uuid::from_halves(1, 2), {}};
  FakeDisk disk{log};
};

using Bases = std::vector<std::int64_t>;

TEST_F(RetentionTest, NothingLeavesWithoutLimits) {
  append(30, 1000h);
  EXPECT_EQ(retired(log.end()), Bases{});
}

TEST_F(RetentionTest, ByTheGreatestTimeOfASegment) {
  append(9, 3h);
  append(1, 1h);
  append(10, 3h);
  append(5, 0h);
  configure(2h, -1);
  EXPECT_EQ(retired(log.end()), Bases{}) << "the first segment holds a record that is young enough";
  configure(1h, -1);
  EXPECT_EQ(retired(log.end()), Bases{}) << "exactly as old is not older";
  EXPECT_EQ(retired(log.end(), after(1ms)), (Bases{0, 10}));
  EXPECT_EQ(log.start(), Offset(20));
  EXPECT_EQ(log.bytes(), 500u);
  EXPECT_EQ(std::get<ErrorCode>(log.read(Offset(19), log.end(), 1)), ErrorCode::offset_out_of_range);
}

TEST_F(RetentionTest, BySizeWholeSegmentsOnly) {
  append(35);
  configure(-1ms, 2501);
  EXPECT_EQ(retired(log.end()), Bases{});
  configure(-1ms, 2500);
  EXPECT_EQ(retired(log.end()), (Bases{0}));
  configure(-1ms, 600);
  EXPECT_EQ(retired(log.end()), (Bases{10}));
}

TEST_F(RetentionTest, NeverAtOrAboveTheHighWatermark) {
  append(35, 3h);
  configure(1h, -1);
  EXPECT_EQ(retired(Offset(9)), Bases{});
  EXPECT_EQ(retired(Offset(10)), (Bases{0}));
  EXPECT_EQ(retired(Offset(29)), (Bases{10}));
}

TEST_F(RetentionTest, TheActiveSegmentIsRolledFirst) {
  append(15, 3h);
  configure(1h, -1);
  EXPECT_EQ(retired(log.end()), (Bases{0}));
  EXPECT_EQ(disk.logs.count(15), 1u) << "rolled, so that the end is not forgotten";
  EXPECT_EQ(log.start(), Offset(10));
  EXPECT_EQ(retired(log.end()), (Bases{10}));
  EXPECT_EQ(log.start(), Offset(15));
  EXPECT_EQ(log.end(), Offset(15));
  EXPECT_EQ(retired(log.end(), after(1000h)), Bases{}) << "an empty active segment stays";
  append(1);
  EXPECT_EQ(log.end(), Offset(16));
}

TEST_F(RetentionTest, ASegmentThatIsNotSyncedYetWaits) {
  append(10, 3h);
  auto batch = batch_of_size(100);
  (void)log.append(batch.valid, batch.bytes, LeaderEpoch(0), kNow);
  disk.end<CreateSegment>();
  disk.end<Append>();
  disk.end<WriteIndex>();
  configure(1h, -1);
  log.tick(kNow, log.end());
  EXPECT_TRUE(disk.all<RetireSegment>().empty());
  disk.run();
  EXPECT_EQ(retired(log.end()), (Bases{0}));
}

TEST_F(RetentionTest, FilesAreRemovedAfterTheDelay) {
  append(25, 3h);
  EXPECT_EQ(log.next_tick(), base::MonoTime::never());
  configure(1h, -1);
  log.tick(kNow, Offset(20));
  EXPECT_EQ(disk.all<RetireSegment>().size(), 1u) << "one at a time";
  disk.run();
  EXPECT_EQ(log.next_tick(), after(60s).mono);
  log.tick(after(59s), Offset(20));
  EXPECT_TRUE(disk.waiting().empty());
  Log closing = log;
  closing.close();
  EXPECT_EQ(closing.next_tick(), base::MonoTime::never()) << "recovery removes them";
  log.tick(after(60s), Offset(20));
  EXPECT_EQ(disk.all<RemoveSegment>().size(), 2u);
  disk.run();
  EXPECT_EQ(log.next_tick(), base::MonoTime::never());
  EXPECT_TRUE(log.idle());
}

TEST_F(RetentionTest, ADelayThatNeverEndsIsAllowed) {
  append(15, 3h);
  LogConfig config{.segment_bytes = 1000, .retention_ms = 1h, .file_delete_delay = std::chrono::milliseconds::max()};
  log.set_config(config);
  log.tick(kNow, Offset(10));
  disk.run();
  EXPECT_EQ(log.next_tick(), base::MonoTime::never());
}

TEST_F(RetentionTest, RecordsWithoutTimeAgeFromTheirSegmentsCreation) {
  for (int i = 0; i < 15; ++i) {
    auto batch = batch_of_size(100, kNoTimestamp);
    (void)log.append(batch.valid, batch.bytes, LeaderEpoch(0), kNow);
  }
  disk.run();
  configure(1h, -1);
  EXPECT_EQ(retired(log.end(), after(1h)), Bases{});
  EXPECT_EQ(retired(Offset(10), after(1h + 1ms)), (Bases{0}));
}

TEST_F(RetentionTest, RaisingTheStartRetiresWhatIsWhollyBelow) {
  append(35);
  log.raise_start(Offset(19));
  EXPECT_EQ(log.start(), Offset(19));
  EXPECT_EQ(std::get<ErrorCode>(log.read(Offset(18), log.end(), 1)), ErrorCode::offset_out_of_range);
  EXPECT_EQ(retired(log.end()), (Bases{0}));
  EXPECT_EQ(log.start(), Offset(19));
  log.raise_start(Offset(35));
  log.raise_start(Offset(5));
  EXPECT_EQ(log.start(), Offset(35));
  EXPECT_EQ(retired(log.end()), (Bases{10, 20})) << "the active segment stays";
  EXPECT_EQ(disk.files["t-0/leader-epoch-checkpoint"], "0\n1\n0 35\n");
}

}  // namespace
}  // namespace kstream::log
