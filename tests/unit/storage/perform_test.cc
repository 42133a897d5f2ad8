#include "storage/perform.h"

#include "log/checkpoint.h"
#include "records/compress.h"
#include "running_log.h"
#include "storage/batch_scanner.h"
#include "storage/segment_files.h"

#include <gtest/gtest.h>

#include <array>
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

TEST(Perform, RenameFolderIsDurableAndRemoveFolderRemovesAll) {
  MemoryDirectory directory;
  auto opened = perform(directory, log::OpenLog{"orders-0", kTopic, Offset(0)});
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(perform(directory, log::RenameFolder{"orders-0", "orders-0.x-delete"}).ok());
  base::Random random(1);
  directory.power_loss(random);
  EXPECT_FALSE(*directory.exists("orders-0"));
  EXPECT_TRUE(*directory.exists("orders-0.x-delete/00000000000000000000.log"));
  ASSERT_TRUE(perform(directory, log::OpenLog{"orders-0", kTopic, Offset(0)}).ok()) << "the name is free";
  ASSERT_TRUE(perform(directory, log::RemoveFolder{"orders-0.x-delete"}).ok());
  EXPECT_FALSE(*directory.exists("orders-0.x-delete"));
  EXPECT_TRUE(*directory.exists("orders-0/00000000000000000000.log"));
  EXPECT_TRUE(perform(directory, log::RemoveFolder{"orders-0.x-delete"}).ok()) << "nothing to do";
  EXPECT_TRUE(perform(directory, log::RenameFolder{"nobody-0", "x"}).ok()) << "nothing to do";
}

