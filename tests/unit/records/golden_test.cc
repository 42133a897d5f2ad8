#include "records/builder.h"
#include "records/compress.h"
#include "records/control.h"
#include "records/iterate.h"
#include "records/validate.h"

#include "random_records.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// Batches that other programs made: tests/golden/README.md says how.
namespace kstream::records {
namespace {

std::string golden(const std::string& name) {
  std::ifstream file(KSTREAM_GOLDEN "/batches/" + name + ".bin", std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

/// What `sample` in tests/golden/batches/record.py yields.
std::vector<Record> sample(bool compressed) {
  std::vector<Record> records(50);
  for (int i = 0; i < 50; ++i) {
    Record& record = records[static_cast<std::size_t>(i)];
    const std::string n = std::to_string(i);
    record.offset = Offset(i);
    record.timestamp = Timestamp(1'700'000'000'000 + i * 10 - i % 4 * 25);
    if (i % 3 != 0) record.key = "key-" + n;
    if (i % 11 != 10) record.value = repeated("value-" + n + " ", i % 7 + 1);
    if (i == 7 && compressed) record.value = repeated("0123456789", 7000);
    if (i % 5 == 0) record.headers = {{"h", n}, {"null", std::nullopt}, {"h", ""}};
  }
  return records;
}

std::vector<Record> read_all(const std::string& bytes) {
  BatchReader batches(bytes);
  BatchView batch;
  std::vector<Record> records;
  if (!batches.next(batch)) {
    ADD_FAILURE() << "no batch";
    return records;
  }
  EXPECT_TRUE(check_crc(batch.bytes));
  EXPECT_TRUE(batches.rest().empty());
  std::string scratch;
  const auto data = record_bytes(batch, 1 << 20, scratch);
  EXPECT_TRUE(data) << data.error().to_string();
  if (!data) return records;
  RecordReader reader(batch.header, *data);
  for (RecordView record; reader.next(record);) records.push_back(owned(record));
  EXPECT_TRUE(reader.status().ok()) << reader.status().error().to_string();
  return records;
}

class Golden : public testing::TestWithParam<std::tuple<const char*, Codec>> {};

TEST_P(Golden, IsValidAndHoldsTheSample) {
  const auto [program, codec] = GetParam();
  const std::string batch =
      golden(std::string(program) + "-" + std::string(kCodecNames[static_cast<std::size_t>(codec)]));
  EXPECT_EQ(parse_header(batch)->codec(), codec);
  EXPECT_EQ(read_all(batch), sample(codec != Codec::none));
  ProduceLimits limits;
  limits.now = Timestamp(1'700'000'000'000);
  for (const Validation level : {Validation::header, Validation::walk}) {
    std::vector<RecordError> errors;
    const auto valid = validate_produce(batch, level, limits, errors);
    ASSERT_TRUE(valid) << valid.error().to_string();
    EXPECT_EQ(valid->max_timestamp, Timestamp(1'700'000'000'480));
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, Golden,
                         testing::Combine(testing::Values("kafka-python", "librdkafka", "java", "franz-go"),
                                          testing::Values(Codec::none, Codec::gzip, Codec::snappy, Codec::lz4,
                                                          Codec::zstd)),
                         [](const auto& param) {
                           std::string name = std::get<0>(param.param);
                           std::erase(name, '-');
                           return name + "_" +
                                  std::string(kCodecNames[static_cast<std::size_t>(std::get<1>(param.param))]);
                         });

TEST(Golden, BuilderWritesWhatJavaWrites) {
  EXPECT_EQ(build(sample(false)), golden("java-none"));
  // Of the codecs, gzip, snappy and zstd differ with their library's version; an lz4 frame has a form of its own.
  const std::string java = golden("java-lz4"), ours = build(sample(true), {.codec = Codec::lz4});
  EXPECT_EQ(ours.substr(kBatchHeaderSize, 7), java.substr(kBatchHeaderSize, 7));
}

TEST(Golden, LogAppendTimeOfJavaIsReadAndWritten) {
  const std::string java = golden("java-log-append-time");
  const BatchHeader header = *parse_header(java);
  EXPECT_EQ(header.timestamp_type(), TimestampType::log_append_time);
  for (const Record& record : read_all(java)) EXPECT_EQ(record.timestamp, Timestamp(1'700'000'009'999));
  EXPECT_EQ(header.base_offset, Offset(1000));
  EXPECT_EQ(header.leader_epoch, LeaderEpoch(3));
  EXPECT_EQ(header.producer_id, ProducerId(42));
  EXPECT_EQ(header.producer_epoch, 7);
  EXPECT_EQ(header.base_sequence, 11);
  EXPECT_TRUE(header.is_transactional());
  const std::string sent = build(
      sample(false), {.producer_id = ProducerId(42), .producer_epoch = 7, .base_sequence = 11, .transactional = true});
  BatchHead head = copy_head(sent);
  set_base_offset(head, Offset(1000));
  set_leader_epoch(head, LeaderEpoch(3));
  set_max_timestamp(head, payload(sent), TimestampType::log_append_time, Timestamp(1'700'000'009'999));
  EXPECT_EQ(std::string(head.data(), head.size()) + std::string(payload(sent)), java);
}

TEST(Golden, ControlBatchesOfJavaAreReadAndWritten) {
  const struct {
    const char* name;
    ControlType type;
    bool transactional;
  } batches[] = {{"java-end-transaction", ControlType::commit, true},
                 {"java-leader-change", ControlType::leader_change, false},
                 {"java-kraft-version", ControlType::kraft_version, false},
                 {"java-snapshot-header", ControlType::snapshot_header, false},
                 {"java-snapshot-footer", ControlType::snapshot_footer, false}};
  for (const auto& [name, type, transactional] : batches) {
    const std::string java = golden(name);
    const BatchHeader header = *parse_header(java);
    EXPECT_TRUE(header.is_control());
    const std::vector<Record> records = read_all(java);
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(parse_control_key(*records[0].key), type);
    BatchOptions options{.base_offset = header.base_offset,
                         .leader_epoch = LeaderEpoch(3),
                         .transactional = transactional,
                         .control = true};
    if (transactional) {
      options.producer_id = ProducerId(42);
      options.producer_epoch = 7;
    }
    const auto key = control_key(type);
    const KeyValue record[] = {{BytesView(key.data(), key.size()), *records[0].value}};
    EXPECT_EQ(make_batch(options, Timestamp(1'700'000'000'000), record), java) << name;
  }
}

}  // namespace
}  // namespace kstream::records
