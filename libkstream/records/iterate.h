#pragma once

#include <kstream/record.h>
#include <kstream/result.h>

#include "records/batch.h"

#include <cstdint>
#include <string>

namespace kstream::records {

/// A whole batch within bytes that somebody else owns.
struct BatchView {
  BatchHeader header;
  BytesView bytes;
};

/// Goes over a set of batches, as a log or a Fetch response holds them: `while (reader.next(batch)) ...`, then
/// `status()`. An incomplete batch at the end is left out, as brokers may cut a response anywhere. CRCs are not
/// checked.
class BatchReader {
 public:
  explicit BatchReader(BytesView set) : rest_(set) {}
  /// False at the end and at a header that parse_header refuses.
  bool next(BatchView& batch);
  const Status& status() const { return status_; }
  /// What was not read: nothing, an incomplete batch, or what begins with a bad header.
  BytesView rest() const { return rest_; }

 private:
  BytesView rest_;
  Status status_;
};

/// The records of a batch as bytes: those of `batch` itself, or decompressed into `scratch` (replaced; keep it for the
/// next batch, so that its memory is used again). MESSAGE_TOO_LARGE above `max_bytes`; CORRUPT_MESSAGE.
Result<BytesView> record_bytes(const BatchView& batch, std::size_t max_bytes, std::string& scratch);

/// Goes over the records of one batch: `while (reader.next(record)) ...`, then `status()`. Views point into the bytes
/// given. A batch of LogAppendTime gives its max timestamp to every record. After compaction offsets have gaps.
/// CORRUPT_MESSAGE: a record is malformed or its offset is not within the batch, the count is wrong, or bytes are left
/// over.
class RecordReader {
 public:
  /// `records` as record_bytes gives them.
  RecordReader(const BatchHeader& header, BytesView records);
  bool next(RecordView& record);
  const Status& status() const { return status_; }

 private:
  bool fail(const char* what);

  const char* at_;
  const char* end_;
  std::int32_t left_;
  std::int32_t last_offset_delta_;
  Offset base_offset_;
  Timestamp base_timestamp_;
  TimestampType timestamp_type_;
  Timestamp max_timestamp_;
  Status status_;
};

}  // namespace kstream::records
