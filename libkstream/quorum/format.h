#pragma once

#include <kstream/result.h>

#include "base/bytes.h"
#include "log/jobs.h"
#include "quorum/voters.h"

#include <string>

/// The files of the metadata folder that are not segments.
namespace kstream::quorum {

/// Where the metadata log lives within its log directory.
inline constexpr const char* kMetadataFolder = "__cluster_metadata-0";
inline constexpr const char* kQuorumStateFile = "quorum-state";

/// What a newly formatted directory holds beside meta.properties: the snapshot of offset 0 with voters and features
/// (KIP-1170). The folder must have been made; an existing log is left alone by not writing this.
log::ReplaceFile initial_snapshot(const Voters& voters, Timestamp now);

/// Kafka's `quorum-state`: who leads in the newest epoch that this node knows of.
struct QuorumState {
  NodeId leader = cluster::kNoNode;
  LeaderEpoch epoch;
  log::ReplaceFile file() const;
  /// KAFKA_STORAGE_ERROR if it is damaged.
  static Result<QuorumState> parse(base::BytesView json);
};

}  // namespace kstream::quorum
