#include "quorum/quorum.h"

#include "base/assert.h"
#include "quorum/batches.h"
#include "quorum/format.h"

#include <algorithm>
#include <utility>

namespace kstream::quorum {
namespace {

log::LogConfig without_retention(log::LogConfig config) {
  config.retention_ms = std::chrono::milliseconds(-1);
  config.retention_bytes = -1;
  return config;
}

/// The snapshot that `path` names; nothing for other files.
std::optional<SnapshotId> snapshot_at(const std::string& path) {
  return SnapshotId::parse(std::string_view(path).substr(path.rfind('/') + 1));
}

std::string snapshot_path(SnapshotId id) { return std::string(kMetadataFolder) + "/" + id.file_name(); }

/// Whether an operation is the quorum's own and not its log's.
bool is_own(const log::Operation& operation) {
  if (std::holds_alternative<log::RemoveFile>(operation)) return true;
  const auto* file = std::get_if<log::ReplaceFile>(&operation);
  return file && (file->path.ends_with(kQuorumStateFile) || snapshot_at(file->path));
}

}  // namespace

Quorum::Quorum(QuorumConfig config, Loaded loaded, log::RecoveredLog recovered, base::Now now)
    : config_(std::move(config)),
      log_(kMetadataFolder, kMetadataTopicId, without_retention(config_.log), std::move(recovered)),
      epoch_(loaded.last_epoch.value + 1),
      committed_(log_.recovery_point()),
      voters_known_(loaded.next > Offset(0) && loaded.voters == Voters{config_.self}),
      snapshots_(std::move(loaded.snapshots)),
      bytes_since_snapshot_(loaded.bytes_since_snapshot),
      changed_since_snapshot_(snapshots_.empty() || snapshots_.back().end <= loaded.image->offset()),
      interval_ends_(now.mono + config_.max_snapshot_interval) {
  KS_ASSERT(log_.end() == loaded.next);
  own_.push_back(QuorumState{config_.self.node, epoch_}.file());
}

void Quorum::take_operations(std::vector<log::Operation>& out) {
  own_in_flight_ += own_.size();
  std::move(own_.begin(), own_.end(), std::back_inserter(out));
  own_.clear();
  log_.take_operations(out);
}

void Quorum::done(log::Operation&& operation, Result<log::Outcome> result, base::Now now) {
  if (!result) state_ = State::lost;
  if (!is_own(operation)) {
    log_.done(std::move(operation), std::move(result), now);
    if (state_ != State::lost) log_done();
    return;
  }
  KS_ASSERT(own_in_flight_ > 0);
  --own_in_flight_;
  const auto* file = std::get_if<log::ReplaceFile>(&operation);
  if (state_ != State::lost && file) own_done(*file, now);
}

void Quorum::own_done(const log::ReplaceFile& file, base::Now now) {
  if (const auto id = snapshot_at(file.path)) {
    snapshot_written(*id, now);
  } else {
    begin_epoch(now);
  }
}

void Quorum::begin_epoch(base::Now now) {
  if (closing_) return;
  state_ = State::writing_leader_change;
  const auto reserved =
      append_batch(leader_change_batch(config_.self.node, {config_.self}, !voters_known_, epoch_, now.wall), now);
  if (!reserved) return static_cast<void>(state_ = State::lost);
  leading_from_ = reserved->last + 1;
}

Result<log::Log::Reserved> Quorum::append_batch(std::string bytes, base::Now now) {
  const auto header = records::parse_header(bytes);
  KS_ASSERT(header.ok());
  bytes_since_snapshot_ += bytes.size();
  return log_.append({*header, header->max_timestamp}, base::Slice::copy_of(bytes), epoch_, now);
}

Result<Quorum::Appended> Quorum::append(std::span<const cluster::MetadataRecord> records, base::Now now) {
  KS_ASSERT(!records.empty());
  if (state_ != State::leading || closing_) return ErrorCode::not_controller;
  MetadataBatch batch;
  for (const auto& record : records) batch.append(record, now.wall);
  const std::size_t limit = std::min<std::size_t>(kMaxBatchBytes, config_.log.segment_bytes);
  if (batch.size() > limit) {
    return {ErrorCode::record_list_too_large, "the change takes a batch of " + std::to_string(batch.size()) +
                                                  " bytes; at most " + std::to_string(limit) +
                                                  " can be written at once"};
  }
  const auto reserved = append_batch(batch.finish(Offset(0), epoch_), now);
  if (!reserved) return {ErrorCode::not_controller, reserved.error().detail};
  changed_since_snapshot_ = true;
  return Appended{reserved->base, reserved->last, epoch_};
}

void Quorum::close() {
  closing_ = true;
  log_.close();
}

void Quorum::log_done() {
  if (log_.end() > log_.recovery_point()) log_.sync();
  committed_ = std::max(committed_, log_.recovery_point());
  if (state_ == State::writing_leader_change && committed_ >= leading_from_) state_ = State::leading;
}

void Quorum::tick(base::Now now) {
  log_.tick(now, committed_);
  if (now.mono < interval_ends_) return;
  interval_passed_ = true;
  interval_ends_ = base::MonoTime::never();
}

base::MonoTime Quorum::next_tick() const { return std::min(log_.next_tick(), interval_ends_); }

bool Quorum::snapshot_due() const {
  return state_ == State::leading && changed_since_snapshot_ && !snapshot_in_flight_ &&
         (interval_passed_ || bytes_since_snapshot_ >= config_.max_bytes_between_snapshots);
}

SnapshotJob Quorum::begin_snapshot(cluster::ImageRef committed, base::Now now) {
  const auto& last = committed->last();
  KS_ASSERT(last.offset >= Offset(0) && last.offset < committed_ && !snapshot_in_flight_);
  snapshot_in_flight_ = true;
  ++own_in_flight_;
  changed_since_snapshot_ = last.offset + 1 < log_.reserved_end();
  bytes_since_snapshot_ = 0;
  interval_passed_ = false;
  interval_ends_ = now.mono + config_.max_snapshot_interval;
  return {kMetadataFolder, {last.offset + 1, last.epoch}, std::move(committed), {config_.self}, now.wall};
}

void Quorum::snapshot_written(SnapshotId id, base::Now now) {
  snapshot_in_flight_ = false;
  for (const SnapshotId& old : std::exchange(snapshots_, {id})) {
    if (old != id) own_.push_back(log::RemoveFile{snapshot_path(old)});
  }
  log_.raise_start(id.end);
  log_.tick(now, committed_);
}

}  // namespace kstream::quorum
