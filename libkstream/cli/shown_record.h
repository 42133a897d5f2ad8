#pragma once

#include <kstream/consumer.h>
#include <kstream/record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

inline const BatchInfo kNoBatch;

/// Copies of headers that somebody else owns.
template <class Headers>
std::vector<Header> copied(const Headers& headers) {
  std::vector<Header> copies;
  for (const HeaderView& header : headers) {
    copies.push_back({std::string(header.name), std::nullopt});
    if (header.value) copies.back().value = *header.value;
  }
  return copies;
}

/// A record on its way out, with what stands around it.
struct ShownRecord {
  std::string_view topic;
  PartitionId partition;
  const RecordView& record;
  Offset high_watermark = kNoOffset;  ///< of the partition, when the record was fetched
  const BatchInfo& batch = kNoBatch;  ///< that it came in
  std::uint64_t line = 0;             ///< of the input, from 1 on, of a record that was sent
};

}  // namespace kstream::cli
