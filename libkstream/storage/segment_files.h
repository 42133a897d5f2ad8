#pragma once

#include <kstream/ids.h>

#include <array>
#include <optional>
#include <string_view>

namespace kstream::storage {

/// The files that may belong to a segment. The log comes first: without it the others are orphans.
inline constexpr std::array<const char*, 5> kSegmentSuffixes = {".log", ".index", ".timeindex", ".txnindex",
                                                                ".snapshot"};

/// Base offsets may be at most this, so that no sum of what a batch says overflows.
inline constexpr Offset kMaxOffset{std::int64_t{1} << 62};

/// `00000000000000000042.log`.
struct SegmentFile {
  Offset base;
  std::string_view suffix;  ///< `.log`, ...
};
/// Nothing if `name` is not 20 digits, at most kMaxOffset, and one of kSegmentSuffixes.
std::optional<SegmentFile> parse_segment_file(std::string_view name);

}  // namespace kstream::storage
