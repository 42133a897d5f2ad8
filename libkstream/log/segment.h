#pragma once

#include <kstream/ids.h>

#include "base/shared_file.h"
#include "log/index.h"
#include "log/jobs.h"
#include "log/log_config.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kstream::log {

/// `00000000000000000042`: how the files of a segment begin.
std::string segment_name(Offset base);
/// `orders-0/00000000000000000042.log`; `suffix` with its dot.
std::string segment_path(const std::string& folder, Offset base, const char* suffix);

/// A segment of a live log: a piece of the log in one file.
struct Segment {
  Offset base;
  base::FileRef file;                        ///< null until its files are made
  std::uint64_t written = 0;                 ///< bytes in the file
  std::uint64_t reserved = 0;                ///< and with the batches that are on their way
  Timestamp first_timestamp = kNoTimestamp;  ///< the greatest timestamp of the first batch
  Timestamp created = kNoTimestamp;          ///< wall time
  Indexer index;
  std::vector<BatchPiece> waiting;  ///< batches not yet given to an Append

  bool making = false;                                     ///< OpenLog or CreateSegment is in flight
  bool sealed = false;                                     ///< takes no more batches, and all of them are written
  bool indexing = false;                                   ///< a WriteIndex is in flight
  enum class Sync { none, some, last } sync = Sync::none;  ///< which SyncSegment is in flight
  bool durable = false;  ///< a first SyncSegment has ended: the files themselves will be found again
  bool settled = false;  ///< sealed, indexed and synced: nothing is left to do
  Offset synced;         ///< all below is synced
  Offset syncing_to;     ///< and will be when the sync in flight has ended

  /// What retention.ms is compared with: the time since the latest record or, where records have no time, since the
  /// file was made.
  std::chrono::milliseconds age(Timestamp now) const;
};

/// A batch that asks for its place in a segment.
struct Arrival {
  Offset last;
  std::uint64_t bytes = 0;
  Timestamp max_timestamp;
};
/// Whether a segment must be rolled before it may take a batch (Kafka's LogSegment.shouldRoll): too large, too old by
/// the records' time (by the clock where they have none), an index full, or an offset out of reach of its base.
bool must_roll(const Segment& segment, const Arrival& batch, const LogConfig& config, Timestamp now);

}  // namespace kstream::log
