#include "log/index.h"

#include "fake_disk.h"
#include "support/batches.h"

#include <gtest/gtest.h>

namespace kstream::log {
namespace {

using test::batch_of_size;

std::string bytes_of(std::initializer_list<int> bytes) { return std::string(bytes.begin(), bytes.end()); }

TEST(IndexEntries, HaveKafkasFormat) {
  std::string out;
  OffsetEntry{0x01020304, 0x05060708}.append_to(out);
  EXPECT_EQ(out, bytes_of({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(OffsetEntry::load(out.data()), (OffsetEntry{0x01020304, 0x05060708}));
  out.clear();
  TimeEntry{Timestamp(0x0102030405060708), 0x090a0b0c}.append_to(out);
  EXPECT_EQ(out, bytes_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(TimeEntry::load(out.data()), (TimeEntry{Timestamp(0x0102030405060708), 0x090a0b0c}));
}

using Offsets = std::vector<OffsetEntry>;
using Times = std::vector<TimeEntry>;

TEST(Indexer, MakesAnEntryOncePerInterval) {
  Indexer index(Offset(100));
  index.add(Offset(100), 0, 60, Timestamp(1), 100);
  index.add(Offset(101), 60, 40, Timestamp(2), 100);    // 60 behind the last entry: not more than 100
  index.add(Offset(102), 100, 10, Timestamp(3), 100);   // 100: not more either
  index.add(Offset(105), 110, 200, Timestamp(4), 100);  // 110
  index.add(Offset(106), 310, 10, Timestamp(5), 100);   // 200
  EXPECT_EQ(index.offset_entries(), (Offsets{{5, 110}, {6, 310}}));
  EXPECT_EQ(index.time_entries(), (Times{{Timestamp(4), 5}, {Timestamp(5), 6}}));
}

TEST(Indexer, TimesStrictlyIncreaseAndNameTheBatchThatReachedThem) {
  Indexer index(Offset(0));
  int i = 0;
  for (int time : {10, 30, 20, 30, 25, 40}) {
    index.add(Offset(i), static_cast<std::uint64_t>(i) * 50, 50, Timestamp(time), 10);
    ++i;
  }
  EXPECT_EQ(index.offset_entries().size(), 5u);
  EXPECT_EQ(index.time_entries(), (Times{{Timestamp(30), 1}, {Timestamp(40), 5}}));
  index.finish();
  EXPECT_EQ(index.time_entries().size(), 2u) << "the greatest is there already";
  EXPECT_EQ(index.largest_timestamp(), Timestamp(40));
  EXPECT_EQ(index.offset_of_largest(), Offset(5));
}

TEST(Indexer, FinishForcesTheGreatestTimestamp) {
  Indexer index(Offset(0));
  index.add(Offset(3), 0, 50, Timestamp(77), 4096);
  EXPECT_TRUE(index.time_entries().empty());
  index.finish();
  index.finish();
  EXPECT_EQ(index.time_entries(), (Times{{Timestamp(77), 3}}));
  Indexer timeless(Offset(0));
  timeless.add(Offset(3), 0, 50, kNoTimestamp, 4096);
  timeless.finish();
  EXPECT_TRUE(timeless.time_entries().empty());
}

TEST(Indexer, GoesOnBehindWhatIsInTheFiles) {
  Indexer whole(Offset(0));
  for (int i = 0; i < 100; ++i) whole.add(Offset(i), static_cast<std::uint64_t>(i) * 30, 30, Timestamp(i % 17), 100);
  for (std::size_t kept = 1; kept < whole.offset_entries().size(); ++kept) {
    const auto entry = whole.offset_entries()[kept - 1];
    const Times& times = whole.time_entries();
    std::uint64_t kept_times = 0;
    while (kept_times < times.size() && times[kept_times].relative <= entry.relative) ++kept_times;
    Indexer resumed(Offset(0), kept, kept_times, times[kept_times - 1]);
    for (int i = entry.relative; i < 100; ++i) {
      resumed.add(Offset(i), static_cast<std::uint64_t>(i) * 30, 30, Timestamp(i % 17), 100);
    }
    EXPECT_EQ(resumed.offset_entries(), Offsets(whole.offset_entries().begin() + static_cast<std::ptrdiff_t>(kept),
                                                whole.offset_entries().end()));
    EXPECT_EQ(resumed.time_entries(), Times(times.begin() + static_cast<std::ptrdiff_t>(kept_times), times.end()));
    EXPECT_EQ(resumed.largest_timestamp(), whole.largest_timestamp());
  }
}

TEST(Indexer, KnowsPositionsOfWhatIsNotInTheFiles) {
  Indexer index(Offset(10));
  for (int i = 0; i < 10; ++i) index.add(Offset(10 + i), static_cast<std::uint64_t>(i) * 50, 50, Timestamp(5), 80);
  ASSERT_EQ(index.offset_entries()[0], (OffsetEntry{2, 100}));
  EXPECT_EQ(index.position_for(Offset(11)), std::nullopt);
  EXPECT_EQ(index.position_for(Offset(12)), 100u);
  EXPECT_EQ(index.position_for(Offset(13)), 100u);
  EXPECT_EQ(index.offsets_below(Offset(14)), 1u);
  EXPECT_EQ(index.offsets_below(Offset(15)), 2u);
  index.written(1, 1);
  EXPECT_EQ(index.position_for(Offset(13)), std::nullopt);
  EXPECT_EQ(index.offset_count(), 1u);
}

class WriteIndexTest : public testing::Test {
 protected:
  void append(int batches) {
    for (int i = 0; i < batches; ++i, ++time) {
      auto batch = batch_of_size(100, Timestamp(time));
      ASSERT_TRUE(log.append(batch.valid, batch.bytes, LeaderEpoch(0), kNow).ok());
    }
  }

  Log log{"t-0", Uuid::from_halves(1, 2), {.index_interval_bytes = 0}};
  FakeDisk disk{log};
  int time = 0;
};

TEST_F(WriteIndexTest, LeavesInBlocksBehindTheBytesThatTheyPointTo) {
  append(1);
  disk.run();
  append(255);
  disk.run();
  EXPECT_TRUE(disk.files.find("t-0/00000000000000000000.index") == disk.files.end());
  append(1);
  EXPECT_TRUE(disk.all<WriteIndex>().empty());
  append(300);
  EXPECT_EQ(disk.all<Append>().size(), 1u);
  disk.end<Append>();
  const auto& write = disk.only<WriteIndex>();
  EXPECT_EQ(write.offset_entries.size(), 256u * 8) << "those of batches in flight stay";
  EXPECT_EQ(write.offset_index_position, 0u);
  disk.end<Append>();
  EXPECT_EQ(disk.all<WriteIndex>().size(), 1u) << "one at a time";
  disk.run();
  log.close();
  disk.run();
  const std::string& offsets = disk.files["t-0/00000000000000000000.index"];
  const std::string& times = disk.files["t-0/00000000000000000000.timeindex"];
  ASSERT_EQ(offsets.size(), 556u * 8);
  ASSERT_EQ(times.size(), 556u * 12);
  for (int i = 0; i < 556; ++i) {
    EXPECT_EQ(OffsetEntry::load(offsets.data() + i * 8), (OffsetEntry{i + 1, (i + 1) * 100}));
    EXPECT_EQ(TimeEntry::load(times.data() + i * 12), (TimeEntry{Timestamp(i + 1), i + 1}));
  }
}

}  // namespace
}  // namespace kstream::log
