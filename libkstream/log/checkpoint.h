#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/bytes.h"

#include <array>
#include <charconv>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Kafka's small text files: a version line "0", a line with the number of entries, then one entry per line.
namespace kstream::log {

/// The lines of the entries, which are views into `text`. CORRUPT_MESSAGE: another version, or not as many as
/// announced.
Result<std::vector<base::BytesView>> parse_checkpoint_lines(base::BytesView text);

/// The N integers of a line, separated by one space each; nothing if it is anything else.
template <std::size_t N>
std::optional<std::array<std::int64_t, N>> parse_integers(base::BytesView line) {
  std::array<std::int64_t, N> values{};
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::size_t i = 0; i < N; ++i) {
    if (i > 0 && (at == end || *at++ != ' ')) return std::nullopt;
    auto [behind, error] = std::from_chars(at, end, values[i]);
    if (error != std::errc()) return std::nullopt;
    at = behind;
  }
  return at == end ? std::optional(values) : std::nullopt;
}

struct TopicPartition {
  std::string topic;
  PartitionId partition;
  auto operator<=>(const TopicPartition&) const = default;
};
/// `recovery-point-offset-checkpoint` and its kin: `topic partition offset` per line.
using OffsetCheckpoint = std::map<TopicPartition, Offset>;
Result<OffsetCheckpoint> parse_offset_checkpoint(base::BytesView text);
std::string print_offset_checkpoint(const OffsetCheckpoint& offsets);

/// `partition.metadata`: the id of the topic to which a folder belongs, in two short lines.
inline constexpr const char* kPartitionMetadata = "partition.metadata";
inline constexpr std::size_t kPartitionMetadataLimit = 4096;
Result<Uuid> parse_partition_metadata(base::BytesView text);
std::string print_partition_metadata(Uuid topic_id);

}  // namespace kstream::log
