#include "quorum/batches.h"

#include "cluster/features.h"
#include "protocol/raft_records.h"
#include "records/control.h"

namespace kstream::quorum {
namespace {

using records::ControlType;

/// Control records, gathered into one batch.
class ControlBatch {
 public:
  explicit ControlBatch(Timestamp time) : time_(time) {}
  void append(ControlType type, base::BytesView value) {
    const auto key = records::control_key(type);
    builder_.append(time_, base::BytesView(key.data(), key.size()), value);
  }
  void append_voters(const Voters& voters) {
    protocol::KRaftVersionRecord version;
    version.kraft_version = cluster::kKraftVersionLevel;
    append(ControlType::kraft_version, *protocol::encoded(version, 0));
    append(ControlType::kraft_voters, encode_voters(voters));
  }
  std::string finish(Offset base, LeaderEpoch epoch) {
    return *builder_.finish({.base_offset = base, .leader_epoch = epoch, .control = true});
  }

 private:
  Timestamp time_;
  records::BatchBuilder builder_;
};

}  // namespace

void MetadataBatch::append(const cluster::MetadataRecord& record, Timestamp time) {
  value_.clear();
  cluster::encode_record(record, cluster::written_version(record), value_);
  builder_.append(time, std::nullopt, value_);
}

std::string MetadataBatch::finish(Offset base, LeaderEpoch epoch) {
  return *builder_.finish({.base_offset = base, .leader_epoch = epoch});
}

std::string leader_change_batch(NodeId leader, const Voters& voters, bool with_voters, LeaderEpoch epoch,
                                Timestamp time) {
  // Kafka writes version 0, which names no directories.
  protocol::LeaderChangeMessage change;
  change.leader_id = leader.value;
  for (const Voter& voter : voters) change.voters.emplace_back().voter_id = voter.node.value;
  change.granting_voters = change.voters;
  ControlBatch batch(time);
  batch.append(ControlType::leader_change, *protocol::encoded(change, 0));
  if (with_voters) batch.append_voters(voters);
  return batch.finish(Offset(0), epoch);
}

std::string snapshot_header_batch(Timestamp last_contained, const Voters& voters, LeaderEpoch epoch, Timestamp time) {
  protocol::SnapshotHeaderRecord header;
  header.last_contained_log_timestamp = last_contained.value;
  ControlBatch batch(time);
  batch.append(ControlType::snapshot_header, *protocol::encoded(header, 0));
  batch.append_voters(voters);
  return batch.finish(Offset(0), epoch);
}

std::string snapshot_footer_batch(Offset base, LeaderEpoch epoch, Timestamp time) {
  ControlBatch batch(time);
  batch.append(ControlType::snapshot_footer, *protocol::encoded(protocol::SnapshotFooterRecord{}, 0));
  return batch.finish(base, epoch);
}

}  // namespace kstream::quorum
