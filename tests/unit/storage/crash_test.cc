#include "records/iterate.h"
#include "running_log.h"
#include "storage/log_dir.h"
#include "storage/verify_log.h"

#include <gtest/gtest.h>

#include <algorithm>

/// A log lives many lives on one disk, each ended by a clean stop, a crash of the process or a power loss, and after
/// each of them it is compared with what was given to it.
namespace kstream::storage {
namespace {

using test::MemoryDirectory;

struct ModelBatch {
  Offset base, next;
  LeaderEpoch epoch;
  Timestamp max_timestamp;
  std::string bytes;
};

class Lives {
 public:
  explicit Lives(std::uint64_t seed) : random_(seed) {
    config_.segment_bytes = static_cast<std::uint32_t>(random_.between(2000, 8000));
    config_.index_interval_bytes = static_cast<std::uint32_t>(random_.below(3) ? random_.below(800) : 0);
    config_.segment_index_bytes = static_cast<std::uint32_t>(random_.below(4) ? 10u << 20 : random_.between(48, 400));
    config_.retention_bytes = random_.chance(0.5) ? random_.between(0, 20'000) : -1;
    config_.file_delete_delay = std::chrono::milliseconds(random_.below(3));
  }

  void run() {
    for (int life = 0; life < 6 && !testing::Test::HasFatalFailure(); ++life) {
      start();
      if (testing::Test::HasFatalFailure()) return;
      const auto steps = random_.below(200);
      for (std::uint64_t i = 0; i < steps; ++i) act();
      end();
      running_.reset();
    }
  }

 private:
  void start() {
    for (int attempt = 0;; ++attempt) {
      // A start may be ended by a crash too.
      const bool interrupted = attempt < 3 && random_.chance(0.3);
      if (interrupted) directory_.fail_after(1 + random_.below(15), random_.next());
      if (try_start()) break;
      directory_.repair();
      ASSERT_TRUE(interrupted);
      if (random_.chance(0.3)) lose_power();
    }
    directory_.repair();
  }

  bool try_start() {
    auto previous = begin_run(directory_, boot());
    if (!previous) return false;
    auto there = directory_.exists("orders-0");
    if (!there) return false;
    if (!*there) {
      if (!end_recovery(directory_, boot(), {})) return false;
      check_bounds(Offset(0), Offset(0));
      model_.clear();
      running_.emplace(directory_, config_);
      return true;
    }
    auto points = read_checkpoint(directory_, kRecoveryPoints), starts = read_checkpoint(directory_, kLogStarts);
    if (!points || !starts) return false;
    const log::TopicPartition key{"orders", PartitionId(0)};
    const RecoverRequest request{"orders-0", kTopic, previous->trust, (*points)[key], (*starts)[key]};
    for (const auto& fault : faults((*points)[key], (*starts)[key], previous->trust == Trust::clean)) {
      EXPECT_TRUE(fault.harmless) << fault.path << ": " << fault.text;
      EXPECT_NE(previous->trust, Trust::clean) << fault.path << ": " << fault.text;
    }
    auto found = recover(directory_, request, config_, kNow);
    if (!found) {
      EXPECT_EQ(found.code(), ErrorCode::kafka_storage_error) << found.error().to_string();
      return false;
    }
    if (!end_recovery(directory_, boot(), {})) return false;
    check(*found);
    for (const auto& fault : faults(found->recovery_point, found->start, false))
      ADD_FAILURE() << fault.path << ": " << fault.text;
    running_.emplace(directory_, config_, std::move(*found));
    return true;
  }

  /// What a verification finds, which changes nothing; nothing if the disk is out of order.
  std::vector<Fault> faults(Offset recovery_point, Offset log_start, bool closed) {
    std::vector<Fault> found;
    auto verified = verify_log(directory_, {"orders-0", recovery_point, log_start, closed},
                               [&](Fault fault) { found.push_back(std::move(fault)); });
    return verified ? found : std::vector<Fault>();
  }

  void check_bounds(Offset start, Offset end) {
    ASSERT_GE(end, must_keep_) << "something durable was lost";
    ASSERT_LE(end, reserved_end_);
    ASSERT_LE(start, log_start_);
    must_keep_ = end;
    reserved_end_ = end;
    log_start_ = start;
  }

  void check(const log::RecoveredLog& found) {
    check_bounds(found.start, found.end);
    while (!model_.empty() && model_.back().next > found.end) model_.pop_back();
    ASSERT_TRUE(found.end == found.start || (!model_.empty() && model_.back().next == found.end));
    Offset expected_base = found.segments.empty() ? found.end : found.segments[0].base;
    for (const auto& segment : found.segments) {
      ASSERT_EQ(segment.base, expected_base) << "a gap";
      check_segment_files(segment, expected_base);
    }
    ASSERT_EQ(expected_base, found.end);
    log::Epochs epochs;
    for (const auto& batch : model_) epochs.assign(batch.epoch, batch.base);
    // A log start that was not in the checkpoint yet comes back, but epochs that ended before it do not.
    const auto& entries = found.epochs.entries();
    const Offset known_from = entries.empty() ? found.start : std::max(found.start, entries[0].start);
    ASSERT_LE(known_from, std::max(found.start, highest_start_));
    epochs.truncate_from_start(known_from);
    if (found.start == found.end) return;  // the last epoch may be known or not: no record is of it
    ASSERT_EQ(found.epochs.print(), epochs.print());
  }

  /// The log holds the batches given, byte for byte, and each entry of its indexes is true. `base` becomes its end.
  void check_segment_files(const log::RecoveredSegment& segment, Offset& base) {
    const auto content = [&](const char* suffix) {
      return content_of(directory_, log::segment_path("orders-0", segment.base, suffix));
    };
    const std::string log = content(".log"), offsets = content(".index"), times = content(".timeindex");
    ASSERT_EQ(log.size(), segment.bytes);
    ASSERT_EQ(offsets.size(), segment.index.offset_count() * log::OffsetEntry::kSize);
    ASSERT_EQ(times.size(), segment.index.time_count() * log::TimeEntry::kSize);
    std::map<std::int64_t, std::int64_t> positions;                    // of batches, by last offset
    std::map<std::int64_t, std::pair<Timestamp, Timestamp>> greatest;  // by last offset: of the batch, up to it
    std::int64_t position = 0;
    Timestamp so_far = kNoTimestamp;
    auto batch = std::find_if(model_.begin(), model_.end(), [&](const auto& b) { return b.base == base; });
    for (; position < static_cast<std::int64_t>(log.size()); ++batch) {
      ASSERT_TRUE(batch != model_.end());
      ASSERT_EQ(log.substr(static_cast<std::size_t>(position), batch->bytes.size()), batch->bytes);
      so_far = std::max(so_far, batch->max_timestamp);
      positions[batch->next.value - 1] = position;
      greatest[batch->next.value - 1] = {batch->max_timestamp, so_far};
      position += static_cast<std::int64_t>(batch->bytes.size());
      base = batch->next;
    }
    ASSERT_EQ(segment.index.largest_timestamp(), so_far);
    for (std::size_t at = 0; at < offsets.size(); at += log::OffsetEntry::kSize) {
      const auto entry = log::OffsetEntry::load(offsets.data() + at);
      ASSERT_EQ(positions.at(segment.base.value + entry.relative), entry.position);
    }
    for (std::size_t at = 0; at < times.size(); at += log::TimeEntry::kSize) {
      const auto entry = log::TimeEntry::load(times.data() + at);
      ASSERT_EQ(greatest.at(segment.base.value + entry.relative), std::pair(entry.timestamp, entry.timestamp));
    }
  }

  void act() {
    log::Log& log = running_->log;
    switch (random_.below(20)) {
      case 0:
        return log.sync();
      case 1:
        return log.tick(kNow, log.end());
      case 2:
        return log.raise_start(random_.chance(0.1) ? Offset(random_.between(log.start().value, log.end().value))
                                                   : log.start());
      case 3:
        return write_checkpoints();
      case 4:
        return check_read();
      case 5:
        return check_time();
      case 6:
        epoch_ += random_.chance(0.2) ? 1 : 0;
        return;
      case 7:
      case 8:
      case 9:
      case 10:
      case 11:
        return append();
      default:
        running_->step(random_.next());
    }
  }

  void append() {
    const auto first = Timestamp(random_.chance(0.1) ? -1 : random_.between(0, 5000));
    const int count = first == kNoTimestamp ? 1 : static_cast<int>(random_.between(1, 5));
    const auto batch = test::produced_batch(count, first, random_.below(random_.chance(0.1) ? 300 : 40),
                                            static_cast<char>('a' + random_.below(26)));
    auto reserved = running_->log.append(batch.valid, batch.bytes, LeaderEpoch(epoch_), kNow);
    ASSERT_TRUE(reserved.ok());
    std::string bytes(batch.bytes.bytes);
    base::store_be(bytes.data(), reserved->base.value);
    base::store_be(bytes.data() + records::at::kLeaderEpoch, epoch_);
    model_.push_back({reserved->base, reserved->last + 1, LeaderEpoch(epoch_), batch.valid.max_timestamp, bytes});
  }

  void write_checkpoints() {
    const log::TopicPartition key{"orders", PartitionId(0)};
    ASSERT_TRUE(write_checkpoint(directory_, kRecoveryPoints, {{key, running_->log.recovery_point()}}).ok());
    ASSERT_TRUE(write_checkpoint(directory_, kLogStarts, {{key, running_->log.start()}}).ok());
  }

  void check_read() {
    const log::Log& log = running_->log;
    if (log.start() == log.end()) return;
    const Offset from(random_.between(log.start().value, log.end().value - 1));
    const auto max_bytes = static_cast<std::uint32_t>(random_.below(2000));
    const std::string bytes = running_->read(from, log.end(), max_bytes);
    auto batch = std::find_if(model_.begin(), model_.end(), [&](const auto& b) { return b.next > from; });
    ASSERT_FALSE(bytes.empty());
    ASSERT_TRUE(bytes.size() <= max_bytes || bytes.size() == batch->bytes.size());
    for (base::BytesView rest = bytes; !rest.empty(); ++batch) {
      ASSERT_TRUE(batch != model_.end() && batch->next <= log.end());
      ASSERT_TRUE(rest.starts_with(batch->bytes));
      rest.remove_prefix(batch->bytes.size());
    }
  }

  void check_time() {
    const log::Log& log = running_->log;
    const Timestamp target(random_.between(0, 5000));
    auto what = log.find_timestamp(target, false, log.end());
    const auto found = what ? std::get<log::FoundRecord>(*perform(directory_, *what)) : log::FoundRecord{};
    log::FoundRecord expected;
    for (const auto& batch : model_) {
      if (batch.next <= log.start() || batch.next > log.end() || expected.offset != kNoOffset) continue;
      records::RecordReader reader(*records::parse_header(batch.bytes), records::payload(batch.bytes));
      for (RecordView record; reader.next(record);) {
        if (record.timestamp < target || record.offset < log.start()) continue;
        expected = {record.offset, record.timestamp, batch.epoch};
        break;
      }
    }
    ASSERT_EQ(found.offset, expected.offset);
    ASSERT_EQ(found.timestamp, expected.timestamp);
    ASSERT_EQ(found.leader_epoch, expected.leader_epoch);
  }

  void end() {
    log::Log& log = running_->log;
    if (random_.chance(0.25)) {
      log.close();
      while (running_->step(random_.next())) continue;
      ASSERT_TRUE(log.idle() && !log.failed());
      ASSERT_EQ(log.recovery_point(), log.end());
      write_checkpoints();
      ASSERT_TRUE(end_run(directory_, 1).ok());
    } else if (random_.chance(0.5)) {
      directory_.fail_after(1 + random_.below(20), random_.next());
      while (running_->step(random_.next())) continue;
      directory_.repair();
    }
    log_start_ = log.start();
    highest_start_ = std::max(highest_start_, log_start_);
    must_keep_ = log.end();
    synced_ = log.recovery_point();
    reserved_end_ = log.reserved_end();
    if (random_.chance(0.4)) lose_power();
  }

  void lose_power() {
    directory_.power_loss(random_);
    ++boots_;
    must_keep_ = std::min(must_keep_, synced_);
  }
  std::string boot() const { return "boot-" + std::to_string(boots_); }

  base::Random random_;
  MemoryDirectory directory_;
  log::LogConfig config_;
  std::optional<RunningLog> running_;
  std::vector<ModelBatch> model_;
  std::int32_t epoch_ = 0;
  int boots_ = 0;
  // Of the run before: what must be found again after a crash of the process, after a power loss, and at most.
  Offset must_keep_, synced_, reserved_end_, log_start_, highest_start_;
};

TEST(Crash, NothingDurableIsLostAndNoOffsetChangesItsRecord) {
  const char* only = std::getenv("KSTREAM_SEED");
  const std::uint64_t first = only ? std::stoull(only) : 0;
  for (std::uint64_t seed = first; seed < (only ? first + 1 : 400); ++seed) {
    SCOPED_TRACE("KSTREAM_SEED=" + std::to_string(seed));
    Lives(seed).run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace kstream::storage
