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
inline constexpr Offset kNoOffset{-1};

using PartitionId = Id<struct PartitionIdTag, std::int32_t>;
using NodeId = Id<struct NodeIdTag, std::int32_t>;
using LeaderEpoch = Id<struct LeaderEpochTag, std::int32_t>;
using ProducerId = Id<struct ProducerIdTag, std::int64_t>;
inline constexpr LeaderEpoch kNoLeaderEpoch{-1};

/// Milliseconds since 1970-01-01T00:00Z, as Kafka counts time. -1 is "none".
using Timestamp = Id<struct TimestampTag, std::int64_t>;
inline constexpr Timestamp kNoTimestamp{-1};

/// 128 bits; as text 22 characters of URL-safe base64 without padding, as Kafka prints it.
struct KSTREAM_API Uuid {
  std::array<std::uint8_t, 16> bytes{};
  constexpr auto operator<=>(const Uuid&) const = default;
  constexpr bool is_zero() const { return *this == Uuid{}; }
  /// The two halves, most significant first.
  std::uint64_t high() const;
  std::uint64_t low() const;
  static Uuid from_halves(std::uint64_t high, std::uint64_t low);
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
