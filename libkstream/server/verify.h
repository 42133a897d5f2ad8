#pragma once

#include <kstream/export.h>
#include <kstream/result.h>

#include "server/configuration.h"

#include <cstdint>
#include <functional>
#include <string>

/// What lies in a log directory, read as it is: nothing is changed, not even where a start would.
namespace kstream::server {

/// What was read.
struct Verified {
  std::uint64_t logs = 0, segments = 0, bytes = 0, batches = 0, records = 0;
};

/// Reads all of a log directory, or of the one partition whose folder `path` is: every batch, record and index entry,
/// checkpoints, and the metadata log, if it is there, with what it says of the others. What is wrong goes to `found`:
/// an error is damage, a warning something that the next start mends without a loss of what was synced.
///
/// INVALID_REQUEST: it is no such folder, or Apache Kafka's; KAFKA_STORAGE_ERROR: it cannot be read, or a broker runs
/// on it.
KSTREAM_API Result<Verified> verify_directory(const std::string& path,
                                              const std::function<void(const Finding&)>& found);

/// The configs that clients set while a broker ran (KIP-226): its metadata log has them, whether it runs or not. None
/// where there is no metadata log yet; KAFKA_STORAGE_ERROR and others: it cannot be read.
KSTREAM_API Result<DynamicConfigs> read_dynamic_configs(const Configuration& configuration);

}  // namespace kstream::server
