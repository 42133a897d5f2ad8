#pragma once

#include <kstream/client_config.h>
#include <kstream/export.h>
#include <kstream/ids.h>
#include <kstream/record.h>
#include <kstream/result.h>
#include <kstream/topic_partition.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace kstream {

/// A partition to read, from where, and up to where if that is known: no fetch asks for records from there on, though
/// the last poll may bring some. Without it partitions that are at an end hold up others that are resumed: by
/// `fetch.max.wait.ms`.
struct Assignment {
  TopicPartition partition;
  Position position;
  std::optional<Offset> until{};
};

/// What the records of a batch have in common.
struct BatchInfo {
  std::size_t count = 0;  ///< of the records of this poll that came in it
  Offset base_offset = kNoOffset;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  TimestampType timestamp_type = TimestampType::create_time;
  ProducerId producer_id{-1};
  Codec codec = Codec::none;
  bool control = false;  ///< its records are control records; see Consumer::show_control_records
};

/// What one poll has found: something of one partition, or nothing.
struct Fetched {
  /// Empty if nothing came within the timeout. Valid until the partition is no longer assigned.
  std::string_view topic;
  PartitionId partition{-1};

  /// In the order of their offsets, without what transactions left behind as control records, unless these were asked
  /// for. May be empty although `position` moved. The views are valid as long as the answer: see Consumer::poll().
  std::span<const RecordView> records;
  /// The batches of these records, in the same order; their counts add up. Valid as long as the records.
  std::span<const BatchInfo> batches;
  /// Of poll_batches() only: the bytes of each of `batches`.
  std::span<const std::string_view> batch_bytes;
  /// The offset after the last of `records` or of what was passed over: where the next poll goes on.
  Offset position = kNoOffset;

  /// As of the fetch that these records came with.
  Offset high_watermark = kNoOffset;
  Offset last_stable_offset = kNoOffset;  ///< end of what `read_committed` may see
  Offset log_start_offset = kNoOffset;

  /// With a topic: the partition is at a halt until seek() or assign(): OFFSET_OUT_OF_RANGE, or
  /// INCONSISTENT_TOPIC_ID if the topic is another one of its name now (both with `auto.offset.reset=none`),
  /// CORRUPT_MESSAGE, TOPIC_AUTHORIZATION_FAILED, ... Without one: why nothing can come at present although the client
  /// keeps trying (no broker is in reach, no such topic yet, no leader); NONE if there merely is nothing new.
  Error error{ErrorCode::none, {}};

  /// Whether the poll has found nothing.
  bool empty() const { return topic.empty(); }
};

/// Reads the partitions that it is told to read, on a thread of its own. Of each partition it holds what two fetches
/// brought at most, the one that poll() is reading included.
///
/// One thread at a time may call a consumer. Properties: `isolation.level`, `fetch.*`, `max.partition.fetch.bytes`,
/// `max.poll.records` (for one poll), `check.crcs`, `auto.offset.reset` (of a position that is out of range or of a
/// topic that is no more: `none` halts the partition, `earliest` and `latest` move it).
class KSTREAM_API Consumer {
 public:
  /// Does not connect. INVALID_CONFIG if properties contradict each other or `bootstrap.servers` cannot be read.
  static Result<Consumer> create(const ClientConfig& config);
  /// What was moved from may be destroyed and assigned to, nothing else.
  Consumer(Consumer&&) noexcept;
  Consumer& operator=(Consumer&&) noexcept;
  ~Consumer();

  /// Reads these partitions from now on and no others. What was fetched of them before is dropped.
  /// INVALID_REQUEST, and nothing changes, if a partition is there twice, or its number or an offset is negative.
  Status assign(std::span<const Assignment> partitions);
  /// Whether polls give control records, too, in batches whose `control` is true. Off at first; it holds for what is
  /// fetched from then on.
  void show_control_records(bool shown);

  /// The next records, in turn from each partition that has some. Waits at most `timeout` for them. The answer, with
  /// all that it refers to, is valid until the next call of any member but position(), pause() and resume(): also a
  /// seek() of another partition ends it.
  const Fetched& poll(std::chrono::milliseconds timeout);

  /// The same, of whole batches as they are stored, not decompressed and not parsed: `records` is empty, `batches` and
  /// `batch_bytes` say what came. A batch that begins before the position comes as a whole,
  /// also if poll() has given a part of it. Control batches and those
  /// of aborted transactions are passed over as poll() does it.
  const Fetched& poll_batches(std::chrono::milliseconds timeout);

  /// Reads on from `position`, also if the partition was at a halt. UNKNOWN_TOPIC_OR_PARTITION if it is not assigned.
  Status seek(const TopicPartition& partition, Position position);
  /// A paused partition is not fetched; what is fetched already is kept for resume(), unless that and what the others
  /// hold exceeds `fetch.max.bytes`. UNKNOWN_TOPIC_OR_PARTITION if it
  /// is not assigned.
  Status pause(const TopicPartition& partition);
  /// Takes pause() back. UNKNOWN_TOPIC_OR_PARTITION if the partition is not assigned.
  Status resume(const TopicPartition& partition);
  /// Where the next poll of the partition goes on; nothing if it is not assigned, or its OffsetSpec is no offset yet.
  std::optional<Offset> position(const TopicPartition& partition) const;

  /// ListOffsets of any partitions, assigned or not, under this consumer's isolation level; one answer for each query
  /// in its place. Errors that may pass are tried again until `timeout`; what is left then has its last error.
  std::vector<ListedOffset> list_offsets(std::span<const OffsetQuery> queries, std::chrono::milliseconds timeout);
  /// The log start of each partition.
  std::vector<ListedOffset> beginning_offsets(std::span<const TopicPartition> partitions,
                                              std::chrono::milliseconds timeout);
  /// Behind the last record that may be read: the last stable offset, or with `read_uncommitted` the high watermark.
  std::vector<ListedOffset> end_offsets(std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout);
  /// The first record at or after `time` of each partition; kNoOffset where there is none.
  std::vector<ListedOffset> offsets_for_times(std::span<const TopicPartition> partitions, Timestamp time,
                                              std::chrono::milliseconds timeout);

  /// A descriptor that is readable while poll() would not wait, for poll(2). Owned by the consumer; not to be read.
  int event_fd() const;

 private:
  class KSTREAM_LOCAL Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kstream
