#include "fake_disk.h"
#include "support/batches.h"

#include <gtest/gtest.h>

namespace kstream::log {
namespace {

using test::batch_of_size;

class ReadTest : public testing::Test {
 protected:
  /// Batches of one record and 100 bytes: offset n starts at position 100 * n.
  void append(int batches, Timestamp time = Timestamp(1000)) {
    for (int i = 0; i < batches; ++i) {
      auto batch = batch_of_size(100, time);
      ASSERT_TRUE(log.append(batch.valid, batch.bytes, LeaderEpoch(0), kNow).ok());
    }
  }
  void make(LogConfig config) { log.set_config(config); }
  Log::Range range(std::int64_t from, std::int64_t up_to, std::uint32_t max_bytes = 1000) const {
    return std::get<Log::Range>(log.read(Offset(from), Offset(up_to), max_bytes));
  }
  Locate located(std::int64_t from, std::int64_t up_to, std::uint32_t max_bytes = 1000) const {
    return std::get<Locate>(log.read(Offset(from), Offset(up_to), max_bytes));
  }

  Log log{"t-0", Uuid::from_halves(1, 2), {}};
  FakeDisk disk{log};
};

TEST_F(ReadTest, TheTailIsARangeAtOnce) {
  append(20);
  disk.run();
  const auto read = range(5, 20, 350);
  EXPECT_EQ(read.position, 500u);
  EXPECT_EQ(read.bytes, 300u);
  EXPECT_EQ(read.file->name(), "t-0/00000000000000000000.log");
  EXPECT_EQ(range(5, 7).bytes, 200u);
}

TEST_F(ReadTest, NothingThereIsNoError) {
  append(20);
  disk.run();
  EXPECT_EQ(range(20, 20).bytes, 0u);
  EXPECT_EQ(range(15, 10).bytes, 0u) << "above the high watermark";
  EXPECT_EQ(std::get<ErrorCode>(log.read(Offset(21), Offset(20), 1)), ErrorCode::offset_out_of_range);
  EXPECT_EQ(std::get<ErrorCode>(log.read(Offset(-1), Offset(20), 1)), ErrorCode::offset_out_of_range);
}

TEST_F(ReadTest, WhatIsNotWrittenIsNotRead) {
  append(5);
  disk.run();
  append(5);
  EXPECT_EQ(disk.all<Append>().size(), 1u);
  EXPECT_EQ(range(3, 10).bytes, 200u);
  EXPECT_EQ(range(5, 10).bytes, 0u);
  EXPECT_EQ(std::get<ErrorCode>(log.read(Offset(6), Offset(10), 1)), ErrorCode::offset_out_of_range);
}

TEST_F(ReadTest, ARangePinsItsFile) {
  append(1);
  disk.run();
  const auto before = range(0, 1);
  EXPECT_FALSE(before.file.unique());
}

TEST_F(ReadTest, OlderPositionsOfTheActiveSegmentHaveAHint) {
  make({.index_interval_bytes = 1000});
  append(3000);
  disk.run();
  EXPECT_EQ(range(3000 - 1024, 3000).position, 197'600u);
  const auto read = located(1975, 3000, 777);
  EXPECT_EQ(read.base, Offset(0));
  EXPECT_EQ(read.from, Offset(1975));
  EXPECT_EQ(read.up_to, Offset(3000));
  EXPECT_EQ(read.next, Offset(3000));
  EXPECT_EQ(read.end, 300'000u);
  EXPECT_EQ(read.max_bytes, 777u);
  EXPECT_EQ(read.offset_entries, 272u) << "one per 1,100 bytes, all in the file";
  EXPECT_EQ(read.hint, 0u);
}

TEST_F(ReadTest, EntriesNotYetInTheFileGiveTheHint) {
  make({.index_interval_bytes = 5000});
  append(3000);
  disk.run();
  const auto read = located(1500, 3000);
  EXPECT_EQ(read.offset_entries, 0u);
  EXPECT_EQ(read.hint, 147'900u);  // the 29th entry: one per 5,100 bytes
  EXPECT_EQ(located(50, 3000).hint, 0u);
}

TEST_F(ReadTest, ClosedSegmentsAreLocatedByTheirIndex) {
  make({.segment_bytes = 1000, .index_interval_bytes = 250});
  append(25);
  disk.run();
  const auto read = located(13, 25);
  EXPECT_EQ(read.base, Offset(10));
  EXPECT_EQ(read.next, Offset(20));
  EXPECT_EQ(read.end, 1000u);
  EXPECT_EQ(read.offset_entries, 3u);
  EXPECT_EQ(read.file->name(), "t-0/00000000000000000010.log");
  EXPECT_EQ(range(20, 25).bytes, 500u);
  const auto found = log.found(read, {300, 200, Offset(15), read.file});
  EXPECT_EQ(found.position, 300u);
  EXPECT_EQ(found.bytes, 200u);
  EXPECT_EQ(found.file, read.file);
}

TEST_F(ReadTest, ReadersGoOnWhereTheyWere) {
  make({.segment_bytes = 1000, .index_interval_bytes = 250, .retention_ms = std::chrono::milliseconds(-1)});
  append(25);
  disk.run();
  const auto first = located(13, 25);
  EXPECT_FALSE(first.near);
  EXPECT_EQ(first.index, nullptr);
  (void)log.found(first, {300, 200, Offset(15), first.file});
  const auto second = located(15, 25);
  EXPECT_TRUE(second.near);
  EXPECT_EQ(second.hint, 500u);
  EXPECT_EQ(second.index, first.file) << "the index that was opened";
  EXPECT_FALSE(located(14, 25).near);
  for (std::int64_t from = 0; from < 8; ++from) (void)log.found(located(from, 25), {0, 100, Offset(from + 1), nullptr});
  EXPECT_TRUE(located(15, 25).near) << "one reader goes on, however often";
  log.raise_start(Offset(10));
  log.tick(kNow, Offset(25));
  EXPECT_EQ(log.start(), Offset(10));
  (void)log.found(first, {300, 200, Offset(15), nullptr});
  EXPECT_TRUE(located(15, 25).near);
}

TEST_F(ReadTest, TheSegmentBeingWrittenIsReadWhileALaterOneWaits) {
  make({.segment_bytes = 1000});
  append(5);
  disk.run();
  append(10);
  disk.end<Append>();
  EXPECT_EQ(log.end(), Offset(10));
  EXPECT_EQ(range(3, 15).bytes, 700u);
  disk.run();
  EXPECT_EQ(range(12, 15).bytes, 300u);
  EXPECT_EQ(located(3, 15).next, Offset(10));
}

TEST_F(ReadTest, TimesAreSoughtInSegmentsThatReachThem) {
  make({.segment_bytes = 1000});
  EXPECT_FALSE(log.find_timestamp(Timestamp(0), false, Offset(0)));
  append(10, Timestamp(100));
  append(10, Timestamp(300));
  append(10, Timestamp(200));
  disk.run();
  auto bases = [&](std::int64_t target, bool latest, std::int64_t up_to = 30) {
    std::vector<std::int64_t> found;
    auto find = log.find_timestamp(Timestamp(target), latest, Offset(up_to));
    for (const auto& segment : find ? find->segments : std::vector<FindTimestamp::Segment>()) {
      found.push_back(segment.base.value);
    }
    return found;
  };
  using Bases = std::vector<std::int64_t>;
  EXPECT_EQ(bases(100, false), (Bases{0, 10, 20}));
  EXPECT_EQ(bases(101, false), (Bases{10, 20}));
  EXPECT_EQ(bases(201, false), (Bases{10}));
  EXPECT_EQ(bases(301, false), (Bases{}));
  EXPECT_EQ(bases(100, false, 20), (Bases{0, 10}));
  EXPECT_EQ(bases(0, true), (Bases{10}));
  const auto find = log.find_timestamp(Timestamp(101), false, Offset(25));
  EXPECT_EQ(find->up_to, Offset(25));
  EXPECT_EQ(find->from, Offset(0));
  EXPECT_EQ(find->segments[0].end, 1000u);
  EXPECT_EQ(find->segments[0].time_entries, 1u);
  EXPECT_EQ(find->segments[1].time_entries, 0u) << "the active segment's is not in the file yet";
}

TEST_F(ReadTest, TheLatestTimeMayBeInASegmentThatIsBeingWritten) {
  make({.segment_bytes = 1000});
  append(10, Timestamp(100));
  append(5, Timestamp(50));
  disk.run();
  append(1, Timestamp(500));
  EXPECT_EQ(disk.all<Append>().size(), 1u);
  const auto find = log.find_timestamp(kNoTimestamp, true, Offset(15));
  ASSERT_EQ(find->segments.size(), 2u) << "what is in flight does not count yet";
  EXPECT_EQ(find->segments[0].base, Offset(0));
  EXPECT_EQ(find->segments[1].base, Offset(10));
}

}  // namespace
}  // namespace kstream::log
