#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include <string>
#include <variant>

namespace kstream {

/// One partition of a topic, by the topic's name.
struct TopicPartition {
  std::string topic;
  PartitionId partition{};
  auto operator<=>(const TopicPartition&) const = default;
};

/// An offset asked for by what it means: that of the first record whose timestamp is `time` or later, or, below 0, one
/// of Kafka's named ones (ListOffsets).
struct OffsetSpec {
  Timestamp time;
  auto operator<=>(const OffsetSpec&) const = default;
};
/// The first record that is still there.
inline constexpr OffsetSpec kBeginning{Timestamp(-2)};
/// Where the next record will be; with `isolation.level=read_committed` the last stable offset.
inline constexpr OffsetSpec kEnd{Timestamp(-1)};
/// The record with the largest timestamp (KIP-734).
inline constexpr OffsetSpec kMaxTimestamp{Timestamp(-3)};
/// The first record on the leader's own disks; kBeginning without tiered storage (KIP-405).
inline constexpr OffsetSpec kEarliestLocal{Timestamp(-4)};
/// Behind the last record in remote storage; there is none without it (KIP-1005).
inline constexpr OffsetSpec kLatestTiered{Timestamp(-5)};
/// The first record that is not in remote storage yet (KIP-1023).
inline constexpr OffsetSpec kEarliestPendingUpload{Timestamp(-6)};

/// Where to read: an offset, or what becomes one when the partition is first asked. A time behind the last record
/// becomes the end.
using Position = std::variant<Offset, OffsetSpec>;

/// One question of list_offsets.
struct OffsetQuery {
  TopicPartition partition;
  OffsetSpec spec{};
};

/// What a broker knows of an OffsetSpec.
struct OffsetInfo {
  Offset offset = kNoOffset;           ///< kNoOffset: no record is that late
  Timestamp timestamp = kNoTimestamp;  ///< of the record there; kNoTimestamp for kBeginning and kEnd
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

/// One answer of list_offsets.
struct ListedOffset {
  TopicPartition partition;
  Result<OffsetInfo> info;
};

}  // namespace kstream
