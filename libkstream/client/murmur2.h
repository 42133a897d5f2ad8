#pragma once

#include <kstream/ids.h>

#include "base/bytes.h"

#include <cstdint>

namespace kstream::client {

/// MurmurHash2 with the seed of Apache Kafka's Java client.
std::int32_t murmur2(base::BytesView bytes);

/// The partition that the Java client gives a key; `partitions` > 0.
inline PartitionId partition_of_key(base::BytesView key, std::int32_t partitions) {
  return PartitionId((murmur2(key) & 0x7fffffff) % partitions);
}

}  // namespace kstream::client
