#include "storage/perform.h"

#include "records/compress.h"
#include "running_log.h"
#include "storage/segment_files.h"

#include <gtest/gtest.h>

#include <map>

namespace kstream::storage {
namespace {

using test::batch_of_size;
using test::MemoryDirectory;
using Names = std::vector<std::string>;

TEST(Perform, OpenLogMakesTheFolderItsMetadataAndTheFirstSegment) {
  MemoryDirectory directory;
  auto outcome = perform(directory, log::OpenLog{"orders-0", kTopic, Offset(7)});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(std::get<base::FileRef>(*outcome)->name(), "orders-0/00000000000000000007.log");
  EXPECT_EQ(names_in(directory, "orders-0"), (Names{"00000000000000000007.index", "00000000000000000007.log",
                                                    "00000000000000000007.timeindex", "partition.metadata"}));
  EXPECT_EQ(content_of(directory, "orders-0/partition.metadata"), "version: 0\ntopic_id: " + kTopic.to_string());
  base::Random random(1);
  directory.power_loss(random);
  EXPECT_TRUE(*directory.exists("orders-0/partition.metadata")) << "durable before the first append";
}

TEST(Perform, CreateSegmentRefusesOneThatExists) {
  MemoryDirectory directory;
  ASSERT_TRUE(perform(directory, log::OpenLog{"orders-0", kTopic, Offset(0)}).ok());
  EXPECT_TRUE(perform(directory, log::CreateSegment{"orders-0", Offset(1)}).ok());
  EXPECT_EQ(perform(directory, log::CreateSegment{"orders-0", Offset(1)}).code(), ErrorCode::kafka_storage_error);
}

TEST(Perform, AppendsMoreBatchesThanOneCallTakes) {
  MemoryDirectory directory;
  RunningLog running(directory, {});
  for (int i = 0; i < 1500; ++i) running.append(batch_of_size(80 + static_cast<std::size_t>(i % 50)));
  running.run();
  EXPECT_EQ(running.log.end(), Offset(1500));
  const std::string log = content_of(directory, "orders-0/00000000000000000000.log");
  std::size_t position = 0;
  for (int i = 0; i < 1500; ++i) {
    const auto header = records::parse_header(base::BytesView(log).substr(position));
    ASSERT_TRUE(header.ok());
    ASSERT_EQ(header->base_offset, Offset(i));
    ASSERT_TRUE(records::check_crc(base::BytesView(log).substr(position, header->size())));
    position += header->size();
  }
  EXPECT_EQ(position, log.size());
}

TEST(Perform, SyncMakesASegmentDurable) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    MemoryDirectory directory;
    RunningLog running(directory, {.segment_bytes = 1000});
    for (int i = 0; i < 25; ++i) running.append(batch_of_size(100));
    running.run();
    running.log.sync();
    running.run();
    const std::string before = content_of(directory, "orders-0/00000000000000000020.log");
    base::Random random(seed);
    directory.power_loss(random);
    for (const char* suffix : {".log", ".index", ".timeindex"}) {
      EXPECT_TRUE(*directory.exists("orders-0/00000000000000000010" + std::string(suffix)));
    }
    EXPECT_EQ(content_of(directory, "orders-0/00000000000000000010.timeindex").size(), 12u);
    EXPECT_EQ(content_of(directory, "orders-0/00000000000000000020.log"), before);
  }
}

TEST(Perform, RetiresAndRemovesAllFilesOfASegment) {
  MemoryDirectory directory;
  using std::chrono::milliseconds;
  RunningLog running(directory,
                     {.segment_bytes = 1000, .retention_ms = milliseconds(-1), .file_delete_delay = milliseconds(0)});
  for (int i = 0; i < 15; ++i) running.append(batch_of_size(100));
  running.run();
  put(directory, "orders-0/00000000000000000000.txnindex", "");
  running.log.raise_start(Offset(10));
  running.log.tick(kNow, Offset(15));
  running.run();
  EXPECT_EQ(names_in(directory, "orders-0"),
            (Names{"00000000000000000000.index.deleted", "00000000000000000000.log.deleted",
                   "00000000000000000000.timeindex.deleted", "00000000000000000000.txnindex.deleted",
                   "00000000000000000010.index", "00000000000000000010.log", "00000000000000000010.timeindex",
                   "leader-epoch-checkpoint", "partition.metadata"}));
  running.log.tick(kNow, Offset(15));
  running.run();
  EXPECT_EQ(names_in(directory, "orders-0"),
            (Names{"00000000000000000010.index", "00000000000000000010.log", "00000000000000000010.timeindex",
                   "leader-epoch-checkpoint", "partition.metadata"}));
}

