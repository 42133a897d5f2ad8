#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "cluster/metadata_record.h"
#include "quorum/voters.h"
#include "records/builder.h"

#include <span>
#include <string>

/// The batches of the metadata log and of snapshots.
namespace kstream::quorum {

/// A plain batch: a metadata record in each value, no keys.
class MetadataBatch {
 public:
  void append(const cluster::MetadataRecord& record, Timestamp time);
  std::size_t size() const { return builder_.size(); }
  std::int32_t count() const { return builder_.count(); }
  bool empty() const { return builder_.empty(); }
  std::string finish(Offset base, LeaderEpoch epoch);

 private:
  records::BatchBuilder builder_;
  std::string value_;
};

/// What begins the epoch of a leader: LEADER_CHANGE, and where the log has yet to say who votes, also KRAFT_VERSION and
/// KRAFT_VOTERS.
std::string leader_change_batch(NodeId leader, const Voters& voters, bool with_voters, LeaderEpoch epoch,
                                Timestamp time);
/// What begins and ends a snapshot.
std::string snapshot_header_batch(Timestamp last_contained, const Voters& voters, LeaderEpoch epoch, Timestamp time);
std::string snapshot_footer_batch(Offset base, LeaderEpoch epoch, Timestamp time);

}  // namespace kstream::quorum
