#include "records/builder.h"

#include "base/assert.h"
#include "base/crc32c.h"
#include "base/varint.h"
#include "records/compress.h"
#include "records/fields.h"

#include <algorithm>
#include <utility>

namespace kstream::records {
namespace {

using Bytes = BatchBuilder::Bytes;

std::size_t field_size(Bytes field) {
  return field ? base::varint_size(static_cast<std::int32_t>(field->size())) + field->size() : 1;
}

char* write_field(char* p, Bytes field) {
  p = base::write_varint(p, field ? static_cast<std::int32_t>(field->size()) : -1);
  return field ? std::copy(field->begin(), field->end(), p) : p;
}

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

/// How much of the buffer is made ready for later records at a time: not for each record, and not what nobody may need.
constexpr std::size_t kMostAhead = std::size_t{64} << 10;

/// Of key, value and headers with their count.
std::size_t content_size(Bytes key, Bytes value, std::span<const HeaderView> headers) {
  std::size_t size = field_size(key) + field_size(value) + base::varint_size(static_cast<std::int32_t>(headers.size()));
  for (const HeaderView& header : headers) size += field_size(header.name) + field_size(header.value);
  return size;
}

}  // namespace

std::size_t BatchBuilder::record_size_bound(Bytes key, Bytes value, std::span<const HeaderView> headers) {
  constexpr std::size_t kFixed = 1 + base::kMaxVarint<std::int32_t> * 2 + base::kMaxVarint<std::int64_t>;
  return kFixed + content_size(key, value, headers);
}

void BatchBuilder::append(Timestamp timestamp, Bytes key, Bytes value, std::span<const HeaderView> headers) {
  if (count_ == 0) base_timestamp_ = max_timestamp_ = timestamp;
  max_timestamp_ = std::max(max_timestamp_, timestamp);
  const std::int64_t timestamp_delta = wrapping_difference(timestamp.value, base_timestamp_.value);
  const std::size_t size =
      1 + base::varint_size(timestamp_delta) + base::varint_size(count_) + content_size(key, value, headers);
  const std::size_t start = this->size();
  KS_ASSERT(start + size < kMostBytes);
  size_ = start + base::varint_size(static_cast<std::int32_t>(size)) + size;
  if (size_ > batch_.size()) batch_.resize(std::max(size_, batch_.size() + std::min(batch_.size(), kMostAhead)));
  char* p = base::write_varint(batch_.data() + start, static_cast<std::int32_t>(size));
  *p++ = 0;  // attributes
  p = base::write_varint(p, timestamp_delta);
  p = base::write_varint(p, count_++);
  p = write_field(p, key);
  p = write_field(p, value);
  p = base::write_varint(p, static_cast<std::int32_t>(headers.size()));
  for (const HeaderView& header : headers) p = write_field(write_field(p, header.name), header.value);
  KS_ASSERT(p == batch_.data() + size_);
}

Result<std::string> BatchBuilder::finish(const BatchOptions& options) {
  KS_ASSERT(count_ > 0);
  std::string batch;
  if (options.codec == Codec::none) {
    batch = std::exchange(batch_, {});
    batch.resize(size_);
  } else {
    batch.resize(kBatchHeaderSize);
    const BytesView records = BytesView(batch_).substr(0, size_).substr(kBatchHeaderSize);
    if (Status status = compress(options.codec, options.level, records, batch); !status) return status.error();
  }
  size_ = 0;
  BatchHeader header;
  header.base_offset = options.base_offset;
  header.length = static_cast<std::int32_t>(batch.size() - kBatchPrefixSize);
  header.leader_epoch = options.leader_epoch;
  header.attributes =
      static_cast<std::int16_t>(static_cast<int>(options.codec) | (options.transactional ? kTransactionalBit : 0) |
                                (options.control ? kControlBit : 0));
  header.last_offset_delta = count_ - 1;
  header.base_timestamp = base_timestamp_;
  header.max_timestamp = max_timestamp_;
  header.producer_id = options.producer_id;
  header.producer_epoch = options.producer_epoch;
  header.base_sequence = options.base_sequence;
  header.records_count = count_;
  store_header(batch.data(), header);
  base::store_be(batch.data() + at::kCrc, base::crc32c(0, BytesView(batch).substr(at::kAttributes)));
  count_ = 0;
  return batch;
}

std::string make_batch(const BatchOptions& options, Timestamp timestamp, std::span<const KeyValue> records) {
  KS_ASSERT(options.codec == Codec::none);
  BatchBuilder builder;
  for (const KeyValue& record : records) builder.append(timestamp, record.key, record.value);
  return *builder.finish(options);
}

}  // namespace kstream::records
