#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "log/checkpoint.h"
#include "storage/directory.h"
#include "storage/recover.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A log directory as a whole: the files at its root, and which partitions it holds.
namespace kstream::storage {

/// `meta.properties`: whose directory this is. Kafka ignores the key that is ours.
struct MetaProperties {
  std::string cluster_id;
  NodeId node_id{-1};
  Uuid directory_id;
  bool operator==(const MetaProperties&) const = default;
};
/// Nothing if the file is not there: the directory has not been formatted. INVALID_CONFIG, naming the file, if it is
/// damaged or was written by a release whose files this one cannot read.
Result<std::optional<MetaProperties>> read_meta_properties(Directory& directory);
Status write_meta_properties(Directory& directory, const MetaProperties& meta);

/// What is known of the run before this one.
struct PreviousRun {
  Trust trust = Trust::other_boot;
  std::int64_t broker_epoch = -1;  ///< its epoch, if it stopped in order
  /// Folders that it could not recover, and that are as some earlier run left them: of their files nothing is known.
  std::vector<std::string> not_recovered;
};
/// Whether the previous run stopped in order. Changes nothing.
Result<bool> stopped_in_order(Directory& directory);
/// Finds out how the previous run ended and removes `.kafka_cleanshutdown` durably: from here on a crash counts as one.
/// `boot_id` names the boot of the system that is running (/proc/sys/kernel/random/boot_id).
Result<PreviousRun> begin_run(Directory& directory, const std::string& boot_id);
/// To be called when all logs have been recovered, but for the folders named, and before any is appended to: leaves the
/// boot id in `.kstream_boot`, so that a crash of the process alone can be told from one of the system. (A start that
/// ends before this was not the one to believe: it may have left logs as the system's crash left them.)
Status end_recovery(Directory& directory, const std::string& boot_id, const std::vector<std::string>& not_recovered);
/// The last act of a clean stop, when all logs are closed and the checkpoints written: leaves `.kafka_cleanshutdown`.
Status end_run(Directory& directory, std::int64_t broker_epoch);

/// A folder of a partition. Topic deletion, moving and strays have names of their own, which Kafka gives them.
struct PartitionFolder {
  enum class Kind { current, deleted, future, stray };
  std::string name;  ///< `orders-0`, `orders-0.<32 hex digits>-delete`
  std::string topic;
  PartitionId partition;
  Kind kind = Kind::current;
  bool operator==(const PartitionFolder&) const = default;
};
/// `orders-0`.
std::string partition_folder(const std::string& topic, PartitionId partition);
/// Nothing if no partition's folder is named so.
std::optional<PartitionFolder> parse_partition_folder(const std::string& name);
/// The partition folders, sorted by name. What else lies there is left out.
Result<std::vector<PartitionFolder>> list_partitions(Directory& directory);

/// The checkpoint files.
inline constexpr const char* kRecoveryPoints = "recovery-point-offset-checkpoint";
inline constexpr const char* kLogStarts = "log-start-offset-checkpoint";
inline constexpr const char* kHighWatermarks = "replication-offset-checkpoint";
/// Empty if the file is not there. CORRUPT_MESSAGE, naming the file, if it is damaged.
///
/// A partition's offsets must leave the files before another incarnation of its folder is made, or the recovery point
/// of the old one would vouch for the new one's records.
Result<log::OffsetCheckpoint> read_checkpoint(Directory& directory, const std::string& name);
Status write_checkpoint(Directory& directory, const std::string& name, const log::OffsetCheckpoint& offsets);

}  // namespace kstream::storage
