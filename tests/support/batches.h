#pragma once

#include "base/frame.h"
#include "records/builder.h"
#include "records/validate.h"

#include <string>

namespace kstream::test {

/// A batch as it comes from a producer.
struct ProducedBatch {
  records::ValidBatch valid;
  base::Slice bytes;
};

/// `records` records of `value_size` bytes each; the times are `first`, `first` + 1, ...
inline ProducedBatch produced_batch(int records, Timestamp first = Timestamp(1000), std::size_t value_size = 10,
                                    char fill = 'v') {
  records::BatchBuilder builder;
  const std::string value(value_size, fill);
  for (int i = 0; i < records; ++i) builder.append(Timestamp(first.value + i), std::nullopt, value);
  const std::string bytes = *builder.finish({});
  const auto header = *records::parse_header(bytes);
  return {{header, header.max_timestamp}, base::Slice::copy_of(bytes)};
}

/// One record, in a batch of exactly `size` bytes (72 at least, no more than 60,000 or so).
inline ProducedBatch batch_of_size(std::size_t size, Timestamp time = Timestamp(1000), char fill = 'v') {
  for (std::size_t value = size - 61;; --value) {
    auto batch = produced_batch(1, time, value, fill);
    if (batch.bytes.bytes.size() <= size) return batch;
  }
}

}  // namespace kstream::test
