#include "records/validate.h"

#include "random_records.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kstream::records {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

ProduceLimits limits() {
  ProduceLimits l;
  l.now = Timestamp(kNow);
  return l;
}

std::string batch_of(int count, const BatchOptions& options = {}, std::int64_t time = kNow) {
  BatchBuilder builder;
  for (int i = 0; i < count; ++i) builder.append(Timestamp(time + i), std::to_string(i), "value");
  return *builder.finish(options);
}

/// With a field of its header changed and the CRC right again.
template <class T>
std::string with(std::string batch, std::size_t at, T value) {
  base::store_be(batch.data() + at, value);
  BatchHead head = copy_head(batch);
  set_crc(head, payload(batch));
  return std::string(head.data(), head.size()) + batch.substr(kBatchHeaderSize);
}

/// A batch whose records are these bytes.
std::string with_records(int count, BytesView records) {
  std::string batch = batch_of(count).substr(0, kBatchHeaderSize).append(records);
  return with(batch, at::kLength, static_cast<std::int32_t>(batch.size() - kBatchPrefixSize));
}

struct Outcome {
  ErrorCode code;
  std::vector<RecordError> errors;
  std::string detail;
};

Outcome validate(BytesView records, Validation level = Validation::walk, const ProduceLimits& l = limits()) {
  Outcome outcome{ErrorCode::none, {{-7, "left from before"}}, {}};
  const auto result = validate_produce(records, level, l, outcome.errors);
  outcome.code = result.code();
  if (!result) outcome.detail = result.error().detail;
  return outcome;
}
ErrorCode code(BytesView records, Validation level = Validation::walk, const ProduceLimits& l = limits()) {
  return validate(records, level, l).code;
}

TEST(Validate, AcceptsGoodBatchesOfEveryCodecAtEveryLevel) {
  base::Random random(5);
  for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    for (const Validation level : {Validation::header, Validation::walk}) {
      std::vector<Record> records = random_records(random, 300, 3000);
      std::int64_t greatest = -1;
      for (Record& record : records) greatest = std::max(greatest, record.timestamp.value);
      ProduceLimits l = limits();
      l.now = Timestamp(greatest);
      std::vector<RecordError> errors;
      const std::string batch = build(records, {.codec = codec});
      const auto valid = validate_produce(batch, level, l, errors);
      ASSERT_TRUE(valid) << valid.error().to_string();
      EXPECT_EQ(valid->header, *parse_header(batch));
      EXPECT_EQ(valid->max_timestamp, Timestamp(greatest));
      EXPECT_TRUE(errors.empty());
    }
  }
}

TEST(Validate, WantsExactlyOneWholeBatch) {
  const std::string batch = batch_of(3);
  EXPECT_EQ(code({}), ErrorCode::invalid_record);
  for (std::size_t cut = 0; cut < batch.size(); ++cut)
    ASSERT_EQ(code(BytesView(batch).substr(0, cut)), ErrorCode::invalid_record);
  EXPECT_EQ(code(batch + batch), ErrorCode::invalid_record);
  EXPECT_EQ(code(batch + "x"), ErrorCode::invalid_record);
  EXPECT_EQ(code(with(batch, at::kBaseOffset, std::int64_t{1})), ErrorCode::invalid_record);
  EXPECT_EQ(code(with(batch, at::kMagic, std::int8_t{1})), ErrorCode::invalid_record);
  EXPECT_EQ(code(with(batch, at::kMagic, std::int8_t{0})), ErrorCode::invalid_record);
  EXPECT_EQ(code(with(batch, at::kMagic, std::int8_t{3})), ErrorCode::corrupt_message);
  EXPECT_EQ(code(with(batch, at::kLength, std::int32_t{13})), ErrorCode::corrupt_message);
  EXPECT_EQ(code(with(batch, at::kLength, std::int32_t{48})), ErrorCode::corrupt_message);
  EXPECT_EQ(code(with(batch, at::kLength, std::int32_t{-1})), ErrorCode::corrupt_message);
}

TEST(Validate, ComparesSizeAndCrc) {
  const std::string batch = batch_of(3);
  ProduceLimits l = limits();
  l.max_message_bytes = static_cast<std::int32_t>(batch.size());
  EXPECT_EQ(code(batch, Validation::walk, l), ErrorCode::none);
  l.max_message_bytes -= 1;
  EXPECT_EQ(code(batch, Validation::walk, l), ErrorCode::message_too_large);
  for (const Validation level : {Validation::header, Validation::walk}) {
    std::string changed = batch;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    EXPECT_EQ(code(changed, level), ErrorCode::corrupt_message);
  }
}

