#include "records/iterate.h"

#include "records/compress.h"
#include "records/fields.h"

namespace kstream::records {

bool BatchReader::next(BatchView& batch) {
  if (rest_.size() < kBatchHeaderSize || !status_.ok()) return false;
  Result<BatchHeader> header = parse_header(rest_);
  if (!header) {
    status_ = header.error();
    return false;
  }
  if (header->size() > rest_.size()) return false;
  batch = {*header, rest_.substr(0, header->size())};
  rest_.remove_prefix(header->size());
  return true;
}

Result<BytesView> record_bytes(const BatchView& batch, std::size_t max_bytes, std::string& scratch) {
  if (batch.header.codec() == Codec::none) return payload(batch.bytes);
  scratch.clear();
  Status status = decompress_all(batch.header.codec(), payload(batch.bytes), max_bytes, scratch);
  if (!status) return status.error();
  return BytesView(scratch);
}

RecordReader::RecordReader(const BatchHeader& header, BytesView records)
    : at_(records.data()),
      end_(records.data() + records.size()),
      left_(header.records_count),
      last_offset_delta_(header.last_offset_delta),
      base_offset_(header.base_offset),
      base_timestamp_(header.base_timestamp),
      timestamp_type_(header.timestamp_type()),
      max_timestamp_(header.max_timestamp) {}

bool RecordReader::fail(const char* what) {
  left_ = 0;
  at_ = end_;
  status_ = Error{ErrorCode::corrupt_message, what};
  return false;
}

bool RecordReader::next(RecordView& record) {
  if (left_ == 0) return at_ == end_ ? false : fail("bytes follow the last record of a batch");
  std::int32_t length = 0;
  const char* body = base::read_varint(at_, end_, length);
  if (!body || length < 0 || end_ - body < length) return fail("a record is cut off");
  RecordFields fields;
  if (!read_record_body(body, body + length, fields)) return fail("a record is malformed");
  if (fields.offset_delta < 0 || fields.offset_delta > last_offset_delta_)
    return fail("a record's offset is not in its batch");
  record.offset = base_offset_ + fields.offset_delta;
  record.timestamp = timestamp_type_ == TimestampType::log_append_time
                         ? max_timestamp_
                         : Timestamp(wrapping_sum(base_timestamp_.value, fields.timestamp_delta));
  record.key = fields.key.view();
  record.value = fields.value.view();
  record.headers = HeaderRange(BytesView(fields.headers, static_cast<std::size_t>(body + length - fields.headers)),
                               static_cast<std::size_t>(fields.header_count));
  at_ = body + length;
  --left_;
  return true;
}

}  // namespace kstream::records
