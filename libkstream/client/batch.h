#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/time.h"
#include "records/builder.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kstream::client {

struct PartitionQueue;

/// What a broker said of one record of a batch that it refused.
struct RejectedRecord {
  std::size_t index;
  std::string detail;
};

/// What became of a batch.
struct Outcome {
  Error error{ErrorCode::none, {}};
  Offset base_offset = kNoOffset;
  Timestamp append_time = kNoTimestamp;
  std::vector<RejectedRecord> rejected;
  bool leader_named = false;  ///< the broker told where to try again
};

/// Records for one partition on their way. First `builder` has them, then, from the first attempt to send on, `bytes`.
struct Batch {
  Batch(PartitionQueue* q, base::MonoTime now, std::uint64_t flushes) : queue(q), created(now), generation(flushes) {}

  PartitionQueue* queue;
  base::MonoTime created;
  std::uint64_t generation;  ///< how often flush() had been called before
  records::BatchBuilder builder;
  std::string bytes;
  std::vector<std::uint64_t> tags;
  std::size_t charged = 0;  ///< of the memory budget
  bool closed = false;      ///< takes no more records
  int attempts = 0;
  bool repeated = false;         ///< it may have been appended by an attempt whose answer was lost
  base::MonoTime not_before{0};  ///< for another attempt
  Outcome outcome;               ///< of the last attempt
};
using BatchPtr = std::unique_ptr<Batch>;

/// The two halves of a batch that is too large for its topic, to be sent one after the other. It has two records at
/// least and was closed. CORRUPT_MESSAGE: its bytes are damaged.
Result<std::pair<BatchPtr, BatchPtr>> split(const Batch& batch);

}  // namespace kstream::client
