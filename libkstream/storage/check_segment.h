#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "log/epochs.h"
#include "log/recovered.h"
#include "storage/batch_scanner.h"
#include "storage/directory.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace kstream::storage {

/// How much of a segment recovery believes without reading it.
enum class Belief {
  all,      ///< it is closed, and all of it was synced: its indexes, if they look whole
  indexed,  ///< what its offset index covers
  nothing,  ///< all batches are read and both indexes made anew
};

struct SegmentToCheck {
  std::string folder;
  Offset base;
  Offset limit;  ///< the next segment's base; kMaxOffset for the last
  bool is_last = false;
  Belief belief = Belief::nothing;
  std::uint32_t index_interval_bytes = 0;
  /// Looks at each batch that is whole and in its place. CORRUPT_MESSAGE is damage, which its detail tells.
  std::function<Status(BatchScanner&, const BatchScanner::Batch&)> visit = {};
};

struct CheckedSegment {
  log::RecoveredSegment segment;
  Offset end;                              ///< behind the last whole batch; the limit if all was believed
  std::uint64_t file_bytes = 0;            ///< more than segment.bytes if the rest is damaged
  std::string damage;                      ///< what is wrong behind the last whole batch; empty if nothing is
  bool believed = false;                   ///< nothing was read
  bool rebuilt = false;                    ///< its indexes were not usable and have been made anew
  std::vector<log::Epochs::Entry> epochs;  ///< where the leader epoch changed, in the batches that were read
};

/// Reads a segment as far as it is not believed. Errors are those of the disk: damage is no error here.
Result<CheckedSegment> check_segment(Directory& directory, const SegmentToCheck& what);

/// Brings the segment's index files to what the check has found, as the last segment or as one that is closed.
Status complete_indexes(Directory& directory, const SegmentToCheck& what, CheckedSegment& checked);

}  // namespace kstream::storage
