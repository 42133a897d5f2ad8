#pragma once

#include <kstream/ids.h>
#include <kstream/record.h>
#include <kstream/result.h>

#include "base/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>

/// Record batches, version 2 (magic 2), the only one there is since Kafka 4.0: a header of 61 bytes, then the records,
/// compressed as one piece or not at all.
namespace kstream::records {

using base::BytesView;

inline constexpr std::size_t kBatchHeaderSize = 61;
/// Base offset and length come first; the length counts what follows them.
inline constexpr std::size_t kBatchPrefixSize = 12;
/// What the length field may be: the rest of the header at least, and no more than Java can address.
inline constexpr std::int32_t kMinLength = kBatchHeaderSize - kBatchPrefixSize;
inline constexpr std::int32_t kMaxLength = INT32_MAX - 64;
inline constexpr std::int8_t kMagic = 2;

/// Where the header's fields are. The CRC covers everything from `attributes` on.
namespace at {
inline constexpr std::size_t kBaseOffset = 0, kLength = 8, kLeaderEpoch = 12, kMagic = 16, kCrc = 17, kAttributes = 21,
                             kLastOffsetDelta = 23, kBaseTimestamp = 27, kMaxTimestamp = 35, kProducerId = 43,
                             kProducerEpoch = 51, kBaseSequence = 53, kRecordsCount = 57;
}  // namespace at

/// Bits of `attributes`; the lowest three are the codec.
inline constexpr std::int16_t kCodecMask = 0x07, kLogAppendTimeBit = 0x08, kTransactionalBit = 0x10, kControlBit = 0x20;

struct BatchHeader {
  Offset base_offset;
  std::int32_t length = 0;  ///< bytes behind the length field
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::uint32_t crc = 0;
  std::int16_t attributes = 0;
  std::int32_t last_offset_delta = 0;
  Timestamp base_timestamp = kNoTimestamp;  ///< where attributes have 0x40, the delete horizon (KIP-534)
  Timestamp max_timestamp = kNoTimestamp;
  ProducerId producer_id{-1};
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  std::int32_t records_count = 0;

  bool operator==(const BatchHeader&) const = default;

  /// Bytes of the whole batch.
  std::size_t size() const { return kBatchPrefixSize + static_cast<std::size_t>(length); }
  Offset last_offset() const { return base_offset + last_offset_delta; }
  Offset next_offset() const { return last_offset() + 1; }
  /// 5, 6 and 7 are no codecs; decompression refuses them.
  Codec codec() const { return static_cast<Codec>(attributes & kCodecMask); }
  TimestampType timestamp_type() const {
    return attributes & kLogAppendTimeBit ? TimestampType::log_append_time : TimestampType::create_time;
  }
  bool is_transactional() const { return attributes & kTransactionalBit; }
  bool is_control() const { return attributes & kControlBit; }
  bool has_producer_id() const { return producer_id.value >= 0; }
};

/// Reads the header at the start of `bytes`, which need not hold the rest of the batch. What it accepts is safe to
/// calculate with: length of 49 or more, magic 2, no negative count or offset. CORRUPT_MESSAGE else.
Result<BatchHeader> parse_header(BytesView bytes);

/// The header's 61 bytes as fields and back, unchecked; storing sets magic 2.
BatchHeader load_header(const char* p);
void store_header(char* p, const BatchHeader& header);

/// The bytes behind the header, compressed or not. `batch` holds exactly the batch.
inline BytesView payload(BytesView batch) { return batch.substr(kBatchHeaderSize); }

/// Whether the CRC of a whole batch is right. `batch` has at least kBatchHeaderSize bytes.
bool check_crc(BytesView batch);

/// A batch's header as bytes that may be changed: a received frame is never written to.
using BatchHead = std::array<char, kBatchHeaderSize>;

BatchHead copy_head(BytesView batch);
/// What the leader stamps on a batch; the CRC covers neither.
void set_base_offset(BatchHead& head, Offset offset);
void set_leader_epoch(BatchHead& head, LeaderEpoch epoch);
/// Sets the CRC that `head` and `rest`, the batch behind its header, now have.
void set_crc(BatchHead& head, BytesView rest);
/// Sets the greatest timestamp and its type, and the CRC anew if either differs from what was there. `rest` is the
/// batch behind its header. The leader calls this with ValidBatch::max_timestamp, or with its clock where the topic's
/// type is LogAppendTime.
void set_max_timestamp(BatchHead& head, BytesView rest, TimestampType type, Timestamp timestamp);

}  // namespace kstream::records
