#pragma once

#include "broker/address.h"
#include "broker/messages.h"

namespace kstream::broker {

/// The shard on which a partition lives: (first 8 bytes of the topic id + partition) mod shards. Never stored on disk,
/// so the number of shards may change with each start.
inline MachineId shard_of(const PartitionKey& key, std::size_t shards) {
  return static_cast<MachineId>((key.topic.high() + static_cast<std::uint64_t>(key.partition.value)) % shards);
}

}  // namespace kstream::broker
