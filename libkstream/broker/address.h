#pragma once

#include <compare>
#include <cstdint>

namespace kstream::broker {

/// A machine of this process: shards are 0 to n-1, the control machine is n.
using MachineId = std::uint16_t;

/// A connection of one shard. The generation tells a later connection in the same slot from this one.
struct ConnectionId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  auto operator<=>(const ConnectionId&) const = default;
};

/// Where an answer belongs: a request on the shard of its connection, and which part of it was asked. It is what
/// crosses between machines instead of the request's Ticket; an answer to a request that is gone is dropped by its
/// origin.
struct Call {
  MachineId origin = 0;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  std::uint32_t part = 0;
  bool session = false;  ///< a fetch session's, not a request's: `slot` is its number on that shard
  /// The same request or session, whatever the part.
  bool same_request(const Call& other) const {
    return origin == other.origin && slot == other.slot && generation == other.generation && session == other.session;
  }
};

}  // namespace kstream::broker
