#include "records/batch.h"

#include "base/crc32c.h"

#include <limits>

namespace kstream::records {

using base::load_be;
using base::store_be;

BatchHeader load_header(const char* p) {
  BatchHeader h;
  h.base_offset = Offset(load_be<std::int64_t>(p + at::kBaseOffset));
  h.length = load_be<std::int32_t>(p + at::kLength);
  h.leader_epoch = LeaderEpoch(load_be<std::int32_t>(p + at::kLeaderEpoch));
  h.crc = load_be<std::uint32_t>(p + at::kCrc);
  h.attributes = load_be<std::int16_t>(p + at::kAttributes);
  h.last_offset_delta = load_be<std::int32_t>(p + at::kLastOffsetDelta);
  h.base_timestamp = Timestamp(load_be<std::int64_t>(p + at::kBaseTimestamp));
  h.max_timestamp = Timestamp(load_be<std::int64_t>(p + at::kMaxTimestamp));
  h.producer_id = ProducerId(load_be<std::int64_t>(p + at::kProducerId));
  h.producer_epoch = load_be<std::int16_t>(p + at::kProducerEpoch);
  h.base_sequence = load_be<std::int32_t>(p + at::kBaseSequence);
  h.records_count = load_be<std::int32_t>(p + at::kRecordsCount);
  return h;
}

void store_header(char* p, const BatchHeader& h) {
  store_be(p + at::kBaseOffset, h.base_offset.value);
  store_be(p + at::kLength, h.length);
  store_be(p + at::kLeaderEpoch, h.leader_epoch.value);
  p[at::kMagic] = kMagic;
  store_be(p + at::kCrc, h.crc);
  store_be(p + at::kAttributes, h.attributes);
  store_be(p + at::kLastOffsetDelta, h.last_offset_delta);
  store_be(p + at::kBaseTimestamp, h.base_timestamp.value);
  store_be(p + at::kMaxTimestamp, h.max_timestamp.value);
  store_be(p + at::kProducerId, h.producer_id.value);
  store_be(p + at::kProducerEpoch, h.producer_epoch);
  store_be(p + at::kBaseSequence, h.base_sequence);
  store_be(p + at::kRecordsCount, h.records_count);
}

Result<BatchHeader> parse_header(BytesView bytes) {
  const auto corrupt = [](const char* what) { return Error{ErrorCode::corrupt_message, what}; };
  if (bytes.size() < kBatchHeaderSize) return corrupt("a batch header is cut off");
  if (bytes[at::kMagic] != kMagic) return corrupt("a batch's magic is not 2");
  const BatchHeader header = load_header(bytes.data());
  if (header.length < kMinLength) return corrupt("a batch's length is below 49");
  if (header.length > kMaxLength) return corrupt("a batch's length is above 2 GiB");
  constexpr std::int64_t kMost =
      std::numeric_limits<std::int64_t>::max() - std::numeric_limits<std::int32_t>::max() - 1;
  if (header.base_offset.value < 0 || header.base_offset.value > kMost)
    return corrupt("a batch's base offset is impossible");
  if (header.last_offset_delta < 0) return corrupt("a batch's last offset delta is negative");
  if (header.records_count < 0) return corrupt("a batch's record count is negative");
  return header;
}

bool check_crc(BytesView batch) {
  return base::crc32c(0, batch.substr(at::kAttributes)) == load_be<std::uint32_t>(batch.data() + at::kCrc);
}

BatchHead copy_head(BytesView batch) {
  BatchHead head;
  std::memcpy(head.data(), batch.data(), head.size());
  return head;
}

void set_base_offset(BatchHead& head, Offset offset) { store_be(head.data() + at::kBaseOffset, offset.value); }

void set_leader_epoch(BatchHead& head, LeaderEpoch epoch) { store_be(head.data() + at::kLeaderEpoch, epoch.value); }

void set_crc(BatchHead& head, BytesView rest) {
  const BytesView covered = BytesView(head.data(), head.size()).substr(at::kAttributes);
  store_be(head.data() + at::kCrc, base::crc32c(base::crc32c(0, covered), rest));
}

void set_max_timestamp(BatchHead& head, BytesView rest, TimestampType type, Timestamp timestamp) {
  const auto attributes = load_be<std::int16_t>(head.data() + at::kAttributes);
  const auto wanted = static_cast<std::int16_t>(
      type == TimestampType::log_append_time ? attributes | kLogAppendTimeBit : attributes & ~kLogAppendTimeBit);
  if (wanted == attributes && load_be<std::int64_t>(head.data() + at::kMaxTimestamp) == timestamp.value) return;
  store_be(head.data() + at::kAttributes, wanted);
  store_be(head.data() + at::kMaxTimestamp, timestamp.value);
  set_crc(head, rest);
}

}  // namespace kstream::records
