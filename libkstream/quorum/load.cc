#include "quorum/load.h"

#include "cluster/metadata_record.h"
#include "cluster/replay.h"
#include "protocol/raft_records.h"
#include "quorum/format.h"
#include "records/control.h"

#include <algorithm>
#include <utility>

namespace kstream::quorum {
namespace {

using records::ControlType;

/// A batch of metadata is at most 8 MiB.
constexpr std::size_t kMaxRecordBytes = 64 << 20;

Error damaged(std::string what) { return {ErrorCode::kafka_storage_error, std::move(what)}; }

/// Calls `each(record)` until it fails; a failure names file, position and offset.
template <class F>
Status each_record(const records::BatchView& batch, const BatchStream& stream, F&& each) {
  std::string scratch;
  const auto bytes = records::record_bytes(batch, kMaxRecordBytes, scratch);
  if (!bytes) return stream.error(bytes.code(), bytes.error().detail);
  records::RecordReader reader(batch.header, *bytes);
  for (RecordView record; reader.next(record);) {
    if (Status status = each(record); !status) return stream.error(status.code(), status.error().detail);
  }
  if (!reader.status()) return stream.error(reader.status().code(), reader.status().error().detail);
  return {};
}

class Loader {
 public:
  Loader(const log::RecoveredLog& recovered, const ReadFile& read, NodeId self, const config::TopicConfig& defaults)
      : recovered_(recovered), read_(read), self_(self), defaults_(defaults), replay_(empty(), defaults, self) {}

  Status quorum_state(const std::vector<std::string>& names);
  Status snapshots(const std::vector<std::string>& names);
  Status log();
  Status check(const Voter& self) const;
  Loaded take();

 private:
  static cluster::ImageRef empty() { return base::make_counted<const cluster::Image>(); }
  Offset log_start() const { return recovered_.segments.empty() ? recovered_.start : recovered_.segments.front().base; }
  Status snapshot(SnapshotId id);
  Status snapshot_record(const RecordView& record, cluster::RecordPosition at);
  Status segment(const log::RecoveredSegment& segment);
  Status log_batch(const records::BatchView& batch, const BatchStream& stream);
  Status metadata(const RecordView& record, cluster::RecordPosition at);
  Status control(const RecordView& record);
  void see(LeaderEpoch epoch) { loaded_.last_epoch = std::max(loaded_.last_epoch, epoch); }

