#pragma once

#include <kstream/ids.h>
#include <kstream/record.h>
#include <kstream/result.h>

#include "records/batch.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace kstream::records {

/// What a batch says beside its records. The defaults are what a producer without idempotence sends.
struct BatchOptions {
  Offset base_offset{};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  ProducerId producer_id{-1};
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  bool transactional = false;
  bool control = false;  ///< keys are control_key()s
  Codec codec = Codec::none;
  std::optional<int> level{};  ///< of the codec; its default if not given
};

/// Gathers records into one buffer and makes a batch of them. No allocation per record but the buffer's growth. What is
/// compressed leaves the buffer for the next batch; what is not becomes the batch itself, without a copy.
class BatchBuilder {
 public:
  using Bytes = std::optional<BytesView>;

  /// The batch must stay below 1 GiB.
  void append(Timestamp timestamp, Bytes key, Bytes value, std::span<const HeaderView> headers = {});

  bool empty() const { return count_ == 0; }
  std::int32_t count() const { return count_; }
  /// Bytes of the batch if finished now without compression.
  std::size_t size() const { return std::max(kBatchHeaderSize, size_); }
  /// At least the bytes by which `append` would make the batch grow.
  static std::size_t record_size_bound(Bytes key, Bytes value, std::span<const HeaderView> headers = {});

  /// The batch; the builder is empty afterwards. There must be a record. Fails only where compression fails.
  Result<std::string> finish(const BatchOptions& options);

  /// Memory for the next batch, of one that is done with. There must be no record.
  void reuse(std::string memory) {
    batch_ = std::move(memory);
    size_ = 0;
  }

 private:
  std::string batch_;     ///< room for the header, the records, and bytes that others may take
  std::size_t size_ = 0;  ///< of header and records
  std::int32_t count_ = 0;
  Timestamp base_timestamp_;
  Timestamp max_timestamp_;
};

/// A record of an internal log.
struct KeyValue {
  std::optional<BytesView> key{};
  std::optional<BytesView> value{};
};

/// A batch of one or more records that all have one timestamp, uncompressed: what coordinators and the metadata log
/// write.
std::string make_batch(const BatchOptions& options, Timestamp timestamp, std::span<const KeyValue> records);

}  // namespace kstream::records
