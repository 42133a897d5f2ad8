#include "cli/merge.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace kstream::cli {
namespace {

using Clock = Merge::Clock;
using std::chrono::milliseconds;

/// Ranges 0, 1, ... of one topic, and pieces of them whose records last no longer than add().
class Merging : public testing::Test {
 protected:
  void ranges(std::int32_t count, std::optional<milliseconds> patience = {}) {
    for (std::int32_t p = 0; p < count; ++p) {
      ranges_.emplace_back();
      ranges_.back().partition = {"t", PartitionId(p)};
    }
    merge = std::make_unique<Merge>(ranges_, patience);
    offsets_.assign(ranges_.size(), 0);
  }
  bool add(std::size_t range, std::initializer_list<std::int64_t> times, Clock::time_point now = {}) {
    std::vector<std::string> values;
    for (auto time : times) values.push_back(std::to_string(time));
    std::vector<RecordView> records;
    for (const auto& value : values) {
      records.emplace_back();
      records.back().offset = Offset(offsets_[range]++);
      records.back().timestamp = Timestamp(std::stoll(value));
      records.back().value = value;
    }
    BatchInfo batch;
    batch.count = records.size();
    return merge->add({&ranges_[range], Offset(0), records, {&batch, 1}, Offset(100)}, now,
                      [](const RecordView& record) { return *record.value != "13"; });
  }
  /// What comes, as PARTITION:VALUE.
  std::string drain(Clock::time_point now = {}) {
    std::string text;
    for (auto next = merge->next(now); next.item; next = merge->next(now)) {
      text += std::to_string(next.range->partition.partition.value) + ':' + std::string(*next.item->record.value) + ' ';
      merge->drop();
    }
    return text;
  }
  void close(std::size_t range) { ranges_[range].closed = true; }

  ReadRanges ranges_;
  std::vector<std::int64_t> offsets_;
  std::unique_ptr<Merge> merge;
};

TEST_F(Merging, ByTimeThenPartitionThenOffset) {
  ranges(3);
  add(2, {5, 13, 6});
  EXPECT_EQ(drain(), "");  // others may be earlier
  add(1, {5, 1, 9});
  add(0, {5, 7});
  EXPECT_EQ(drain(), "0:5 1:5 1:1 2:5 2:6 ");
  close(2);
  EXPECT_EQ(drain(), "0:7 ");
  close(0);
  EXPECT_EQ(drain(), "1:9 ");
  EXPECT_TRUE(merge->empty());
}

TEST_F(Merging, PatienceIsOverForWhatWaits) {
  ranges(2, milliseconds(100));
  Clock::time_point start{};
  add(0, {5}, start);
  add(0, {6}, start + milliseconds(50));
  EXPECT_EQ(drain(start + milliseconds(99)), "");
  EXPECT_EQ(drain(start + milliseconds(100)), "0:5 ");
  add(1, {1}, start + milliseconds(120));
  EXPECT_EQ(drain(start + milliseconds(130)), "1:1 ");
  EXPECT_EQ(drain(start + milliseconds(150)), "0:6 ");
}

TEST_F(Merging, EnoughIsToldAndTakenBackWhenEmpty) {
  ranges(1);
  std::string large(merge->share(), 'x');
  RecordView record;
  record.offset = Offset(0);
  record.value = large;
  BatchInfo batch;
  batch.count = 1;
  Piece piece{&ranges_[0], Offset(0), {&record, 1}, {&batch, 1}, Offset(1)};
  auto all = [](const RecordView&) { return true; };
  EXPECT_TRUE(merge->add(piece, {}, all));
  ASSERT_TRUE(merge->next({}).item);
  EXPECT_EQ(merge->drop(), &ranges_[0]);
  EXPECT_FALSE(add(0, {1}));
  ASSERT_TRUE(merge->next({}).item);
  EXPECT_EQ(merge->drop(), nullptr);
}

TEST_F(Merging, RandomPiecesComeOutSorted) {
  std::mt19937 random(7);
  ranges(4);
  std::vector<std::int64_t> times(4);
  std::string all;
  for (int i = 0; i < 400; ++i) {
    std::size_t range = random() % 4;
    times[range] += static_cast<std::int64_t>(random() % 10);
    add(range, {times[range]});
    all += drain();
  }
  for (std::size_t i = 0; i < 4; ++i) close(i);
  all += drain();
  std::int64_t last = 0, count = 0;
  for (std::size_t at = 0; at < all.size(); at = all.find(' ', at) + 1, ++count) {
    std::int64_t time = std::stoll(all.substr(at + 2));
    EXPECT_GE(time, last);
    last = time;
  }
  EXPECT_GT(count, 390);
}

}  // namespace
}  // namespace kstream::cli
