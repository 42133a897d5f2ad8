#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/time.h"
#include "log/log_config.h"
#include "log/recovered.h"
#include "storage/directory.h"

#include <string>

namespace kstream::storage {

/// How the last run of the broker ended, and so what of its files may be believed.
enum class Trust {
  clean,       ///< it stopped in order: everything
  same_boot,   ///< the process ended, the system did not: whatever was written before the last entry of an index
  other_boot,  ///< the system went down: only what was synced, that is below the recovery point
};

struct RecoverRequest {
  std::string folder;  ///< `orders-0`
  Uuid topic_id;       ///< that partition.metadata must name
  Trust trust = Trust::other_boot;
  Offset recovery_point;  ///< from recovery-point-offset-checkpoint; 0 if it has none
  Offset log_start;       ///< from log-start-offset-checkpoint; 0 if it has none
};

/// Reads a partition's folder and mends it: removes what an earlier run left half done, cuts the log behind its last
/// whole batch and rebuilds indexes and leader epochs that lack something. Blocks; uses nothing but `directory`.
///
/// What is cut, removed or rebuilt is told in the notes. Below the recovery point, and anywhere after a clean stop,
/// nothing is cut: damage there is CORRUPT_MESSAGE with file and position. INCONSISTENT_TOPIC_ID: the folder belongs to
/// another topic and was not touched. KAFKA_STORAGE_ERROR: the disk failed, or the folder holds what we must not decide
/// about.
Result<log::RecoveredLog> recover(Directory& directory, const RecoverRequest& request, const log::LogConfig& config,
                                  base::Now now);

}  // namespace kstream::storage
