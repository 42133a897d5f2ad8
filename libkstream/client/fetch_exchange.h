#pragma once

#include <kstream/ids.h>
#include <kstream/topic_partition.h>

#include "client/settings.h"
#include "protocol/fetch.h"

#include <cstdint>
#include <vector>

namespace kstream::client {

/// One Fetch to make, of partitions that one broker leads.
struct FetchOrder {
  struct Part {
    TopicPartition partition;
    Uuid topic_id;
    LeaderEpoch leader_epoch;
    Offset from;
    std::uint64_t epoch;  ///< of the partition's position: an answer for an older one is ignored
  };
  NodeId node;
  std::vector<Part> parts;
};

/// A request without a fetch session (KIP-227): it names all partitions every time.
protocol::FetchRequest make_fetch(const FetchOrder& order, const ConsumerSettings& settings);

/// The newest version that can name the topics of the order.
int newest_version(const FetchOrder& order);

/// What the response says of each part, in the same order; null if nothing.
std::vector<const protocol::FetchResponse::PartitionData*> match_parts(const FetchOrder& order,
                                                                       const protocol::FetchResponse& response);

}  // namespace kstream::client
