#include "records/record_times.h"

#include "base/varint.h"
#include "records/fields.h"

#include <algorithm>

namespace kstream::records {
namespace {

/// A record's length, attributes, timestamp and offset take no more.
constexpr std::size_t kMostFirstFields =
    base::kMaxVarint<std::int32_t> + 1 + base::kMaxVarint<std::int64_t> + base::kMaxVarint<std::int32_t>;

}  // namespace

bool RecordTimes::next(Record& record) {
  while (ahead_ > rest_.size()) {
    ahead_ -= rest_.size();
    rest_ = {};
    if (!more()) return status_.ok() && fail("a record is cut off");
  }
  rest_.remove_prefix(ahead_);
  ahead_ = 0;
  while (rest_.size() < kMostFirstFields && more()) {
  }
  if (!status_.ok()) return false;
  if (records_ == header_.records_count) return !rest_.empty() && fail("bytes follow the last record of a batch");

  const char* const end = rest_.data() + rest_.size();
  std::int32_t length = 0;
  const char* const body = base::read_varint(rest_.data(), end, length);
  if (!body) return fail("a record is cut off");
  if (length < 1) return fail("a record is malformed");
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  const char* const first = body + 1;  // behind the attributes, of which none is in use
  const char* const last = std::min<std::ptrdiff_t>(length, end - body) + body;
  const char* p = first > last ? nullptr : base::read_varint(first, last, timestamp_delta);
  if (!p || !base::read_varint(p, last, offset_delta)) return fail("a record is malformed");
  if (offset_delta < 0 || offset_delta > header_.last_offset_delta)
    return fail("a record's offset is not in its batch");
  record.offset = header_.base_offset + offset_delta;
  record.timestamp = header_.timestamp_type() == TimestampType::log_append_time
                         ? header_.max_timestamp
                         : Timestamp(wrapping_sum(header_.base_timestamp.value, timestamp_delta));
  rest_.remove_prefix(static_cast<std::size_t>(body - rest_.data()));
  ahead_ = static_cast<std::size_t>(length);
  ++records_;
  return true;
}

/// Reads the next piece, behind what is left of the one before. False at the end, or if it failed.
bool RecordTimes::more() {
  if (!status_.ok()) return false;
  const std::string cut(rest_);
  const Result<BytesView> piece = decompressor_.next();
  if (!piece) return fail(piece.error());
  rest_ = cut.empty() ? *piece : BytesView(held_.assign(cut).append(*piece));
  return !piece->empty();
}

bool RecordTimes::fail(Error error) {
  status_ = std::move(error);
  rest_ = {};
  return false;
}

}  // namespace kstream::records
