#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include <string>
#include <string_view>

namespace kstream::cli {

/// A place in a partition as a person types it, not yet an offset.
struct PositionExpression {
  enum class Kind {
    beginning,  ///< `beginning`, `start`, `earliest`
    end,        ///< `end`, `latest`
    stored,     ///< `stored`: where the group left off
    offset,     ///< `1200`
    last,       ///< `-10`: ten before the end
    first,      ///< `+10`: ten after the beginning
    time,       ///< what time_expression.h reads
  };
  Kind kind = Kind::beginning;
  std::int64_t number = 0;        ///< of offset, last and first
  Timestamp time = kNoTimestamp;  ///< of time
  std::string text;               ///< as it was typed
  bool operator==(const PositionExpression&) const = default;
};

Result<PositionExpression> parse_position(std::string_view text, Timestamp now);

/// What a partition answered when it was asked for its offsets.
struct PartitionOffsets {
  Offset beginning;
  Offset end;
};

/// The offset meant, within [beginning, end] but for a number that was typed: that stays as it is. `at_time` is the
/// first record at or after the time, kNoOffset if there is none; only read for times. Not for `stored`.
Offset resolve(const PositionExpression& position, const PartitionOffsets& offsets, Offset at_time);

}  // namespace kstream::cli