TEST(Perform, OpenLogTouchesNoFolderThatIsAnothers) {
  const std::string foreign = log::print_partition_metadata(Uuid::from_halves(3, 4));
  const std::string own = log::print_partition_metadata(kTopic);
  for (const auto& [name, content, why] : std::vector<std::array<std::string, 3>>{
           {"partition.metadata", foreign, "of the topic with id " + Uuid::from_halves(3, 4).to_string()},
           {"partition.metadata", "?", "with a damaged partition.metadata"},
           {"00000000000000000007.log", "x", "with 00000000000000000007.log"},
           {"00000000000000000000.timeindex", "", "with 00000000000000000000.timeindex"}}) {
    MemoryDirectory directory;
    ASSERT_TRUE(directory.make_folder("orders-0").ok());
    put(directory, "orders-0/" + name, content);
    const auto changes = directory.changes();
    auto outcome = perform(directory, log::OpenLog{"orders-0", kTopic, Offset(0)});
    ASSERT_EQ(outcome.code(), ErrorCode::inconsistent_topic_id);
    EXPECT_EQ(outcome.error().detail, "/memory/orders-0 is left from before, " + why + ": move it away, then restart");
    EXPECT_EQ(directory.changes(), changes);
  }
  MemoryDirectory directory;
  ASSERT_TRUE(directory.make_folder("orders-0").ok());
  put(directory, "orders-0/partition.metadata", own);
  EXPECT_TRUE(perform(directory, log::OpenLog{"orders-0", kTopic, Offset(0)}).ok()) << "of a start cut short";
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

TEST(Perform, MeasuresTheFileSystem) {
  MemoryDirectory directory;
  auto measured = perform(directory, log::MeasureDirectory{});
  ASSERT_TRUE(measured.ok());
  EXPECT_EQ(std::get<log::DirectorySpace>(*measured).total_bytes, 1u << 30);
  EXPECT_EQ(std::get<log::DirectorySpace>(*measured).usable_bytes, 1u << 29);
  directory.fail_after(0, 0);
  EXPECT_EQ(perform(directory, log::MeasureDirectory{}).code(), ErrorCode::kafka_storage_error);
  EXPECT_TRUE(log::is_search(log::MeasureDirectory{})) << "it waits for no sync";
}

/// Counts the calls that read, and those that sync.
class CountingDirectory final : public Directory {
 public:
  explicit CountingDirectory(Directory& inner) : inner_(inner) {}
  std::uint64_t reads = 0, syncs = 0;
  std::uint64_t cold_from = UINT64_MAX,
                cold_to = 0;  ///< bytes of every file that are not in memory until they are read

  Result<base::FileRef> open(const std::string& path, Open how) override {
    auto opened = inner_.open(path, how);
    if (!opened) return opened;
    return base::FileRef(new CountingFile(std::move(*opened), *this));
  }
  Result<std::vector<Entry>> list(const std::string& folder) override { return inner_.list(folder); }
  Result<bool> exists(const std::string& path) override { return inner_.exists(path); }
  Status make_folder(const std::string& path) override { return inner_.make_folder(path); }
  Status rename(const std::string& from, const std::string& to) override { return inner_.rename(from, to); }
  Status remove(const std::string& path) override { return inner_.remove(path); }
  Status sync_folder(const std::string& path) override {
    ++syncs;
    return inner_.sync_folder(path);
  }
  Result<Space> space() override { return inner_.space(); }
  const std::string& path() const override { return inner_.path(); }

 private:
  class CountingFile final : public File {
   public:
    CountingFile(base::FileRef inner, CountingDirectory& counter)
        : File(inner->name()), inner_(std::move(inner)), counter_(counter) {}
    int descriptor() const override { return inner_->descriptor(); }
    Result<std::size_t> read(std::uint64_t position, char* to, std::size_t size) override {
      ++counter_.reads;
      if (position <= counter_.cold_from) counter_.cold_from = std::max(counter_.cold_from, position + size);
      return file(inner_).read(position, to, size);
    }
    std::optional<std::size_t> read_cached(std::uint64_t position, char* to, std::size_t size) override {
      ++counter_.reads;
      if (position < counter_.cold_to && position + size > counter_.cold_from) return std::nullopt;
      return file(inner_).read_cached(position, to, size);
    }
    Status write(std::uint64_t position, std::span<const iovec> pieces) override {
      return file(inner_).write(position, pieces);
    }
    Status sync() override {
      ++counter_.syncs;
      return file(inner_).sync();
    }
    Status truncate(std::uint64_t size) override { return file(inner_).truncate(size); }
    Result<std::uint64_t> size() override { return file(inner_).size(); }

   private:
    base::FileRef inner_;
    CountingDirectory& counter_;
  };
  Directory& inner_;
};

TEST(Perform, TheFirstAppendOfALogSyncsWhoseItIsAndNothingElse) {
  MemoryDirectory directory;
  CountingDirectory counting(directory);
  RunningLog running(counting, {});
  running.append(batch_of_size(100));
  running.run();
  EXPECT_EQ(running.log.end(), Offset(1));
  EXPECT_EQ(counting.syncs, 3u) << "the log directory, partition.metadata, its folder";
  EXPECT_TRUE(*directory.exists("orders-0/leader-epoch-checkpoint"));
  running.log.sync();
  running.run();
  EXPECT_EQ(running.log.recovery_point(), Offset(1));
  const auto epochs = content_of(directory, "orders-0/leader-epoch-checkpoint");
  base::Random random(1);
  directory.power_loss(random);
  EXPECT_EQ(content_of(directory, "orders-0/leader-epoch-checkpoint"), epochs) << "synced with the first segment";
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

/// An index of 20,000 entries, a batch of 1 KiB for every fourth KiB of it.
TEST_F(Searches, AReadFarBackCostsAFewCalls) {
  CountingDirectory counting(directory);
  running.emplace(counting, log::LogConfig{.segment_bytes = 1u << 30});
  for (int i = 0; i < 80'000; ++i) {
    running->append(test::batch_of_size(1024));
    if (i % 1000 == 999) running->run();
  }
  running->run();
  base::Random random(5);
  std::uint64_t most = 0, all = 0;
  constexpr int kReads = 500;
  for (int i = 0; i < kReads; ++i) {
    const Offset from(random.between(0, 70'000));
    const auto max_bytes = static_cast<std::uint32_t>(random.chance(0.5) ? 1 << 20 : 8'000);
    auto locate = std::get<log::Locate>(running->log.read(from, running->log.end(), max_bytes));
    counting.reads = 0;
    const auto located = std::get<log::Located>(*perform(counting, locate));
    ASSERT_EQ(located.position, static_cast<std::uint64_t>(from.value) * 1024);
    ASSERT_EQ(located.bytes, max_bytes / 1024 * 1024);
    const auto searching = counting.reads - (located.bytes + BatchScanner::kWindow - 1) / BatchScanner::kWindow;
    most = std::max(most, searching);
    all += searching;
  }
  RecordProperty("reads_per_locate", std::to_string(static_cast<double>(all) / kReads));
  EXPECT_LE(most, 5u);
  EXPECT_LE(all, kReads * 7 / 2);
}

/// Who goes on where he was needs no index; that of a segment is opened once for those who come from elsewhere.
TEST_F(Searches, WhoReadsOnIsFollowed) {
  CountingDirectory counting(directory);
  running.emplace(counting, log::LogConfig{.segment_bytes = 4 << 20});
  for (int i = 0; i < 20'000; ++i) {
    running->append(test::batch_of_size(1024));
    if (i % 1000 == 999) running->run();
  }
  running->run();
  int opened = 0;
  constexpr std::int64_t kLastSegment = 16'384;
  std::array<std::int64_t, 8> readers{0, 500, 1000, 4000, 4090, 9000, 9001, 17'000};
  for (int i = 0; i < 100; ++i) {
    for (auto& from : readers) {
      auto locate = std::get<log::Locate>(running->log.read(Offset(from), running->log.end(), 3000, 64 << 20));
      EXPECT_FALSE(from < kLastSegment && locate.fresh);
      EXPECT_TRUE(from < kLastSegment || i == 0 || locate.fresh);
      EXPECT_FALSE(std::get<log::Locate>(running->log.read(Offset(from), running->log.end(), 3000, 4096)).fresh);
      counting.reads = 0;
      auto found = perform_cached(locate);
      opened += found ? 0 : 1;
      if (!found) found = perform(counting, locate);
      const auto range = running->log.found(locate, std::get<log::Located>(std::move(**found)));
      ASSERT_EQ(range.position % (4 << 20), static_cast<std::uint64_t>(from % 4096) * 1024);
      from += static_cast<std::int64_t>(range.bytes) / 1024;
      EXPECT_TRUE(i == 0 || counting.reads <= 3) << counting.reads;
    }
  }
  EXPECT_EQ(opened, 3) << "segments in the middle of which somebody began";
}

/// The header of a range is in memory, its end is not: who sends it would wait for the disk.
TEST_F(Searches, WhatIsNotInMemoryIsReadBeforeItIsFound) {
  for (const std::uint32_t size : {6'000, 100'000}) {
    MemoryDirectory empty;
    CountingDirectory counting(empty);
    running.emplace(counting, log::LogConfig{.segment_bytes = 16 * size});
    for (int i = 0; i < 30; ++i) running->append(test::batch_of_size(size));
    running->run();
    auto locate = std::get<log::Locate>(running->log.read(Offset(2), running->log.end(), size));
    locate.hint = 2ull * size;
    locate.near = locate.exact = true;
    locate.offset_entries = 0;
    ASSERT_TRUE(perform_cached(locate));
    counting.cold_from = 2ull * size + 4096;
    counting.cold_to = 3ull * size;
    ASSERT_FALSE(perform_cached(locate));
    locate.fresh = true;
    ASSERT_TRUE(perform_cached(locate)) << "it is not even asked";
    locate.fresh = false;
    const auto located = std::get<log::Located>(*perform(counting, locate));
    EXPECT_EQ(located.position, 2ull * size);
    EXPECT_EQ(located.bytes, size);
    EXPECT_GE(counting.cold_from, counting.cold_to) << "all of it was read";
    EXPECT_TRUE(perform_cached(locate));
    running.reset();
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
