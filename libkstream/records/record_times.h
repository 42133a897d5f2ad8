#pragma once

#include <kstream/result.h>

#include "records/batch.h"
#include "records/compress.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace kstream::records {

/// Goes over the offsets and timestamps of a batch's records: `while (times.next(record)) ...`, then `status()`. Keys
/// and values are passed over piece by piece, so that a compressed batch costs a piece of memory, whatever it expands
/// to. Errors as of RecordReader and Decompressor.
class RecordTimes {
 public:
  struct Record {
    Offset offset;
    Timestamp timestamp;
  };

  /// `payload`, which must outlive this, is the batch behind its header; at most `max_bytes` of what it expands to
  /// are looked at.
  RecordTimes(const BatchHeader& header, BytesView payload, std::size_t max_bytes)
      : header_(header), decompressor_(header.codec(), payload, max_bytes) {}
  bool next(Record& record);
  const Status& status() const { return status_; }

 private:
  bool more();
  bool fail(Error error);
  bool fail(const char* what) { return fail(Error{ErrorCode::corrupt_message, what}); }

  const BatchHeader header_;
  Decompressor decompressor_;
  std::string held_;       ///< the end of a piece, in the middle of a record's first fields, and the piece behind it
  BytesView rest_;         ///< what was not read, of `held_` or the decompressor's piece
  std::size_t ahead_ = 0;  ///< bytes of the record before that are to be passed over
  std::int32_t records_ = 0;
  Status status_;
};

}  // namespace kstream::records
