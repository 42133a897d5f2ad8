#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/config/topic_config.h"
#include "cluster/image.h"
#include "log/recovered.h"
#include "quorum/batch_stream.h"
#include "quorum/snapshot.h"
#include "quorum/voters.h"

#include <string>
#include <vector>

namespace kstream::quorum {

/// What the metadata folder holds, read at start.
struct Loaded {
  cluster::ImageRef image;                 ///< of everything in the log: what a single voter has synced is committed
  Offset next;                             ///< behind the last batch
  LeaderEpoch last_epoch;                  ///< the newest epoch that this node has seen; 0 if it has seen none
  Voters voters;                           ///< empty if neither snapshot nor log says who votes
  std::vector<SnapshotId> snapshots;       ///< found, oldest first
  std::uint64_t bytes_since_snapshot = 0;  ///< of batches behind the snapshot that was loaded
  std::vector<std::string> notes;          ///< for the operator, one line each: snapshots that could not be used
};

/// Loads the newest snapshot that is whole and the batches behind it. `names` are the folder's files, `recovered` what
/// storage::recover made of its segments: it has cut a torn tail. What cannot be read, decoded or applied is an error
/// that names file and offset; starting without it would lose what was committed. INCONSISTENT_VOTER_SET: the log
/// belongs to other voters than `self` alone.
Result<Loaded> load(const log::RecoveredLog& recovered, const std::vector<std::string>& names, const ReadFile& read,
                    const Voter& self, const config::TopicConfig& defaults);

}  // namespace kstream::quorum
