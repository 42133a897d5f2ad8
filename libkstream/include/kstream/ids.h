#pragma once

#include <kstream/export.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kstream {

/// An integer with a meaning: two of different meaning cannot be swapped, and none becomes one by accident.
template <class Tag, class Rep>
struct Id {
  Rep value{};
  constexpr Id() = default;
  constexpr explicit Id(Rep v) : value(v) {}
  constexpr auto operator<=>(const Id&) const = default;
};

/// Which record of a partition, counted from 0. -1 where Kafka says "none".
struct Offset {
  std::int64_t value = 0;
  constexpr Offset() = default;
  constexpr explicit Offset(std::int64_t v) : value(v) {}
  constexpr auto operator<=>(const Offset&) const = default;
  friend constexpr Offset operator+(Offset a, std::int64_t n) { return Offset(a.value + n); }
  friend constexpr std::int64_t operator-(Offset a, Offset b) { return a.value - b.value; }
};
/// No offset, or an unknown one.
inline constexpr Offset kNoOffset{-1};

/// The number of a partition within its topic, from 0.
using PartitionId = Id<struct PartitionIdTag, std::int32_t>;
/// The id of a broker or controller (`node.id`).
using NodeId = Id<struct NodeIdTag, std::int32_t>;
/// How often a partition, or the metadata quorum, has had a new leader.
using LeaderEpoch = Id<struct LeaderEpochTag, std::int32_t>;
/// Of an idempotent or transactional producer (KIP-98); -1: of none.
using ProducerId = Id<struct ProducerIdTag, std::int64_t>;
/// An unknown epoch.
inline constexpr LeaderEpoch kNoLeaderEpoch{-1};

/// Milliseconds since 1970-01-01T00:00Z, as Kafka counts time. -1 is "none".
using Timestamp = Id<struct TimestampTag, std::int64_t>;
/// No time, or an unknown one.
inline constexpr Timestamp kNoTimestamp{-1};

/// 128 bits; as text 22 characters of URL-safe base64 without padding, as Kafka prints it.
struct KSTREAM_API Uuid {
  std::array<std::uint8_t, 16> bytes{};
  constexpr auto operator<=>(const Uuid&) const = default;
  /// Whether it is that of nothing.
  constexpr bool is_zero() const { return *this == Uuid{}; }
  /// The two halves, most significant first.
  std::uint64_t high() const;
  std::uint64_t low() const;
  /// Of what high() and low() give.
  static Uuid from_halves(std::uint64_t high, std::uint64_t low);
  /// The 22 characters.
  std::string to_string() const;
  /// Nothing if `text` is not exactly the 22 characters of a Uuid.
  static std::optional<Uuid> parse(std::string_view text);
};
/// The topic id of `__cluster_metadata` (and, as a directory id, "unassigned"): 1.
KSTREAM_API extern const Uuid kMetadataTopicId;

}  // namespace kstream

template <class Tag, class Rep>
struct std::hash<kstream::Id<Tag, Rep>> {
  std::size_t operator()(const kstream::Id<Tag, Rep>& id) const { return std::hash<Rep>{}(id.value); }
};
template <>
struct std::hash<kstream::Uuid> {
  std::size_t operator()(const kstream::Uuid& id) const { return std::hash<std::uint64_t>{}(id.high() ^ id.low()); }
};
