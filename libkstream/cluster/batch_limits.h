#pragma once

#include <kstream/result.h>

#include "cluster/metadata_record.h"

#include <vector>

/// What one decision may write: its records are one batch, committed all together or not at all.
namespace kstream::cluster {

/// Kafka's limit of 10,000 records. POLICY_VIOLATION.
Status check_record_count(const std::vector<MetadataRecord>& records);
/// What fits into a batch of 8 MiB with what the batch adds to each record. RECORD_LIST_TOO_LARGE.
Status check_record_bytes(const std::vector<MetadataRecord>& records);
/// Both.
Status check_batch(const std::vector<MetadataRecord>& records);

/// How much of a client's text an error repeats: a detail must fit into a string of the protocol.
inline constexpr std::size_t kMaxQuoted = 100;

}  // namespace kstream::cluster
