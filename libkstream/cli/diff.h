#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/read_range.h"
#include "cli/record_filter.h"
#include "cli/signals.h"

#include <vector>

namespace kstream::cli {

/// Reads two topics side by side and prints, for each partition, where they first differ: the n-th record that passes
/// of the one has another key, value, timestamp or headers than the n-th of the other, or there is none. Offsets may
/// differ. `no` if anything does; `done`, and nothing is said, if nobody reads stdout any more.
ExitCode diff(ReadRanges left, ReadRanges right, const RecordFilter& filter, const ClientSettings& settings,
              const Console& console, const Signals& signals);

}  // namespace kstream::cli
