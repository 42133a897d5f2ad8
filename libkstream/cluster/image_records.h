#pragma once

#include "cluster/image.h"
#include "cluster/metadata_record.h"

#include <functional>

namespace kstream::cluster {

/// Calls `sink` with the records that make `image` out of an empty one, in the order of Kafka's snapshots: features,
/// brokers, controllers, topics each with its partitions, configs, producer ids.
void each_record(const Image& image, const std::function<void(const MetadataRecord&)>& sink);

}  // namespace kstream::cluster
