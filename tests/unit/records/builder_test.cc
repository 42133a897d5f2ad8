#include "records/builder.h"

#include "random_records.h"
#include "records/compress.h"
#include "records/control.h"
#include "records/iterate.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kstream::records {
namespace {

TEST(Builder, WritesTheFormatByteForByte) {
  BatchBuilder builder;
  const HeaderView headers[] = {{"h", "1"}, {"n", std::nullopt}};
  builder.append(Timestamp(100), "key", "value", headers);
  builder.append(Timestamp(98), std::nullopt, "");
  const std::string batch = *builder.finish({.base_offset = Offset(2)});
  // length, attributes, timestamp delta, offset delta, key, value, headers; lengths and deltas are zigzag varints
  const std::string records = std::string("\x2a\x00\x00\x00\x06key\x0avalue\x04\x02h\x02\x31\x02n\x01", 22) +
                              std::string("\x0c\x00\x03\x02\x01\x00\x00", 7);
  EXPECT_EQ(payload(batch), records);
  EXPECT_EQ(parse_header(batch)->max_timestamp, Timestamp(100));
  EXPECT_EQ(parse_header(batch)->base_timestamp, Timestamp(100));
  EXPECT_TRUE(check_crc(batch));
}

TEST(Builder, KnowsItsSizeAndStartsAnew) {
  base::Random random(2);
  BatchBuilder builder;
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(builder.empty());
    for (const Record& record : random_records(random, 50, 200)) {
      const std::size_t before = builder.size();
      std::vector<HeaderView> headers;
      for (const Header& header : record.headers) headers.push_back({header.name, header.value});
      append(builder, record);
      EXPECT_LE(builder.size() - before, BatchBuilder::record_size_bound(record.key, record.value, headers));
    }
    EXPECT_EQ(builder.count(), 50);
    const std::size_t size = builder.size();
    EXPECT_EQ(builder.finish({})->size(), size);
  }
}

TEST(Builder, RoundTripsThroughEveryCodecAndLevel) {
  base::Random random(3);
  for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    std::vector<std::optional<int>> levels = {std::nullopt};
    if (const auto range = level_range(codec)) {
      for (int level = std::max(range->low, -7); level <= range->high; ++level) levels.emplace_back(level);
    }
    for (const auto& level : levels) {
      const std::vector<Record> records = random_records(random, 1 + random.below(100), 2000);
      const std::string batch = build(records, {.codec = codec, .level = level});
      ASSERT_TRUE(check_crc(batch));
      BatchReader batches(batch);
      BatchView view;
      ASSERT_TRUE(batches.next(view));
      std::string scratch;
      const auto bytes = record_bytes(view, 1 << 20, scratch);
      ASSERT_TRUE(bytes) << bytes.error().to_string();
      RecordReader reader(view.header, *bytes);
      RecordView record;
      std::vector<Record> read;
      while (reader.next(record)) read.push_back(owned(record));
      ASSERT_TRUE(reader.status().ok()) << reader.status().error().to_string();
      ASSERT_EQ(read, records) << kCodecNames[static_cast<std::size_t>(codec)] << " " << level.value_or(0);
    }
  }
}

TEST(Builder, TimesMayLieAnywhere) {
  BatchBuilder builder;
  builder.append(Timestamp(INT64_MIN), "k", "v");
  builder.append(Timestamp(INT64_MAX), "k", "v");
  const std::string batch = *builder.finish({});
  RecordReader reader(*parse_header(batch), payload(batch));
  RecordView record;
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.timestamp, Timestamp(INT64_MIN));
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.timestamp, Timestamp(INT64_MAX));
}

TEST(Builder, MakesControlBatches) {
  const auto key = control_key(ControlType::kraft_version);
  const KeyValue records[] = {{BytesView(key.data(), key.size()), "value"}};
  const std::string batch =
      make_batch({.base_offset = Offset(4), .leader_epoch = LeaderEpoch(2), .control = true}, Timestamp(9), records);
  const auto header = parse_header(batch);
  ASSERT_TRUE(header);
  EXPECT_TRUE(header->is_control());
  EXPECT_FALSE(header->is_transactional());
  EXPECT_EQ(header->leader_epoch, LeaderEpoch(2));
  EXPECT_TRUE(check_crc(batch));
  RecordReader reader(*header, payload(batch));
  RecordView record;
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.offset, Offset(4));
  EXPECT_EQ(parse_control_key(*record.key), ControlType::kraft_version);
  EXPECT_EQ(record.value, "value");
}

TEST(Control, KeysAreVersionAndType) {
  const auto key = control_key(ControlType::kraft_voters);
  EXPECT_EQ(BytesView(key.data(), key.size()), BytesView("\0\0\0\6", 4));
  EXPECT_EQ(parse_control_key(BytesView("\0\0\0\1", 4)), ControlType::commit);
  EXPECT_EQ(parse_control_key(BytesView("\0\1\0\2more", 8)),
            ControlType::leader_change);  // a later version is a superset
  EXPECT_EQ(parse_control_key(BytesView("\0\0\0\7", 4)), std::nullopt);
  EXPECT_EQ(parse_control_key(BytesView("\0\0\xff\xff", 4)), std::nullopt);
  EXPECT_EQ(parse_control_key(BytesView("\xff\xff\0\1", 4)), std::nullopt);
  EXPECT_EQ(parse_control_key(BytesView("\0\0\0", 3)), std::nullopt);
}

}  // namespace
}  // namespace kstream::records
