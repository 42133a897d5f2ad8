#pragma once

#include <kstream/result.h>

#include <chrono>
#include <string_view>

namespace kstream::cli {

/// `250ms 5s 10m 2h 7d 1w`, whole numbers with a unit, several in a row (`1h30m`), or ISO 8601 (`PT10M`, `P1DT2H`).
/// Never negative.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace kstream::cli