TEST(Perform, RemovesAFile) {
  MemoryDirectory directory;
  put(directory, "a", "x");
  EXPECT_TRUE(perform(directory, log::RemoveFile{"a"}).ok());
  EXPECT_TRUE(perform(directory, log::RemoveFile{"a"}).ok());
  EXPECT_FALSE(*directory.exists("a"));
}

/// A log of random batches, and what is where.
class Searches : public testing::Test {
 protected:
  struct Batch {
    Offset base, next;
    std::string bytes;
  };
  struct Record {
    Offset offset;
    Timestamp time;
  };

  void fill(int batches, log::LogConfig config, std::uint64_t seed) {
    base::Random random(seed);
    running.emplace(directory, config);
    for (int i = 0; i < batches; ++i) {
      const int count = static_cast<int>(random.between(1, 4));
      records::BatchBuilder builder;
      const auto base = running->log.reserved_end();
      for (int n = 0; n < count; ++n) {
        const Timestamp time(random.between(0, 3000) + 3 * i);
        records.push_back({base + n, time});
        builder.append(time, std::nullopt, std::string(static_cast<std::size_t>(random.below(60)), 'v'));
      }
      const auto codec = static_cast<Codec>(random.below(5));
      const std::string bytes = *builder.finish({.codec = codec});
      const auto header = *records::parse_header(bytes);
      running->append({{header, header.max_timestamp}, base::Slice::copy_of(bytes)}, i / 100);
      batches_.push_back({base, base + count, bytes});
      if (random.chance(0.1)) running->run();
    }
    running->run();
  }
  /// What a read of one segment must give, by the rules of Log::read.
  std::string expected(Offset from, Offset up_to, std::uint32_t max_bytes, const std::vector<Offset>& bases) {
    std::string bytes;
    for (const auto& batch : batches_) {
      if (batch.next <= from) continue;
      const bool other_segment = !bytes.empty() && std::find(bases.begin(), bases.end(), batch.base) != bases.end();
      if (other_segment || batch.next > up_to) break;
      if (!bytes.empty() && bytes.size() + batch.bytes.size() > max_bytes) break;
      bytes += batch.bytes;
    }
    return bytes;
  }
  log::FoundRecord find(Timestamp target, bool latest, Offset up_to) {
    auto what = running->log.find_timestamp(target, latest, up_to);
    return what ? std::get<log::FoundRecord>(*perform(directory, *what)) : log::FoundRecord{};
  }

  MemoryDirectory directory;
  std::optional<RunningLog> running;
  std::vector<Batch> batches_;
  std::vector<Record> records;
};

/// The header's offset and epoch, and what depends on them, are the broker's.
std::string without_stamps(std::string bytes) {
  for (base::BytesView rest = bytes; rest.size() >= records::kBatchHeaderSize;) {
    const auto header = *records::parse_header(rest);
    char* const at = bytes.data() + (bytes.size() - rest.size());
    std::fill_n(at + records::at::kBaseOffset, 8, '\0');
    std::fill_n(at + records::at::kLeaderEpoch, 4, '\0');
    rest.remove_prefix(header.size());
  }
  return bytes;
}

