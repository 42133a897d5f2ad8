#pragma once

#include <kstream/ids.h>
#include <kstream/record.h>
#include <kstream/result.h>

#include "records/batch.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kstream::records {

/// How far a produced batch is looked into (`record.validation`): its header; the records too if they are not
/// compressed.
enum class Validation : std::uint8_t { header, walk };

/// What a topic and a request's version allow.
struct ProduceLimits {
  std::int32_t max_message_bytes = 1'048'588;                 ///< max.message.bytes: of the batch as it is sent
  bool zstd_allowed = true;                                   ///< Produce version 7 and above
  TimestampType timestamp_type = TimestampType::create_time;  ///< message.timestamp.type
  Timestamp now{};                                            ///< what the next two are counted from
  std::int64_t timestamp_before_max_ms = INT64_MAX;           ///< message.timestamp.before.max.ms
  std::int64_t timestamp_after_max_ms = 3'600'000;            ///< message.timestamp.after.max.ms
};

/// A batch that may be appended.
struct ValidBatch {
  BatchHeader header;
  /// The greatest timestamp of its records; where they were not looked at, what the header says. -1 if none has one.
  Timestamp max_timestamp;
};

/// A record that made its batch be refused, for the RecordErrors of a Produce response (version 8 and above).
struct RecordError {
  std::int32_t index = 0;  ///< from 0, in the batch
  std::string_view reason;
  bool operator==(const RecordError&) const = default;
};
/// At most so many are told: a batch can hold 100,000 bad records.
inline constexpr std::size_t kMaxRecordErrors = 100;

/// Checks the `records` field of one partition in a Produce request of version 3 or above, in the order and with the
/// codes of Apache Kafka, as far as no state of the log is needed:
///  - one whole batch of magic 2 with base offset 0: INVALID_RECORD; a length or magic that cannot be: CORRUPT_MESSAGE;
///  - zstd where not allowed and, once the CRC is right, no known codec: UNSUPPORTED_COMPRESSION_TYPE;
///  - size: MESSAGE_TOO_LARGE; CRC: CORRUPT_MESSAGE;
///  - count and offsets agree, not a control batch, a sequence if there is a producer id: INVALID_RECORD;
///  - no LogAppendTime, which only a broker may set: INVALID_TIMESTAMP;
///  - records, as far as `level` says: whole, offsets 0 to n-1, nothing behind the last:
///    INVALID_RECORD; timestamps in the window: INVALID_TIMESTAMP. Where records are not looked at, the max timestamp
///    is.
/// Where single records are at fault, `errors` (otherwise left empty) says which. Allocates nothing if all is well.
/// Idempotent and transactional batches pass: ask the header.
Result<ValidBatch> validate_produce(BytesView records, Validation level, const ProduceLimits& limits,
                                    std::vector<RecordError>& errors);

}  // namespace kstream::records