TEST(Validate, ChecksWhatTheHeaderSays) {
  const std::string batch = batch_of(3);
  for (const Validation level : {Validation::header, Validation::walk}) {
    EXPECT_EQ(code(with(batch, at::kRecordsCount, std::int32_t{2}), level), ErrorCode::invalid_record);
    EXPECT_EQ(code(with(batch, at::kLastOffsetDelta, std::int32_t{-1}), level), ErrorCode::invalid_record);
    const std::string none =
        with(with(batch, at::kRecordsCount, std::int32_t{0}), at::kLastOffsetDelta, std::int32_t{-1});
    EXPECT_EQ(code(none, level), ErrorCode::invalid_record);
    EXPECT_EQ(code(with(batch, at::kAttributes, kControlBit), level), ErrorCode::invalid_record);
    EXPECT_EQ(code(with(batch, at::kAttributes, kLogAppendTimeBit), level), ErrorCode::invalid_timestamp);
    EXPECT_EQ(code(with(batch, at::kAttributes, std::int16_t{5}), level), ErrorCode::unsupported_compression_type);
    EXPECT_EQ(code(with(batch, at::kAttributes, std::int16_t{7}), level), ErrorCode::unsupported_compression_type);
    EXPECT_EQ(code(batch_of(3, {.producer_id = ProducerId(4), .producer_epoch = 0}), level), ErrorCode::invalid_record);
    EXPECT_EQ(code(batch_of(3, {.producer_id = ProducerId(4), .producer_epoch = 0, .base_sequence = 0}), level),
              ErrorCode::none);
  }
}

TEST(Validate, AllowsZstdFromVersionSevenOn) {
  ProduceLimits l = limits();
  const std::string batch = batch_of(3, {.codec = Codec::zstd});
  EXPECT_EQ(code(batch, Validation::walk, l), ErrorCode::none);
  l.zstd_allowed = false;
  EXPECT_EQ(code(batch, Validation::walk, l), ErrorCode::unsupported_compression_type);
  EXPECT_EQ(code(batch_of(3, {.codec = Codec::lz4}), Validation::walk, l), ErrorCode::none);
}

TEST(Validate, AppliesTheWindowOfTime) {
  ProduceLimits l = limits();
  l.timestamp_before_max_ms = 1000;
  l.timestamp_after_max_ms = 500;
  for (const Validation level : {Validation::header, Validation::walk}) {
    EXPECT_EQ(code(batch_of(1, {}, kNow - 1000), level, l), ErrorCode::none);
    EXPECT_EQ(code(batch_of(1, {}, kNow - 1001), level, l), ErrorCode::invalid_timestamp);
    EXPECT_EQ(code(batch_of(1, {}, kNow + 500), level, l), ErrorCode::none);
    EXPECT_EQ(code(batch_of(1, {}, kNow + 501), level, l), ErrorCode::invalid_timestamp);
    EXPECT_EQ(code(batch_of(1, {}, -1), level, l), ErrorCode::none);  // no time
    ProduceLimits append_time = l;
    append_time.timestamp_type = TimestampType::log_append_time;
    EXPECT_EQ(code(batch_of(1, {}, 5), level, append_time), ErrorCode::none);
  }
  EXPECT_EQ(code(batch_of(1, {}, 0)), ErrorCode::none);  // by default nothing is too old
  EXPECT_EQ(code(batch_of(1, {}, INT64_MIN + 2 * kNow)), ErrorCode::none);
  EXPECT_EQ(code(batch_of(1, {}, INT64_MIN)), ErrorCode::invalid_timestamp);  // Kafka's difference overflows there, too
  EXPECT_EQ(code(batch_of(1, {}, INT64_MAX)), ErrorCode::invalid_timestamp);
}

TEST(Validate, TellsWhichRecordsHaveAWrongTime) {
  BatchBuilder builder;
  for (const std::int64_t time : {kNow, kNow + 4'000'000, kNow, kNow + 5'000'000})
    builder.append(Timestamp(time), "k", "v");
  const Outcome outcome = validate(*builder.finish({}));
  EXPECT_EQ(outcome.code, ErrorCode::invalid_timestamp);
  ASSERT_EQ(outcome.errors.size(), 2u);
  EXPECT_EQ(outcome.errors[0].index, 1);
  EXPECT_EQ(outcome.errors[1].index, 3);
}

