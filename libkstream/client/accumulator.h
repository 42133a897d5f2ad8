#pragma once

#include <kstream/ids.h>
#include <kstream/producer.h>
#include <kstream/result.h>

#include "base/random.h"
#include "base/time.h"
#include "client/batch.h"
#include "client/metadata.h"
#include "client/settings.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kstream::client {

struct ProducerTopic;

/// The batches of a partition, oldest first. At most one is under way at a time, so that none overtakes another.
struct PartitionQueue {
  ProducerTopic* topic;
  PartitionId partition;
  std::size_t largest;  ///< batch, uncompressed
  std::deque<BatchPtr> waiting;
  bool under_way = false;
  bool listed = false;         ///< among Accumulator::active
  bool topic_is_gone = false;  ///< as the last answer said
};

struct ProducerTopic {
  std::string name;
  /// Of the last metadata; see TopicMetadata.
  ErrorCode error = ErrorCode::leader_not_available;
  std::uint64_t answers = 0;
  std::size_t count = 0;                                ///< of partitions, now
  std::vector<std::unique_ptr<PartitionQueue>> queues;  ///< by partition; those that are gone too
  std::vector<PartitionId> with_leader;
  PartitionId sticky{-1};  ///< where records without key go
  std::size_t sticky_bytes = 0;
};

/// Gathers records into batches, one open batch a partition, within a budget of memory. Pure; one lock of the producer
/// guards it and the sender.
class Accumulator {
 public:
  Accumulator(const ProducerSettings& settings, std::uint64_t seed) : settings_(settings), random_(seed) {}

  /// The topic's state, made if it is new; stays where it is.
  ProducerTopic& topic(std::string_view name);
  /// Takes what metadata says of the topics now. Partitions that are gone keep their batches; a topic that has some
  /// never has none again.
  void update(const Metadata& metadata);

  /// The budget that a record takes.
  static std::size_t cost(const ProducerRecord& record);
  /// Whether no batch may hold a record of that cost.
  bool is_too_large(std::size_t cost) const;
  bool has_room(std::size_t cost) const { return used_ == 0 || used_ + cost <= settings_.buffer_memory; }
  /// A record is taken in three steps, so that the time is only asked for where it matters. First its queue; the topic
  /// must have its partition, if it names one, else at least one.
  PartitionQueue& choose(ProducerTopic& topic, const ProducerRecord& record, std::size_t cost);
  /// Whether the last batch of the queue takes it. A batch that cannot be sent yet because others are before it grows
  /// beyond `batch.size`: larger batches cost less, and it waits anyway.
  bool fits(const PartitionQueue& queue, std::size_t cost) const;
  /// Else closes that batch and opens another.
  void open(PartitionQueue& queue, base::MonoTime now);
  /// Takes it. Returns when the queue can be sent from as far as filling batches is concerned, if that is news: {0} is
  /// now, never() no news.
  base::MonoTime append(PartitionQueue& queue, const ProducerRecord& record, std::size_t cost, Timestamp timestamp);

  /// Takes a batch that is made already, behind all that the queue has, and closed. `bytes` are what it costs. Returns
  /// what append() does.
  base::MonoTime append(PartitionQueue& queue, std::string bytes, std::uint64_t tag, base::MonoTime now);

  /// When the first batch of `queue`, which has one, can be sent as far as filling it is concerned: {0} means now.
  base::MonoTime ready_at(const PartitionQueue& queue) const;
  /// While senders wait for room, no batch waits for records.
  void set_hurry(bool hurry) { hurry_ = hurry; }

  /// Closes all batches. They, and none that comes later, are the generation returned.
  std::uint64_t flush();
  /// Whether all batches up to that generation are done.
  bool done(std::uint64_t generation) const { return pending_.empty() || pending_.begin()->first > generation; }

  /// Queues with batches, in no order.
  std::vector<PartitionQueue*>& active() { return active_; }
  /// Puts a batch back, to be the next.
  void put_back(BatchPtr batch);
  /// Two for one that was taken out.
  void count_split(const Batch& batch) { ++pending_[batch.generation]; }
  /// The batch is acknowledged or has failed; what it keeps of the budget is `charged` then.
  void settle(Batch& batch, std::size_t charged);
  void release(Batch& batch);
  /// A builder that is empty again and has memory, or only the memory, for the next batch.
  void give_back(records::BatchBuilder builder);
  void give_back(std::string memory);

  std::size_t used() const { return used_; }

 private:
  void update(ProducerTopic& topic, const TopicMetadata& known);
  void move_on(ProducerTopic& topic);

  const ProducerSettings& settings_;
  base::Random random_;
  std::unordered_map<std::string_view, std::unique_ptr<ProducerTopic>> topics_;  ///< by the topic's own name
  ProducerTopic* last_topic_ = nullptr;
  std::vector<PartitionQueue*> active_;
  std::vector<records::BatchBuilder> spare_;
  std::map<std::uint64_t, std::size_t> pending_;  ///< batches not settled, by generation
  std::uint64_t generation_ = 0;
  std::size_t used_ = 0;
  bool hurry_ = false;
};

}  // namespace kstream::client
