#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/time.h"
#include "cluster/image.h"
#include "cluster/metadata_record.h"
#include "log/log.h"
#include "quorum/load.h"
#include "quorum/snapshot.h"
#include "quorum/voters.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kstream::quorum {

struct QuorumConfig {
  Voter self;
  log::LogConfig log;                                    ///< retention is not asked: snapshots decide what may go
  std::uint64_t max_bytes_between_snapshots = 20 << 20;  ///< metadata.log.max.record.bytes.between.snapshots
  std::chrono::milliseconds max_snapshot_interval = std::chrono::hours(1);  ///< metadata.log.max.snapshot.interval.ms
};

/// The metadata quorum in Kafka's terms: a log of record batches of which a prefix is committed, and a leader that
/// appends. This engine is that of a single voter: what is synced is committed.
///
/// It waits for nothing: what it wants done leaves through `take_operations` and comes back through `done`, as with
/// log::Log. Each start begins a new epoch: quorum-state is replaced first, then a LeaderChange batch is written; once
/// that is committed this node leads. A disk operation that fails leaves the disk's content unknown, so the quorum is
/// lost for good: `role()` is none, what was not committed never will be here, and only recovery at the next start
/// decides what became of it.
class Quorum {
 public:
  /// `recovered` and `loaded` describe the same folder.
  Quorum(QuorumConfig config, Loaded loaded, log::RecoveredLog recovered, base::Now now);

  struct Role {
    bool leader = false;
    LeaderEpoch epoch;
  };
  Role role() const { return {state_ == State::leading, epoch_}; }

  struct Appended {
    Offset base, last;
    LeaderEpoch epoch;
  };
  /// Appends records (at least one) as one batch: committed all together or not at all. NOT_CONTROLLER while this node
  /// does not lead; RECORD_LIST_TOO_LARGE above kMaxBatchBytes.
  Result<Appended> append(std::span<const cluster::MetadataRecord> records, base::Now now);
  static constexpr std::size_t kMaxBatchBytes = 8 << 20;

  /// The offset that the next appended record gets.
  Offset next() const { return log_.reserved_end(); }
  /// Everything below is committed. Never goes back.
  Offset committed() const { return committed_; }

  /// This node, as it votes.
  const Voter& self() const { return config_.self; }

  void take_operations(std::vector<log::Operation>& out);
  bool has_operations() const { return !own_.empty() || log_.has_operations(); }
  void done(log::Operation&& operation, Result<log::Outcome> result, base::Now now);
  void tick(base::Now now);
  base::MonoTime next_tick() const;

  /// A snapshot is due: enough was written since the last, or time has passed with changes.
  bool snapshot_due() const;
  /// Begins a snapshot of a committed image, which holds a record. The caller has the job encoded, performs the
  /// ReplaceFile that comes of it and tells `done`; segments and snapshots that it makes unnecessary then go.
  SnapshotJob begin_snapshot(cluster::ImageRef committed, base::Now now);

  /// Before a clean stop, once everything is committed, and in any state: an epoch that has not begun yet never does.
  void close();
  /// Nothing is in flight, and take_operations has nothing to give.
  bool idle() const { return own_in_flight_ == 0 && own_.empty() && log_.idle(); }

 private:
  /// How far this node has come in its epoch.
  enum class State { writing_state, writing_leader_change, leading, lost };

  void begin_epoch(base::Now now);
  Result<log::Log::Reserved> append_batch(std::string bytes, base::Now now);
  void own_done(const log::ReplaceFile& file, base::Now now);
  void log_done();
  void snapshot_written(SnapshotId id, base::Now now);

  QuorumConfig config_;
  log::Log log_;
  LeaderEpoch epoch_;
  State state_ = State::writing_state;
  Offset committed_;
  Offset leading_from_;  ///< behind the LeaderChange batch
  bool closing_ = false;
  bool voters_known_;                ///< the log says who votes, and where
  std::vector<log::Operation> own_;  ///< to be given out, beside the log's
  std::size_t own_in_flight_ = 0;

  std::vector<SnapshotId> snapshots_;  ///< finished, oldest first
  std::uint64_t bytes_since_snapshot_;
  bool changed_since_snapshot_;  ///< by a metadata record
  bool snapshot_in_flight_ = false;
  bool interval_passed_ = false;
  base::MonoTime interval_ends_;
};

}  // namespace kstream::quorum
