#include "log/checkpoint.h"

#include "log/epochs.h"

#include <gtest/gtest.h>

namespace kstream::log {
namespace {

TEST(OffsetCheckpoint, ReadsAndWritesKafkasFormat) {
  const std::string text = "0\n3\n__consumer_offsets 49 0\norders 0 17\norders 1 9223372036854775807\n";
  auto offsets = parse_offset_checkpoint(text);
  ASSERT_TRUE(offsets.ok());
  EXPECT_EQ((*offsets)[(TopicPartition{"orders", PartitionId(0)})], Offset(17));
  EXPECT_EQ(print_offset_checkpoint(*offsets), text);
  EXPECT_EQ(print_offset_checkpoint({}), "0\n0\n");
  EXPECT_TRUE(parse_offset_checkpoint("0\n0\n")->empty());
  EXPECT_EQ(parse_offset_checkpoint("0\r\n1\r\nt 0 1")->size(), 1u);
}

TEST(OffsetCheckpoint, RefusesAnythingElse) {
  for (const char* text : {"",
                           "0\n",
                           "1\n0\n",
                           "0\n1\n",
                           "0\n2\nt 0 1\n",
                           "0\n0\nt 0 1\n",
                           "0\nx\n",
                           "0\n-1\n",
                           "0\n1\nt 0\n",
                           "0\n1\nt 0 1 2\n",
                           "0\n1\n 0 1\n",
                           "0\n1\nt -1 1\n",
                           "0\n1\nt 0 -1\n",
                           "0\n1\nt 2147483648 1\n",
                           "0\n1\nt 0 9223372036854775808\n",
                           "0\n1\nt  0 1\n",
                           "0\n1\nt 0 1 \n",
                           "0\n1\n\n",
                           "0\n1\nt\n",
                           "0\n1\nt 0 0x1\n"}) {
    EXPECT_EQ(parse_offset_checkpoint(text).code(), ErrorCode::corrupt_message) << text;
  }
}

TEST(PartitionMetadata, ReadsAndWritesKafkasFormat) {
  const auto id = Uuid::from_halves(0x0123456789abcdef, 0xfedcba9876543210);
  EXPECT_EQ(print_partition_metadata(id), "version: 0\ntopic_id: ASNFZ4mrze_-3LqYdlQyEA");
  EXPECT_EQ(*parse_partition_metadata(print_partition_metadata(id)), id);
  EXPECT_EQ(*parse_partition_metadata(print_partition_metadata(id) + "\n"), id);
  for (const char* text :
       {"", "version: 0\n", "version: 1\ntopic_id: ASNFZ4mrze_-3LqYdlQyEA",
        "version: 0\ntopic_id: ASNFZ4mrze_-3LqYdlQyE", "topic_id: ASNFZ4mrze_-3LqYdlQyEA\nversion: 0",
        "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(parse_partition_metadata(text).code(), ErrorCode::corrupt_message) << text;
  }
}

Epochs epochs_of(std::initializer_list<std::pair<int, int>> entries) {
  Epochs epochs;
  for (auto [epoch, start] : entries) epochs.assign(LeaderEpoch(epoch), Offset(start));
  return epochs;
}

TEST(Epochs, AssignNotesOnlyWhatIsNew) {
  Epochs epochs;
  EXPECT_FALSE(epochs.assign(kNoLeaderEpoch, Offset(0)));
  EXPECT_TRUE(epochs.assign(LeaderEpoch(1), Offset(0)));
  EXPECT_FALSE(epochs.assign(LeaderEpoch(1), Offset(7)));
  EXPECT_TRUE(epochs.assign(LeaderEpoch(4), Offset(9)));
  EXPECT_EQ(epochs, epochs_of({{1, 0}, {4, 9}}));
  EXPECT_TRUE(epochs.assign(LeaderEpoch(5), Offset(9))) << "an epoch without records leaves no trace";
  EXPECT_EQ(epochs, epochs_of({{1, 0}, {5, 9}}));
  EXPECT_TRUE(epochs.assign(LeaderEpoch(3), Offset(20)));
  EXPECT_EQ(epochs, epochs_of({{1, 0}, {3, 20}}));
}

TEST(Epochs, EndOfAnEpochIsTheStartOfTheNextOne) {
  const Epochs epochs = epochs_of({{2, 10}, {4, 20}, {7, 30}});
  auto end = [&](int epoch) { return epochs.end_of(LeaderEpoch(epoch), Offset(35)); };
  EXPECT_EQ(end(-1), EpochEnd());
  EXPECT_EQ(end(1), (EpochEnd{LeaderEpoch(1), Offset(10)})) << "before all: where the log begins";
  EXPECT_EQ(end(2), (EpochEnd{LeaderEpoch(2), Offset(20)}));
  EXPECT_EQ(end(3), (EpochEnd{LeaderEpoch(2), Offset(20)}));
  EXPECT_EQ(end(6), (EpochEnd{LeaderEpoch(4), Offset(30)}));
  EXPECT_EQ(end(7), (EpochEnd{LeaderEpoch(7), Offset(35)}));
  EXPECT_EQ(end(8), EpochEnd());
  EXPECT_EQ(Epochs().end_of(LeaderEpoch(0), Offset(0)), EpochEnd());
}

TEST(Epochs, TellsTheEpochOfAnOffset) {
  const Epochs epochs = epochs_of({{2, 10}, {4, 20}});
  EXPECT_EQ(epochs.at(Offset(9)), kNoLeaderEpoch);
  EXPECT_EQ(epochs.at(Offset(10)), LeaderEpoch(2));
  EXPECT_EQ(epochs.at(Offset(19)), LeaderEpoch(2));
  EXPECT_EQ(epochs.at(Offset(20)), LeaderEpoch(4));
}

TEST(Epochs, AreTruncatedWithTheLog) {
  Epochs epochs = epochs_of({{2, 10}, {4, 20}, {7, 30}});
  EXPECT_FALSE(epochs.truncate_from_start(Offset(9)));
  EXPECT_FALSE(epochs.truncate_from_start(Offset(10)));
  EXPECT_TRUE(epochs.truncate_from_start(Offset(25)));
  EXPECT_EQ(epochs, epochs_of({{4, 25}, {7, 30}}));
  EXPECT_TRUE(epochs.truncate_from_start(Offset(30)));
  EXPECT_EQ(epochs, epochs_of({{7, 30}}));
  epochs = epochs_of({{2, 10}, {4, 20}, {7, 30}});
  EXPECT_FALSE(epochs.truncate_from_end(Offset(31)));
  EXPECT_TRUE(epochs.truncate_from_end(Offset(30)));
  EXPECT_EQ(epochs, epochs_of({{2, 10}, {4, 20}}));
  EXPECT_TRUE(epochs.truncate_from_end(Offset(0)));
  EXPECT_EQ(epochs, Epochs());
}

TEST(Epochs, AreACheckpointFile) {
  const std::string text = "0\n2\n2 10\n4 20\n";
  EXPECT_EQ(epochs_of({{2, 10}, {4, 20}}).print(), text);
  EXPECT_EQ(*Epochs::parse(text), epochs_of({{2, 10}, {4, 20}}));
  for (const char* bad : {"0\n1\n2\n", "0\n1\n-1 0\n", "0\n1\n1 -1\n", "0\n2\n2 10\n2 20\n", "0\n2\n2 10\n3 10\n",
                          "0\n2\n3 10\n2 20\n", "0\n1\n2147483648 0\n"}) {
    EXPECT_EQ(Epochs::parse(bad).code(), ErrorCode::corrupt_message) << bad;
  }
}

}  // namespace
}  // namespace kstream::log
