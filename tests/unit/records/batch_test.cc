#include "records/batch.h"

#include "records/builder.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace kstream::records {
namespace {

std::string a_batch() {
  BatchBuilder builder;
  builder.append(Timestamp(1000), "k", "v");
  builder.append(Timestamp(3000), "k", "w");
  builder.append(Timestamp(2000), "k", "x");
  return *builder.finish({.base_offset = Offset(7),
                          .leader_epoch = LeaderEpoch(5),
                          .producer_id = ProducerId(99),
                          .producer_epoch = 3,
                          .base_sequence = 11,
                          .transactional = true});
}

TEST(Batch, ParsesItsHeader) {
  const std::string batch = a_batch();
  const auto header = parse_header(batch);
  ASSERT_TRUE(header) << header.error().to_string();
  EXPECT_EQ(header->base_offset, Offset(7));
  EXPECT_EQ(header->last_offset(), Offset(9));
  EXPECT_EQ(header->next_offset(), Offset(10));
  EXPECT_EQ(header->size(), batch.size());
  EXPECT_EQ(header->leader_epoch, LeaderEpoch(5));
  EXPECT_EQ(header->codec(), Codec::none);
  EXPECT_EQ(header->base_timestamp, Timestamp(1000));
  EXPECT_EQ(header->max_timestamp, Timestamp(3000));
  EXPECT_EQ(header->timestamp_type(), TimestampType::create_time);
  EXPECT_EQ(header->producer_id, ProducerId(99));
  EXPECT_EQ(header->producer_epoch, 3);
  EXPECT_EQ(header->base_sequence, 11);
  EXPECT_EQ(header->records_count, 3);
  EXPECT_TRUE(header->is_transactional());
  EXPECT_FALSE(header->is_control());
  EXPECT_TRUE(check_crc(batch));
  char stored[kBatchHeaderSize];
  store_header(stored, *header);
  EXPECT_EQ(BytesView(stored, sizeof stored), batch.substr(0, kBatchHeaderSize));
}

TEST(Batch, RefusesHeadersThatCannotBe) {
  const auto with = [](auto value, std::size_t at) {
    std::string batch = a_batch();
    base::store_be(batch.data() + at, value);
    return parse_header(batch).code();
  };
  EXPECT_EQ(parse_header(a_batch().substr(0, 60)).code(), ErrorCode::corrupt_message);
  EXPECT_TRUE(parse_header(a_batch().substr(0, 61)).ok());
  EXPECT_EQ(with(std::int8_t{1}, at::kMagic), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::int8_t{3}, at::kMagic), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::int32_t{48}, at::kLength), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::int32_t{49}, at::kLength), ErrorCode::none);
  EXPECT_EQ(with(std::int32_t{-1}, at::kLength), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::numeric_limits<std::int32_t>::max(), at::kLength), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::int64_t{-1}, at::kBaseOffset), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::numeric_limits<std::int64_t>::max(), at::kBaseOffset), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::int32_t{-1}, at::kLastOffsetDelta), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::int32_t{-1}, at::kRecordsCount), ErrorCode::corrupt_message);
  EXPECT_EQ(with(std::int32_t{0}, at::kRecordsCount), ErrorCode::none);  // emptied by compaction
}

TEST(Batch, StampsOffsetAndEpochOutsideTheCrc) {
  const std::string batch = a_batch();
  BatchHead head = copy_head(batch);
  set_base_offset(head, Offset(1'000'000'000'000));
  set_leader_epoch(head, LeaderEpoch(8));
  const std::string stamped = std::string(head.data(), head.size()) + batch.substr(kBatchHeaderSize);
  EXPECT_TRUE(check_crc(stamped));
  EXPECT_EQ(parse_header(stamped)->base_offset, Offset(1'000'000'000'000));
  EXPECT_EQ(parse_header(stamped)->leader_epoch, LeaderEpoch(8));
}

TEST(Batch, SetsTheMaxTimestampAndItsTypeWithANewCrc) {
  const std::string batch = a_batch();
  const auto rest = payload(batch);
  BatchHead head = copy_head(batch);
  set_max_timestamp(head, rest, TimestampType::log_append_time, Timestamp(123'456));
  std::string stamped = std::string(head.data(), head.size()) + std::string(rest);
  EXPECT_TRUE(check_crc(stamped));
  EXPECT_EQ(parse_header(stamped)->max_timestamp, Timestamp(123'456));
  EXPECT_EQ(parse_header(stamped)->timestamp_type(), TimestampType::log_append_time);
  EXPECT_TRUE(parse_header(stamped)->is_transactional());
  set_max_timestamp(head, rest, TimestampType::create_time, Timestamp(3000));
  EXPECT_EQ(BytesView(head.data(), head.size()), batch.substr(0, kBatchHeaderSize));
}

TEST(Batch, SetsTheTypeWhereTheTimestampIsTheSame) {
  const std::string batch = a_batch();
  BatchHead head = copy_head(batch);
  set_max_timestamp(head, payload(batch), TimestampType::log_append_time, Timestamp(3000));
  const std::string stamped = std::string(head.data(), head.size()) + std::string(payload(batch));
  EXPECT_EQ(parse_header(stamped)->timestamp_type(), TimestampType::log_append_time);
  EXPECT_TRUE(check_crc(stamped));
}

TEST(Batch, LeavesAWrongCrcWhereNothingChanges) {
  std::string batch = a_batch();
  batch[at::kCrc] ^= 1;
  BatchHead head = copy_head(batch);
  set_max_timestamp(head, payload(batch), TimestampType::create_time, Timestamp(3000));
  EXPECT_EQ(BytesView(head.data(), head.size()), batch.substr(0, kBatchHeaderSize));
}

}  // namespace
}  // namespace kstream::records
