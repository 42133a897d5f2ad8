#include "records/record_times.h"

#include "random_records.h"
#include "records/iterate.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kstream::records {
namespace {

constexpr std::size_t kNoLimit = 1u << 30;

std::string build(const std::vector<Record>& records, Codec codec) {
  BatchBuilder builder;
  for (const Record& record : records) append(builder, record);
  return *builder.finish({.base_offset = Offset(1000), .codec = codec});
}

/// Expects of RecordTimes what RecordReader says of the same batch.
void expect_the_same(const std::string& batch, const BatchHeader& header) {
  std::string scratch;
  const auto bytes = record_bytes({header, batch}, kNoLimit, scratch);
  ASSERT_TRUE(bytes.ok());
  RecordReader reader(header, *bytes);
  RecordTimes times(header, payload(batch), kNoLimit);
  RecordTimes::Record time;
  for (RecordView record; reader.next(record);) {
    ASSERT_TRUE(times.next(time));
    ASSERT_EQ(time.offset, record.offset);
    ASSERT_EQ(time.timestamp, record.timestamp);
  }
  EXPECT_FALSE(times.next(time));
  EXPECT_EQ(times.status().code(), reader.status().code());
  EXPECT_FALSE(times.next(time)) << "it stays at the end";
}

class RecordTimesOf : public ::testing::TestWithParam<Codec> {};

TEST_P(RecordTimesOf, AreThoseOfTheRecords) {
  base::Random random(7);
  for (const std::size_t largest : {0u, 20u, 3'000u, 200'000u}) {  // a piece is 65,536 bytes
    for (int round = 0; round < 3; ++round) {
      const std::string batch = build(random_records(random, 1 + random.below(30), largest), GetParam());
      BatchHeader header = *parse_header(batch);
      expect_the_same(batch, header);
      ++header.records_count;
      expect_the_same(batch, header);
      header.records_count -= 2;
      expect_the_same(batch, header);
    }
  }
}

TEST_P(RecordTimesOf, EndWhereTheBatchIsCutOff) {
  base::Random random(8);
  const std::string batch = build(random_records(random, 30, 3'000), GetParam());
  const BatchHeader header = *parse_header(batch);
  for (std::size_t cut = kBatchHeaderSize; cut < batch.size(); cut += 1 + random.below(150)) {
    RecordTimes times(header, payload(BytesView(batch).substr(0, cut)), kNoLimit);
    int count = 0;
    for (RecordTimes::Record time; times.next(time);) ++count;
    ASSERT_EQ(times.status().code(), ErrorCode::corrupt_message) << cut;
    ASSERT_LE(count, 30) << cut;
  }
}

TEST_P(RecordTimesOf, EndAtTheLimit) {
  BatchBuilder builder;
  for (int i = 0; i < 50; ++i) builder.append(Timestamp(i), "key", std::string(10'000, 'x'));
  const std::string batch = *builder.finish({.codec = GetParam()});
  RecordTimes times(*parse_header(batch), payload(batch), 100'000);
  int count = 0;
  for (RecordTimes::Record time; times.next(time);) ++count;
  EXPECT_EQ(times.status().code(), ErrorCode::message_too_large);
  EXPECT_LE(count, 10);
}

INSTANTIATE_TEST_SUITE_P(Codecs, RecordTimesOf,
                         ::testing::Values(Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd));

TEST(RecordTimes, OfLogAppendTimeAreTheBatchs) {
  BatchBuilder builder;
  for (int i = 0; i < 3; ++i) builder.append(Timestamp(10 + i), "k", "v");
  const std::string batch = *builder.finish({});
  BatchHead head = copy_head(batch);
  set_max_timestamp(head, payload(batch), TimestampType::log_append_time, Timestamp(777));
  expect_the_same(batch, *parse_header(BytesView(head.data(), head.size())));
}

TEST(RecordTimes, RefuseWhatIsMalformed) {
  BatchHeader header;
  header.records_count = 1;
  const auto code = [&](BytesView bytes) {
    RecordTimes times(header, bytes, kNoLimit);
    for (RecordTimes::Record time; times.next(time);) {
    }
    return times.status().code();
  };
  using namespace std::literals;
  EXPECT_EQ(code("\x0c\0\0\0\1\1\0"sv), ErrorCode::none);
  EXPECT_EQ(code("\x0c\0\0\1\1\1\0"sv), ErrorCode::corrupt_message);  // offset delta -1
  EXPECT_EQ(code("\x04\0\0\0\1\1\0"sv), ErrorCode::corrupt_message);  // ends before its offset
  EXPECT_EQ(code("\x02\0"sv), ErrorCode::corrupt_message);
  EXPECT_EQ(code("\0"sv), ErrorCode::corrupt_message);  // empty
  EXPECT_EQ(code(""sv), ErrorCode::corrupt_message);
  EXPECT_EQ(code("\x0d\0\0\0\1\1\0"sv), ErrorCode::corrupt_message);  // length -7
  EXPECT_EQ(code("\xff\xff\xff\xff\xff\xff"sv), ErrorCode::corrupt_message);
  EXPECT_EQ(code("\xfe\xff\xff\xff\x0f\0\0\0\1\1\0"sv), ErrorCode::corrupt_message);  // a length of 2^31 - 1
}

}  // namespace
}  // namespace kstream::records
