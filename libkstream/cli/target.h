#pragma once

#include "cli/position.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// Partitions `first` to `last`, both included.
struct PartitionRange {
  std::int32_t first = 0;
  std::int32_t last = 0;
  bool operator==(const PartitionRange&) const = default;
};

/// `0,2-5`.
Result<std::vector<PartitionRange>> parse_partitions(std::string_view text);

/// What to read: `TOPIC[:PARTITIONS[@FROM[..UNTIL]]]`.
struct Target {
  std::string topic;                       ///< may be a glob
  std::vector<PartitionRange> partitions;  ///< empty: all
  std::optional<PositionExpression> from;
  std::optional<PositionExpression> until;
  bool operator==(const Target&) const = default;
};

Result<Target> parse_target(std::string_view text, Timestamp now);

/// The same where the name is a regular expression, which may hold colons: partitions stand behind the last one, if
/// digits follow it.
Result<Target> parse_regex_target(std::string_view text, Timestamp now);

}  // namespace kstream::cli