TEST(Validate, TellsTheFirstOfManyBadRecords) {
  BatchBuilder builder;
  for (int i = 0; i < 300; ++i) builder.append(Timestamp(i == 0 ? kNow : kNow + 4'000'000), std::nullopt, "v");
  const Outcome outcome = validate(*builder.finish({}), Validation::walk);
  EXPECT_EQ(outcome.code, ErrorCode::invalid_timestamp);
  ASSERT_EQ(outcome.errors.size(), kMaxRecordErrors);
  EXPECT_EQ(outcome.errors[0].index, 1);
  EXPECT_EQ(outcome.detail.substr(0, 12), "299 records:");
}

TEST(Validate, WalksUncompressedRecords) {
  using namespace std::literals;
  const auto good = "\x0c\0\0\0\1\1\0\x0c\0\0\2\1\1\0"sv;
  EXPECT_EQ(code(with_records(2, good)), ErrorCode::none);
  const struct {
    std::string_view bytes;
    std::int32_t index;
  } bad[] = {
      {""sv, 0},
      {"\x0c\0\0\0\1\1\0"sv, 1},                      // the second is missing
      {"\x0c\0\0\0\1\1\0\x0c\0\0\2\1\1"sv, 1},        // and cut off
      {"\x0c\0\0\0\1\1\0\x0c\0\0\0\1\1\0"sv, 1},      // offset 0 again
      {"\x0c\0\0\2\1\1\0\x0c\0\0\2\1\1\0"sv, 0},      // offset 1 first
      {"\x0c\0\0\0\1\1\0\x0e\0\0\2\1\1\0x"sv, 1},     // a byte behind the headers
      {"\x0c\0\0\0\1\1\0\x01\0\0\2\1\1\0"sv, 1},      // length -1
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv, 0},  // no length at all
  };
  for (const auto& [bytes, index] : bad) {
    const Outcome outcome = validate(with_records(2, bytes));
    EXPECT_EQ(outcome.code, ErrorCode::invalid_record) << outcome.detail;
    ASSERT_EQ(outcome.errors.size(), 1u);
    EXPECT_EQ(outcome.errors[0].index, index) << outcome.detail;
    EXPECT_EQ(code(with_records(2, bytes), Validation::header), ErrorCode::none);
  }
  for (const auto extra : {"\x0c\0\0\4\1\1\0"sv, "x"sv}) {
    const Outcome outcome = validate(with_records(2, std::string(good).append(extra)));
    EXPECT_EQ(outcome.code, ErrorCode::invalid_record);
    EXPECT_TRUE(outcome.errors.empty());
  }
}

TEST(Validate, BelievesNothingAndRefusesNothingOfCompressedRecords) {
  const std::string garbage = with(with_records(2, "this is no gzip"), at::kAttributes, std::int16_t{1});
  for (const Validation level : {Validation::header, Validation::walk}) {
    EXPECT_EQ(code(garbage, level), ErrorCode::none);
    EXPECT_EQ(code(with(garbage, at::kMaxTimestamp, kNow + 4'000'000), level), ErrorCode::invalid_timestamp);
  }
}

TEST(Validate, EveryFlippedByteIsRefusedOrHarmless) {
  base::Random random(6);
  const std::string batch = build(random_records(random, 10, 50));
  ProduceLimits l = limits();
  l.now = Timestamp(INT64_MAX);
  ASSERT_EQ(code(batch, Validation::walk, l), ErrorCode::none);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    for (const int flip : {0x01, 0x02, 0x80, 0xff}) {
      std::string changed = batch;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      // The leader stamps the epoch anew; everything else is covered by the CRC or checked.
      const bool harmless = i >= at::kLeaderEpoch && i < at::kMagic;
      ASSERT_EQ(code(changed, Validation::walk, l) == ErrorCode::none, harmless) << i;
      if (i < at::kAttributes) continue;
      BatchHead head = copy_head(changed);  // and as from somebody who knows the CRC: anything but a crash
      set_crc(head, payload(changed));
      std::memcpy(changed.data(), head.data(), head.size());
      for (const Validation level : {Validation::header, Validation::walk}) (void)code(changed, level, l);
    }
  }
}

}  // namespace
}  // namespace kstream::records
