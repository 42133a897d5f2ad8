#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/shared_file.h"
#include "log/epochs.h"
#include "log/index.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kstream::log {

/// A segment as recovery found and, where needed, mended it: its indexes are whole and in their files.
struct RecoveredSegment {
  Offset base;
  base::FileRef file;  ///< open for writing if it is the last
  std::uint64_t bytes = 0;
  Timestamp first_timestamp = kNoTimestamp;  ///< of the first batch, as the header has it; known of the last segment
  Indexer index;
};

/// What storage::recover read from a partition's folder.
struct RecoveredLog {
  Offset start;                            ///< log start offset
  Offset end;                              ///< log end offset
  Offset recovery_point;                   ///< all below is synced
  std::vector<RecoveredSegment> segments;  ///< in order; none if the folder holds none yet
  Epochs epochs;
  Timestamp now;                   ///< when it was recovered
  std::vector<std::string> notes;  ///< for the operator, one line each: what was cut, removed or rebuilt
  /// Why the log cannot be used: then nothing was read, the files are as they were, and start and recovery point are
  /// what the checkpoints say of them and must go on saying.
  std::optional<Error> failure;
};

}  // namespace kstream::log
