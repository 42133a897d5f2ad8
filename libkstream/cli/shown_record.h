#pragma once

#include <kstream/record.h>

#include <string_view>

namespace kstream::cli {

/// A record on its way out, with what stands around it.
struct ShownRecord {
  std::string_view topic;
  PartitionId partition;
  const RecordView& record;
  Offset high_watermark = kNoOffset;  ///< of the partition, when the record was fetched
};

}  // namespace kstream::cli
