#pragma once

#include "cli/range_reader.h"
#include "cli/record_filter.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace kstream::cli {

/// Whether a record of a range is to be shown: by the range's times and the filter.
bool is_shown(const ReadRange& range, const RecordFilter& filter, const RecordView& record);

/// Narrows each of `ranges`, which have ends, to the least window at its end that is found to hold the last `count`
/// records that are shown, or leaves it if it holds fewer: windows grow backwards until they do. Returns how many such
/// records all windows hold; nothing if that cannot be known, which was told, a signal came, or nobody reads `out`.
std::optional<std::uint64_t> narrow_to_tail(ReadRanges& ranges, std::uint64_t count, const RecordFilter& filter,
                                            const ClientSettings& settings, const Console& console,
                                            const Signals& signals, RangeReader::Options options, int out,
                                            ExitCode& outcome);

}  // namespace kstream::cli
