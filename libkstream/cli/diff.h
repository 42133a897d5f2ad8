#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/read_range.h"
#include "cli/record_filter.h"
#include "cli/rows_output.h"
#include "cli/signals.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// Where a partition of two topics first differs.
struct Difference {
  std::string topic, other;
  PartitionId partition;
  Offset offset = kNoOffset, other_offset = kNoOffset;  ///< one of them may be none: the other has no record more
  std::string_view what;      ///< key, value, timestamp or headers; missing: one has a record that the other has not
  bool no_partition = false;  ///< the one without the record has no such partition
};

inline constexpr std::string_view kDiffColumns[] = {"topic", "partition",    "offset",
                                                    "other", "other_offset", "difference"};

/// A sentence for each, or what `output` says.
std::string diff_text(const std::vector<Difference>& differences, const std::optional<RowsOutput>& output);

/// Reads two topics side by side and prints, for each partition, where they first differ: the n-th record that passes
/// of the one has another key, value, timestamp or headers than the n-th of the other, or there is none. Offsets may
/// differ. `no` if anything does; `done`, and nothing is said, if nobody reads stdout any more.
ExitCode diff(ReadRanges left, ReadRanges right, const RecordFilter& filter, const std::optional<RowsOutput>& output,
              const ClientSettings& settings, const Console& console, const Signals& signals);

}  // namespace kstream::cli