TEST_F(Searches, ReadsGiveWholeBatchesWhereverTheyAre) {
  fill(6000, {.segment_bytes = 200'000, .index_interval_bytes = 500}, 3);
  std::vector<Offset> bases;
  for (const auto& name : names_in(directory, "orders-0")) {
    if (auto file = parse_segment_file(name); file && file->suffix == ".log") bases.push_back(file->base);
  }
  ASSERT_GT(bases.size(), 3u);
  base::Random random(4);
  const auto end = running->log.end();
  for (int i = 0; i < 1000; ++i) {
    const Offset from(random.between(0, end.value - 1));
    const Offset up_to(random.chance(0.5) ? end.value : random.between(from.value, end.value));
    const auto max_bytes = static_cast<std::uint32_t>(random.below(random.chance(0.5) ? 3'000 : 100'000) + 1);
    ASSERT_EQ(without_stamps(running->read(from, up_to, max_bytes)),
              without_stamps(expected(from, up_to, max_bytes, bases)))
        << from.value << " " << up_to.value << " " << max_bytes;
  }
}

TEST_F(Searches, ReadsSurviveTheLossOfAnIndex) {
  fill(2000, {.segment_bytes = 50'000, .index_interval_bytes = 500}, 3);
  auto locate = std::get<log::Locate>(running->log.read(Offset(300), running->log.end(), 1000));
  ASSERT_GT(locate.offset_entries, 0u);
  const auto right = std::get<log::Located>(*perform(directory, locate));
  const std::string index = log::segment_path("orders-0", locate.base, ".index");
  ASSERT_TRUE(directory.rename(index, index + ".deleted").ok());
  EXPECT_EQ(std::get<log::Located>(*perform(directory, locate)).position, right.position);
  put(directory, index, std::string(locate.offset_entries * 8, '\3'));
  EXPECT_EQ(std::get<log::Located>(*perform(directory, locate)).position, right.position) << "an index that lies";
  ASSERT_TRUE(directory.remove(index).ok());
  ASSERT_TRUE(directory.remove(index + ".deleted").ok());
  EXPECT_EQ(std::get<log::Located>(*perform(directory, locate)).position, right.position);
}

TEST_F(Searches, ADamagedBatchIsAnErrorWithItsPlace) {
  fill(100, {.segment_bytes = 5'000}, 3);
  put(directory, "orders-0/00000000000000000000.log", std::string(5000, 'x'));
  auto locate = std::get<log::Locate>(running->log.read(Offset(3), running->log.end(), 1000));
  auto located = perform(directory, locate);
  EXPECT_EQ(located.code(), ErrorCode::corrupt_message);
  EXPECT_EQ(located.error().detail, "orders-0/00000000000000000000.log: at position 0: a batch's magic is not 2");
}

TEST_F(Searches, FindsTheFirstRecordAtOrAfterATime) {
  fill(3000, {.segment_bytes = 50'000, .index_interval_bytes = 300}, 5);
  base::Random random(6);
  for (int i = 0; i < 300; ++i) {
    if (i == 150) running->log.raise_start(Offset(1000));
    const Timestamp target(random.between(-5, 12'100));
    const Offset up_to(random.chance(0.7) ? running->log.end().value : random.between(1001, running->log.end().value));
    log::FoundRecord expected;
    for (const auto& record : records) {
      if (record.offset < running->log.start() || record.offset >= up_to || record.time < target) continue;
      expected = {record.offset, record.time, {}};
      break;
    }
    const auto found = find(target, false, up_to);
    ASSERT_EQ(found.offset, expected.offset) << target.value << " " << up_to.value;
    ASSERT_EQ(found.timestamp, expected.timestamp);
  }
}

TEST_F(Searches, FindsTheFirstRecordOfTheGreatestTime) {
  fill(3000, {.segment_bytes = 50'000, .index_interval_bytes = 300}, 7);
  const auto found = find(Timestamp(), true, running->log.end());
  auto expected = std::max_element(records.begin(), records.end(),
                                   [](const Record& a, const Record& b) { return a.time < b.time; });
  EXPECT_EQ(found.offset, expected->offset);
  EXPECT_EQ(found.timestamp, expected->time);
  EXPECT_EQ(found.leader_epoch, running->log.epoch_at(found.offset));
}

}  // namespace
}  // namespace kstream::storage