  const log::RecoveredLog& recovered_;
  const ReadFile& read_;
  const NodeId self_;
  const config::TopicConfig& defaults_;
  cluster::Replay replay_;
  Loaded loaded_;
  /// Of the snapshot that is being read.
  std::optional<ControlType> last_control_;
  Timestamp last_contained_;
};

Status Loader::quorum_state(const std::vector<std::string>& names) {
  constexpr std::size_t kMaxBytes = 64 << 10;
  if (std::find(names.begin(), names.end(), kQuorumStateFile) == names.end()) return {};
  const auto text = read_(kQuorumStateFile, 0, kMaxBytes);
  if (!text) return text.error();
  const auto state = QuorumState::parse(*text);
  if (!state) return state.error();
  see(state->epoch);
  return {};
}

Status Loader::snapshots(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (const auto id = SnapshotId::parse(name)) loaded_.snapshots.push_back(*id);
  }
  std::sort(loaded_.snapshots.begin(), loaded_.snapshots.end());
  if (!loaded_.snapshots.empty() && loaded_.snapshots.back().end > recovered_.end) {
    return damaged("the metadata log ends at offset " + std::to_string(recovered_.end.value) + ", before " +
                   loaded_.snapshots.back().file_name() + " does: part of it was lost");
  }
  for (auto id = loaded_.snapshots.rbegin(); id != loaded_.snapshots.rend(); ++id) {
    const Status read = snapshot(*id);
    if (read) return {};
    loaded_.notes.push_back("snapshot not used: " + read.error().detail);
    loaded_.voters.clear();
    replay_ = cluster::Replay(empty(), defaults_, self_);
  }
  if (log_start() == Offset(0) && loaded_.notes.empty()) return {};
  return damaged(loaded_.notes.empty() ? "the metadata log begins at offset " + std::to_string(log_start().value) +
                                             " and there is no snapshot of what came before"
                                       : loaded_.notes.front());
}

Status Loader::snapshot(SnapshotId id) {
  BatchStream stream(read_, id.file_name());
  if (id.end < log_start()) {
    return damaged(id.file_name() + " ends before the log begins, at offset " + std::to_string(log_start().value));
  }
  last_control_.reset();
  bool first = true;
  records::BatchView batch;
  for (;;) {
    const auto more = stream.next(batch);
    if (!more) return more.error();
    if (!*more) break;
    if (last_control_ == ControlType::snapshot_footer) return damaged(id.file_name() + " has data behind its footer");
    const Status read = each_record(batch, stream, [&](const RecordView& record) {
      if (batch.header.is_control()) return control(record);
      return metadata(record, {id.end + -1, id.epoch, last_contained_});
    });
    if (!read) return read;
    if (std::exchange(first, false) && !last_control_) return damaged(id.file_name() + " has no header");
  }
  if (last_control_ != ControlType::snapshot_footer) return damaged(id.file_name() + " has no footer");
  loaded_.next = id.end;
  see(id.epoch);
  return {};
}

Status Loader::control(const RecordView& record) {
  const auto type = records::parse_control_key(record.key.value_or(base::BytesView()));
  if (!type || !record.value) return {};
  last_control_ = type;
  if (type == ControlType::snapshot_header) {
    const auto header = protocol::decoded<protocol::SnapshotHeaderRecord>(*record.value, 0);
    if (!header) return {ErrorCode::corrupt_message, header.error().detail};
    last_contained_ = Timestamp(header->last_contained_log_timestamp);
  }
  if (type == ControlType::kraft_voters) {
    auto voters = decode_voters(*record.value);
    if (!voters) return voters.error();
    loaded_.voters = *std::move(voters);
  }
  return {};
}

Status Loader::metadata(const RecordView& record, cluster::RecordPosition at) {
  const std::string where = "offset " + std::to_string(record.offset.value) + ": ";
  if (!record.value) return {ErrorCode::corrupt_message, where + "a metadata record without a value"};
  const auto decoded = cluster::decode_record(*record.value);
  if (!decoded) return {decoded.code(), where + decoded.error().detail};
  return replay_.apply(decoded->record, at);
}

Status Loader::log() {
  for (std::size_t i = 0; i < recovered_.segments.size(); ++i) {
    const bool covered = i + 1 < recovered_.segments.size() && recovered_.segments[i + 1].base <= loaded_.next;
    if (covered) continue;
    if (Status read = segment(recovered_.segments[i]); !read) return read;
  }
  if (loaded_.next == recovered_.end) return {};
  return damaged("the metadata log ends at offset " + std::to_string(loaded_.next.value) + ", but recovery found " +
                 std::to_string(recovered_.end.value));
}

Status Loader::segment(const log::RecoveredSegment& segment) {
  const std::string& path = segment.file->name();
  BatchStream stream(read_, path.substr(path.rfind('/') + 1));
  records::BatchView batch;
  for (;;) {
    const auto more = stream.next(batch);
    if (!more) return more.error();
    if (!*more) return {};
    see(batch.header.leader_epoch);
    if (batch.header.last_offset() < loaded_.next) continue;
    if (Status read = log_batch(batch, stream); !read) return read;
  }
}

Status Loader::log_batch(const records::BatchView& batch, const BatchStream& stream) {
  if (batch.header.base_offset > loaded_.next) {
    return stream.error(ErrorCode::kafka_storage_error,
                        "the batches of offsets " + std::to_string(loaded_.next.value) + " to " +
                            std::to_string(batch.header.base_offset.value - 1) + " are missing");
  }
  const Status read = each_record(batch, stream, [&](const RecordView& record) {
    if (batch.header.is_control()) return control(record);
    if (record.offset < loaded_.next) return Status();  // The snapshot has it.
    return metadata(record, {record.offset, batch.header.leader_epoch, record.timestamp});
  });
  loaded_.next = batch.header.next_offset();
  loaded_.bytes_since_snapshot += batch.bytes.size();
  return read;
}

Status Loader::check(const Voter& self) const {
  const auto is_self = [&](const Voter& v) { return v.node == self.node && v.directory == self.directory; };
  if (loaded_.voters.empty() || (loaded_.voters.size() == 1 && is_self(loaded_.voters.front()))) return {};
  std::string who;
  for (const Voter& v : loaded_.voters) {
    who += (who.empty() ? "" : ", ") + std::to_string(v.node.value) + "-" + v.directory.to_string();
  }
  return {ErrorCode::inconsistent_voter_set, "the voters of this metadata log are " + who + ", not " +
                                                 std::to_string(self.node.value) + "-" + self.directory.to_string() +
                                                 " alone"};
}

Loaded Loader::take() {
  loaded_.image = replay_.image();
  return std::move(loaded_);
}

}  // namespace

Result<Loaded> load(const log::RecoveredLog& recovered, const std::vector<std::string>& names, const ReadFile& read,
                    const Voter& self, const config::TopicConfig& defaults) {
  Loader loader(recovered, read, self.node, defaults);
  if (Status status = loader.quorum_state(names); !status) return status.error();
  if (Status status = loader.snapshots(names); !status) return status.error();
  if (Status status = loader.log(); !status) return status.error();
  if (Status status = loader.check(self); !status) return status.error();
  return loader.take();
}

}  // namespace kstream::quorum
