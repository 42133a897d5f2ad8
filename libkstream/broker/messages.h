#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/config/broker_config.h"
#include "base/frame.h"
#include "base/metrics.h"
#include "base/shared_file.h"
#include "base/time.h"
#include "broker/address.h"
#include "cluster/image.h"
#include "log/epochs.h"
#include "protocol/alter_configs.h"
#include "protocol/create_partitions.h"
#include "protocol/create_topics.h"
#include "protocol/delete_topics.h"
#include "protocol/describe_quorum.h"
#include "protocol/incremental_alter_configs.h"
#include "protocol/update_features.h"
#include "records/validate.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// Everything that crosses between the machines of one process, as one closed set. All of it is moved; what several
/// machines hold is a Block, a SharedFile, an Image or the configuration that goes with one. An answer names its Call.
namespace kstream::broker {

/// A partition as a request names it once the topic is known.
struct PartitionKey {
  Uuid topic;
  PartitionId partition;
  auto operator<=>(const PartitionKey&) const = default;
};

// ---- produce

/// One validated batch for one partition.
struct Append {
  Call call{};
  PartitionKey key;
  records::ValidBatch batch;
  base::Slice bytes;
};
struct Appended {
  Call call{};
  ErrorCode error = ErrorCode::none;
  std::string detail{};
  Offset base = kNoOffset;
  Timestamp log_append_time = kNoTimestamp;
  Offset log_start = kNoOffset;
};

// ---- fetch, in two rounds

/// Asks what there is for a fetch at each position, and to be told when it grows, until a Collect of the same call or
/// Disarm. It takes the place of an earlier Arm of the same call and part.
struct Arm {
  struct Part {
    std::uint32_t part = 0;
    PartitionKey key;
    Offset from;
    LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
    bool every = true;  ///< tell every growth, not only that there is something
  };
  Call call{};
  std::vector<Part> parts{};
};
/// The answer to Arm for every part of it, and later again (`growth`) for a part that has grown.
struct Grown {
  struct Part {
    std::uint32_t part = 0;
    ErrorCode error = ErrorCode::none;
    std::uint64_t available = 0;  ///< bytes, to the precision of the index; 0 if and only if there is nothing
  };
  Call call{};
  std::vector<Part> parts{};
  bool growth = false;
};
/// Asks for the ranges themselves and ends the arming of all parts.
struct Collect {
  struct Part {
    std::uint32_t part = 0;
    PartitionKey key;
    Offset from;
    LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
    std::uint32_t max_bytes = 0;  ///< 0: no bytes are wanted, only the offsets
  };
  Call call{};
  std::vector<Part> parts{};
};
struct Ranges {
  struct Part {
    std::uint32_t part = 0;
    ErrorCode error = ErrorCode::none;
    Offset high_watermark = kNoOffset;
    Offset last_stable = kNoOffset;
    Offset log_start = kNoOffset;
    base::FileRef file;  ///< null where there are no bytes
    std::uint64_t position = 0;
    std::uint32_t bytes = 0;
  };
  Call call{};
  std::vector<Part> parts{};
};
/// The fetch has ended without Collect.
struct Disarm {
  Call call{};
  std::vector<PartitionKey> parts{};
};

// ---- offsets by time

struct Lookup {
  Call call{};
  PartitionKey key;
  std::int64_t timestamp = 0;  ///< a time, or one of ListOffsets' negative words
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
};
struct LookedUp {
  Call call{};
  ErrorCode error = ErrorCode::none;
  Timestamp timestamp = kNoTimestamp;
  Offset offset = kNoOffset;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

// ---- leader epochs

struct EpochLookup {
  Call call{};
  PartitionKey key;
  LeaderEpoch epoch = kNoLeaderEpoch;
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
};
struct EpochFound {
  Call call{};
  ErrorCode error = ErrorCode::none;
  log::EpochEnd end{};
};

// ---- the start of a log

/// Nothing of a partition below `offset`, or with -1 below the high watermark, is to be read any more.
struct DeleteRecords {
  Call call{};
  PartitionKey key;
  Offset offset;
};
/// It is so; a crash may take it back until a checkpoint that was asked for later is written.
struct RecordsDeleted {
  Call call{};
  ErrorCode error = ErrorCode::none;
  Offset log_start = kNoOffset;
  std::uint16_t directory = 0;  ///< where the log is
};
/// Asks control for checkpoints of all directories that are begun after this has come. Who asks while some are under
/// way waits for the next ones, together with all others who do.
struct Checkpoint {
  Call call{};
};
struct Checkpointed {
  Call call{};
  std::vector<bool> failed;  ///< directories whose checkpoints could not be written
};

// ---- log directories

/// Asks for the logs of the partitions named, or of all that are on the shard.
struct DescribeLogs {
  Call call{};
  bool all = false;
  std::vector<PartitionKey> keys{};
};
struct LogsDescribed {
  struct Log {
    PartitionKey key;
    std::uint16_t directory = 0;
    std::uint64_t bytes = 0;  ///< of all segments
    bool failed = false;
  };
  Call call{};
  std::vector<Log> logs{};
};
/// The file system of a directory was measured, as Shard::measure asked.
struct DirectoryMeasured {
  Call call{};
  std::uint16_t directory = 0;
  ErrorCode error = ErrorCode::none;
  std::uint64_t total_bytes = 0, usable_bytes = 0;
};

// ---- the controller

/// A request that only the controller decides, as Kafka's own struct.
struct ControllerCall {
  Call call{};
  std::variant<protocol::CreateTopicsRequest, protocol::DeleteTopicsRequest, protocol::CreatePartitionsRequest,
               protocol::AlterConfigsRequest, protocol::IncrementalAlterConfigsRequest, protocol::UpdateFeaturesRequest,
               protocol::DescribeQuorumRequest>
      request;
  std::int16_t version = 0;  ///< of the request
};
/// Answered when the change is committed and every shard has published it.
struct ControllerAnswer {
  Call call{};
  Error error{ErrorCode::none, {}};  ///< the call as a whole failed: NOT_CONTROLLER, or the batch is too large
  std::variant<protocol::CreateTopicsResponse, protocol::DeleteTopicsResponse, protocol::CreatePartitionsResponse,
               protocol::AlterConfigsResponse, protocol::IncrementalAlterConfigsResponse,
               protocol::UpdateFeaturesResponse, protocol::DescribeQuorumResponse>
      response{};
};

// ---- metadata, life and observation

/// A new committed image and the configuration with its overrides. The shard answers Published when requests see both,
/// and the folders of the partitions that are gone have given up their names.
struct Publish {
  cluster::ImageRef image;
  config::ConfigRef config;
};
struct Published {
  Offset offset;                 ///< of the image
  bool folders_removed = false;  ///< so that checkpoints must forget them
};

/// Ends a shard's requests: no new one is started, those under way are answered. Answered by Drained.
struct Stop {
  base::MonoTime deadline;
};
/// How far a log is known to be synced, for the recovery point checkpoint of its directory.
struct RecoveryPoint {
  std::uint16_t directory = 0;
  std::string topic;
  PartitionId partition;
  Offset offset;
  Offset log_start;
};
struct Drained {};
/// When all shards are drained, so that none sends another an append any more: logs are closed. Answered by Stopped.
struct CloseLogs {};
struct Stopped {
  bool clean = true;  ///< every log was closed
};
/// Asked for the periodic checkpoints, and once more by control when all shards have stopped.
struct ReportRecoveryPoints {};
struct RecoveryPoints {
  std::vector<RecoveryPoint> points;
};

/// A log directory failed: nothing in it may be served.
struct DirectoryFailed {
  std::uint16_t directory = 0;
  std::string detail{};
};
/// To all other shards, from that of the partitions: their logs have failed, and cannot be served until the broker is
/// started anew.
struct PartitionsOffline {
  std::vector<PartitionKey> keys;
};

struct ReportMetrics {
  std::uint32_t query = 0;
};
struct MetricsReport {
  std::uint32_t query = 0;
  base::MetricsSnapshot metrics;
};

using Message = std::variant<Append, Appended, Arm, Grown, Collect, Ranges, Disarm, Lookup, LookedUp, EpochLookup,
                             EpochFound, DeleteRecords, RecordsDeleted, Checkpoint, Checkpointed, DescribeLogs,
                             LogsDescribed, DirectoryMeasured, ControllerCall, ControllerAnswer, Publish, Published,
                             Stop, Drained, CloseLogs, Stopped, ReportRecoveryPoints, RecoveryPoints, PartitionsOffline,
                             DirectoryFailed, ReportMetrics, MetricsReport>;

}  // namespace kstream::broker
