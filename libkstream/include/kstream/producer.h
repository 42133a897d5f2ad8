#pragma once

#include <kstream/client_config.h>
#include <kstream/export.h>
#include <kstream/ids.h>
#include <kstream/record.h>
#include <kstream/result.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream {

/// A record to send. All views are copied by Producer::send.
struct ProducerRecord {
  std::string_view topic;
  /// Without one: by murmur2 of the key, as Kafka's Java client does it; without a key too, one partition until its
  /// batch is full, then another (KIP-480).
  std::optional<PartitionId> partition{};
  Timestamp timestamp = kNoTimestamp;  ///< kNoTimestamp: the time of send()
  std::optional<std::string_view> key{};
  std::optional<std::string_view> value{};
  std::span<const HeaderView> headers{};
  /// Comes back in the Delivery, for the caller's own use: a line number, an index.
  std::uint64_t tag = 0;
};

/// The partition that Kafka's Java client, and Producer::send, give a key: murmur2; `partitions` > 0.
KSTREAM_API PartitionId partition_of_key(std::string_view key, std::int32_t partitions);

/// What became of one batch. Valid during the handler's call only.
class KSTREAM_API Delivery {
 public:
  /// A record because of which the brokers refused the batch, and why.
  struct RecordError {
    std::size_t index;  ///< into tags()
    std::string_view detail;
  };

  /// Where its records go.
  std::string_view topic() const { return topic_; }
  PartitionId partition() const { return partition_; }
  /// The tags of its records, in the order of their offsets: record i has base_offset() + i.
  std::span<const std::uint64_t> tags() const { return tags_; }
  /// How many records it has.
  std::size_t count() const { return tags_.size(); }

  /// Whether the brokers acknowledged the records as `acks` asks; with acks=0, whether they were sent.
  bool ok() const { return error_.code == ErrorCode::none; }
  /// Of the first record; kNoOffset with acks=0 and if not ok().
  Offset base_offset() const { return base_offset_; }
  /// The brokers' clock if the topic has message.timestamp.type=LogAppendTime, else kNoTimestamp.
  Timestamp append_time() const { return append_time_; }

  /// Why not: what the last attempt came to, or REQUEST_TIMED_OUT once delivery.timeout.ms is over. REQUEST_TIMED_OUT,
  /// NETWORK_EXCEPTION, NOT_ENOUGH_REPLICAS_AFTER_APPEND and UNKNOWN_SERVER_ERROR leave open whether the records are in
  /// the log; so does every code if the answer to an earlier attempt was lost.
  const Error& error() const { return error_; }
  /// Those records because of which the broker refused the whole batch, if it said so (INVALID_RECORD, KIP-467).
  std::span<const RecordError> record_errors() const { return record_errors_; }
  /// Copies of the records of a batch that is not ok(); empty if it is. Their offsets are kNoOffset.
  std::vector<Record> records() const;

 private:
  friend class Producer;
  std::string_view topic_;
  PartitionId partition_{-1};
  std::span<const std::uint64_t> tags_;
  Offset base_offset_ = kNoOffset;
  Timestamp append_time_ = kNoTimestamp;
  Error error_{ErrorCode::none, {}};
  std::span<const RecordError> record_errors_;
  std::string_view batch_;
};

/// Counts since the producer was made. A record is first queued, then acknowledged or failed.
struct ProducerStats {
  // A batch of send_batch() counts as one record.
  std::uint64_t records_sent = 0;  ///< taken by send()
  std::uint64_t records_acknowledged = 0;
  std::uint64_t records_failed = 0;
  std::uint64_t bytes_acknowledged = 0;  ///< as sent: compressed batches
  std::uint64_t batches_acknowledged = 0;
  std::uint64_t retries = 0;           ///< batches sent again
  std::uint64_t records_repeated = 0;  ///< acknowledged, but sent again before as no answer came: may be there twice
  std::size_t buffered_bytes = 0;      ///< of `buffer.memory`, now
  Error last_trouble{ErrorCode::none, {}};  ///< why batches wait now, if they do: a broker out of reach, no leader
};

/// Sends records in batches, on a thread of its own.
///
/// Order: records for one partition are appended in the order of send(), also when a batch is sent again; a batch that
/// fails for good leaves a gap. Delivery is at least once: without `enable.idempotence`, which is not there yet, a
/// batch whose answer was lost is appended twice.
///
/// All members may be called by several threads at once.
class KSTREAM_API Producer {
 public:
  /// Called once for each batch, within poll(), flush() and any send() that has to wait, on that thread. Must not call
  /// the producer. What it throws comes out of that call; the batches behind are handed over by the next one.
  using DeliveryHandler = std::function<void(const Delivery&)>;

  /// Does not connect. INVALID_CONFIG if properties contradict each other or `bootstrap.servers` cannot be read.
  static Result<Producer> create(const ClientConfig& config, DeliveryHandler handler = nullptr);
  /// What was moved from may be destroyed and assigned to, nothing else.
  Producer(Producer&&) noexcept;
  Producer& operator=(Producer&&) noexcept;
  /// Drops what is not delivered yet, without report: flush() first.
  ~Producer();

  /// Copies the record into the batch of its partition. Waits at most `max.block.ms`, and only while `buffer.memory` is
  /// full, or until the partitions of a topic are known that was not sent to before. Errors, all of them before the
  /// record was taken: MESSAGE_TOO_LARGE (`max.request.size`); REQUEST_TIMED_OUT (no room in time);
  /// INVALID_TIMESTAMP (below -1); UNKNOWN_TOPIC_OR_PARTITION (no such partition; or still no such topic when the wait
  /// ended); what else kept the client from learning of the topic, NETWORK_EXCEPTION, TOPIC_AUTHORIZATION_FAILED, ...
  Status send(const ProducerRecord& record);

  /// Sends a batch as Consumer::poll_batches() gives it, unchanged but for what the broker sets anyway: base offset and
  /// leader epoch. Its Delivery has one tag, whatever the number of records. Waits as send() does. Errors: those of
  /// send(); CORRUPT_MESSAGE (not one whole batch of version 2 with the right CRC); INVALID_RECORD (a control batch, or
  /// one of a transaction).
  Status send_batch(std::string_view topic, PartitionId partition, std::string_view batch, std::uint64_t tag);

  /// Hands the batches that are done to the handler; if there is none, waits for the first. Returns their number. There
  /// is nothing to wait for without a handler.
  std::size_t poll(std::chrono::milliseconds timeout);

  /// Sends everything at once, waits until it is delivered or failed, and hands it to the handler. The first failure of
  /// a batch since the last flush, or REQUEST_TIMED_OUT if something is left after `timeout`.
  Status flush(std::chrono::milliseconds timeout);

  /// How many partitions `topic` has, asking the brokers if need be, no more often than `retry.backoff.ms` lets it.
  /// UNKNOWN_TOPIC_OR_PARTITION as soon as a broker says so; otherwise errors that may pass are tried again until
  /// `timeout`.
  Result<std::int32_t> partition_count(std::string_view topic, std::chrono::milliseconds timeout);

  /// As of now.
  ProducerStats stats() const;

  /// A descriptor that is readable while poll() would not wait, for poll(2). Owned by the producer; not to be read.
  int event_fd() const;

 private:
  class KSTREAM_LOCAL Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kstream
