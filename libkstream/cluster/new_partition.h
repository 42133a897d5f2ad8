#pragma once

#include <kstream/result.h>

#include "cluster/image.h"
#include "cluster/metadata_record.h"

#include <cstdint>
#include <vector>

namespace kstream::cluster {

/// Whether a client may choose these replicas for a partition: registered brokers, each once, and one of them usable.
/// INVALID_REPLICA_ASSIGNMENT.
Status check_replicas(const Image& image, const std::vector<std::int32_t>& replicas);

/// The record of a new partition on `replicas`, which are registered and of which one is usable. Those that are usable
/// are in sync, the first of them leads.
protocol::PartitionRecord new_partition(const Image& image, const Uuid& topic, std::int32_t partition,
                                        const std::vector<NodeId>& replicas);

}  // namespace kstream::cluster
