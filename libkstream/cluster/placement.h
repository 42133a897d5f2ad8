#pragma once

#include <kstream/result.h>

#include "base/random.h"
#include "cluster/image.h"

#include <cstdint>
#include <vector>

namespace kstream::cluster {

/// Chooses the replicas of a new topic's partitions among the brokers that are not shutting down; the first of each
/// list is the leader. Kafka's striped placement: replicas go around the racks and, within a rack, around its brokers;
/// every partition starts one further on; both starts are drawn at random. Brokers that are fenced come last and never
/// lead. INVALID_REPLICATION_FACTOR: it is below 1, there are too few brokers, or none is unfenced.
Result<std::vector<std::vector<NodeId>>> place_replicas(const Image& image, std::int32_t partitions,
                                                        std::int32_t replication_factor, base::Random& random);

}  // namespace kstream::cluster
