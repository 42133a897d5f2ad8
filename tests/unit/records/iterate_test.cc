#include "records/iterate.h"

#include "random_records.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kstream::records {
namespace {

std::string batch_at(std::int64_t offset, int count) {
  BatchBuilder builder;
  for (int i = 0; i < count; ++i) builder.append(Timestamp(10 + i), std::to_string(i), "v");
  return *builder.finish({.base_offset = Offset(offset)});
}

std::vector<std::int64_t> base_offsets(BatchReader& reader) {
  std::vector<std::int64_t> offsets;
  for (BatchView batch; reader.next(batch);) offsets.push_back(batch.header.base_offset.value);
  return offsets;
}

TEST(BatchReader, LeavesOutAnIncompleteLastBatch) {
  const std::string whole = batch_at(0, 2) + batch_at(2, 3);
  const std::string last = batch_at(5, 4);
  for (std::size_t cut = 0; cut < last.size(); ++cut) {
    const std::string set = whole + last.substr(0, cut);
    BatchReader reader(set);
    ASSERT_EQ(base_offsets(reader), (std::vector<std::int64_t>{0, 2})) << cut;
    ASSERT_TRUE(reader.status().ok());
    ASSERT_EQ(reader.rest().size(), cut);
  }
  BatchReader reader(whole);
  EXPECT_EQ(base_offsets(reader).size(), 2u);
  EXPECT_TRUE(reader.rest().empty());
}

TEST(BatchReader, StopsAtABadHeader) {
  std::string set = batch_at(0, 2);
  const std::size_t second = set.size();
  set += batch_at(2, 3);
  set[second + at::kMagic] = 1;
  BatchReader reader(set);
  EXPECT_EQ(base_offsets(reader), std::vector<std::int64_t>{0});
  EXPECT_EQ(reader.status().code(), ErrorCode::corrupt_message);
  BatchView batch;
  EXPECT_FALSE(reader.next(batch));
}

ErrorCode read_all(const BatchHeader& header, BytesView bytes, int* count = nullptr) {
  RecordReader reader(header, bytes);
  for (RecordView record; reader.next(record);) {
    if (count) ++*count;
    for (const HeaderView& h : record.headers) EXPECT_LE(h.name.size(), bytes.size());
  }
  return reader.status().code();
}

TEST(RecordReader, AppliesLogAppendTime) {
  std::string batch = batch_at(0, 3);
  BatchHead head = copy_head(batch);
  set_max_timestamp(head, payload(batch), TimestampType::log_append_time, Timestamp(777));
  RecordReader reader(*parse_header(BytesView(head.data(), head.size())), payload(batch));
  for (RecordView record; reader.next(record);) EXPECT_EQ(record.timestamp, Timestamp(777));
  EXPECT_TRUE(reader.status().ok());
}

TEST(RecordReader, ToleratesGapsOfCompaction) {
  std::string batch = batch_at(100, 1);
  BatchHeader header = *parse_header(batch);
  header.last_offset_delta = 9;
  EXPECT_EQ(read_all(header, payload(batch)), ErrorCode::none);
  header.records_count = 0;
  EXPECT_EQ(read_all(header, {}), ErrorCode::none);
}

TEST(RecordReader, RefusesWhatDoesNotAddUp) {
  const std::string batch = batch_at(0, 3);
  const BatchHeader header = *parse_header(batch);
  const auto with = [&](auto change) {
    BatchHeader changed = header;
    change(changed);
    return read_all(changed, payload(batch));
  };
  EXPECT_EQ(with([](BatchHeader&) {}), ErrorCode::none);
  EXPECT_EQ(with([](BatchHeader& h) { h.records_count = 2; }), ErrorCode::corrupt_message);
  EXPECT_EQ(with([](BatchHeader& h) { h.records_count = 0; }), ErrorCode::corrupt_message);
  EXPECT_EQ(with([](BatchHeader& h) { h.records_count = 4; }), ErrorCode::corrupt_message);
  EXPECT_EQ(with([](BatchHeader& h) { h.last_offset_delta = 1; }), ErrorCode::corrupt_message);
}

TEST(RecordReader, RefusesMalformedRecords) {
  BatchHeader header;
  header.records_count = 1;
  const auto code = [&](std::string_view body) {
    std::string bytes(1, static_cast<char>(body.size() * 2));
    return read_all(header, bytes.append(body));
  };
  using namespace std::literals;
  EXPECT_EQ(code("\0\0\0\1\1\0"sv), ErrorCode::none);
  EXPECT_EQ(code("\0\0\0\0\0\0"sv), ErrorCode::none);
  EXPECT_EQ(code(""sv), ErrorCode::corrupt_message);
  EXPECT_EQ(code("\0\0\0\1\1\0x"sv), ErrorCode::corrupt_message);     // a byte left over
  EXPECT_EQ(code("\0\0\0\1\1"sv), ErrorCode::corrupt_message);        // no header count
  EXPECT_EQ(code("\0\0\1\1\1\0"sv), ErrorCode::corrupt_message);      // offset delta -1
  EXPECT_EQ(code("\0\0\0\3\1\0"sv), ErrorCode::corrupt_message);      // key of length -2
  EXPECT_EQ(code("\0\0\0\1\3\0"sv), ErrorCode::corrupt_message);      // value of length -2
  EXPECT_EQ(code("\0\0\0\1\4x\0"sv), ErrorCode::corrupt_message);     // value takes the header count
  EXPECT_EQ(code("\0\0\0\1\1\1"sv), ErrorCode::corrupt_message);      // -1 headers
  EXPECT_EQ(code("\0\0\0\1\1\2"sv), ErrorCode::corrupt_message);      // a header is missing
  EXPECT_EQ(code("\0\0\0\1\1\2\1\1"sv), ErrorCode::corrupt_message);  // header without a name
  EXPECT_EQ(code("\0\0\0\1\1\2\0\1"sv), ErrorCode::none);
  EXPECT_EQ(read_all(header, "\xff\xff\xff\xff\x0f"sv), ErrorCode::corrupt_message);  // length INT32_MIN
  EXPECT_EQ(read_all(header, "\xfe\xff\xff\xff\x0f"sv), ErrorCode::corrupt_message);  // length INT32_MAX
}

TEST(RecordReader, SurvivesEveryTruncationAndFlippedByte) {
  base::Random random(4);
  const std::string batch = build(random_records(random, 20, 60));
  const BatchHeader header = *parse_header(batch);
  const std::string bytes(payload(batch));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    ASSERT_EQ(read_all(header, BytesView(bytes).substr(0, i)), ErrorCode::corrupt_message) << i;
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      int count = 0;
      const ErrorCode result = read_all(header, changed, &count);
      ASSERT_TRUE(count == 20 || result == ErrorCode::corrupt_message) << i;
    }
  }
}

}  // namespace
}  // namespace kstream::records
