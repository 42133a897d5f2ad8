#include "records/validate.h"

#include "base/varint.h"
#include "records/fields.h"

#include <algorithm>
#include <limits>
#include <string>

namespace kstream::records {
namespace {

constexpr std::int32_t kLegacyMinLength = 14;  // of magic 0, which only has to be told from nonsense

Error invalid(std::string what) { return {ErrorCode::invalid_record, std::move(what)}; }
Error corrupt(std::string what) { return {ErrorCode::corrupt_message, std::move(what)}; }

/// The topic's window of time, inclusive.
struct Window {
  std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
  std::int64_t latest = std::numeric_limits<std::int64_t>::max();

  explicit Window(const ProduceLimits& limits) {
    if (limits.timestamp_type != TimestampType::create_time) return;
    std::int64_t bound = 0;
    if (!__builtin_sub_overflow(limits.now.value, limits.timestamp_before_max_ms, &bound)) earliest = bound;
    if (!__builtin_add_overflow(limits.now.value, limits.timestamp_after_max_ms, &bound)) latest = bound;
  }
  /// -1 is no time, and always passes.
  bool contains(std::int64_t timestamp) const {
    return (timestamp >= earliest && timestamp <= latest) || timestamp == kNoTimestamp.value;
  }
};

constexpr std::string_view kOutsideWindow = "the timestamp is further from the broker's time than the topic allows";

/// Checks the records of one batch.
class Walk {
 public:
  Walk(const BatchHeader& header, const ProduceLimits& limits, std::vector<RecordError>& errors)
      : header_(header), window_(limits), errors_(errors) {}

  Result<ValidBatch> read(BytesView bytes) {
    const char* p = bytes.data();
    const char* const end = p + bytes.size();
    RecordFields record;
    while (p < end) {
      if (index_ == header_.records_count) return invalid("bytes follow the last record of the batch");
      std::int32_t length = 0;
      const char* body = base::read_varint(p, end, length);
      if (!body && static_cast<std::size_t>(end - p) < base::kMaxVarint<std::int32_t>) break;
      if (!body || length < 0 || length > kMaxLength) return refuse("has an impossible length");
      if (end - body < length) break;
      if (!read_record_body(body, body + length, record)) return refuse("is malformed");
      if (record.offset_delta != index_) return refuse("has an offset that does not continue the batch");
      check(record);
      ++index_;
      p = body + length;
    }
    if (index_ < header_.records_count) return refuse(p < end ? "is cut off" : "is missing");
    if (wrong_time_ > 0) {
      return Error{ErrorCode::invalid_timestamp,
                   std::to_string(wrong_time_) + " records: " + std::string(kOutsideWindow)};
    }
    return ValidBatch{header_, Timestamp(max_timestamp_)};
  }

 private:
  /// What is wrong with a record that can be read.
  void check(const RecordFields& record) {
    const std::int64_t timestamp = wrapping_sum(header_.base_timestamp.value, record.timestamp_delta);
    max_timestamp_ = std::max(max_timestamp_, timestamp);
    if (!window_.contains(timestamp)) [[unlikely]] {
      ++wrong_time_;
      note(kOutsideWindow);
    }
  }

  Error refuse(std::string_view what) {
    errors_.clear();
    note("the record cannot be read");
    return invalid("record " + std::to_string(index_) + " of the batch " + std::string(what));
  }

  void note(std::string_view reason) {
    if (errors_.size() < kMaxRecordErrors) errors_.push_back({index_, reason});
  }

  const BatchHeader& header_;
  const Window window_;
  std::vector<RecordError>& errors_;
  std::int32_t index_ = 0;
  std::int32_t wrong_time_ = 0;
  std::int64_t max_timestamp_ = kNoTimestamp.value;
};

/// One whole batch, of a form and size that the topic and the request's version allow.
Result<BatchHeader> check_shape(BytesView records, const ProduceLimits& limits) {
  if (records.size() < at::kCrc) return invalid("there is no whole record batch");
  const auto length = base::load_be<std::int32_t>(records.data() + at::kLength);
  const auto magic = static_cast<std::int8_t>(records[at::kMagic]);
  if (length < kLegacyMinLength || length > kMaxLength) return corrupt("the batch's length is impossible");
  if (magic < 0 || magic > kMagic) return corrupt("the batch's magic is unknown");
  const std::size_t size = kBatchPrefixSize + static_cast<std::size_t>(length);
  if (size > records.size()) return invalid("there is no whole record batch");
  if (magic != kMagic) return invalid("only record batches of magic 2 may be produced");
  if (length < kMinLength) return corrupt("the batch is shorter than its header");
  const BatchHeader header = load_header(records.data());
  if (header.codec() == Codec::zstd && !limits.zstd_allowed) {
    return Error{ErrorCode::unsupported_compression_type, "zstd needs Produce version 7"};
  }
  if (size < records.size()) return invalid("there must be exactly one record batch per partition");
  if (header.base_offset.value != 0) return invalid("the base offset of a produced batch must be 0");
  if (size > static_cast<std::size_t>(limits.max_message_bytes)) {
    return Error{ErrorCode::message_too_large, "the batch has " + std::to_string(size) + " bytes; the topic takes " +
                                                   std::to_string(limits.max_message_bytes)};
  }
  return header;
}

/// What the header says of itself, once its CRC is known to be right.
Status check_header(const BatchHeader& header) {
  if (header.codec() > Codec::zstd) {
    return {ErrorCode::unsupported_compression_type, "there is no such compression codec"};
  }
  if (header.records_count <= 0 || header.last_offset_delta != header.records_count - 1) {
    return invalid("the batch's record count and its offsets disagree");
  }
  if (header.is_control()) return invalid("clients may not write control batches");
  if (header.has_producer_id() && header.base_sequence < 0) {
    return invalid("a batch with a producer id needs a sequence");
  }
  if (header.timestamp_type() == TimestampType::log_append_time) {
    return {ErrorCode::invalid_timestamp, "only brokers may set the timestamp type LogAppendTime"};
  }
  return {};
}

}  // namespace

Result<ValidBatch> validate_produce(BytesView records, Validation level, const ProduceLimits& limits,
                                    std::vector<RecordError>& errors) {
  errors.clear();
  Result<BatchHeader> header = check_shape(records, limits);
  if (!header) return header.error();
  if (!check_crc(records)) return corrupt("the batch's CRC is wrong");
  if (Status status = check_header(*header); !status) return status.error();
  if (level == Validation::header || header->codec() != Codec::none) {
    if (Window(limits).contains(header->max_timestamp.value)) return ValidBatch{*header, header->max_timestamp};
    return Error{ErrorCode::invalid_timestamp, "the batch's greatest timestamp: " + std::string(kOutsideWindow)};
  }
  return Walk(*header, limits, errors).read(payload(records));
}

}  // namespace kstream::records
