#include "client/accumulator.h"

#include "base/assert.h"
#include "client/murmur2.h"

#include <algorithm>
#include <utility>

namespace kstream::client {
namespace {

using base::MonoTime;

/// What a record costs beside its bytes: its tag.
constexpr std::size_t kRecordOverhead = sizeof(std::uint64_t);
constexpr std::size_t kMostSpareBuilders = 16;
/// What a batch may grow to that has to wait, if a batch may be as large.
constexpr std::size_t kLargestGrown = std::size_t{1} << 20;

}  // namespace

ProducerTopic& Accumulator::topic(std::string_view name) {
  if (last_topic_ && last_topic_->name == name) return *last_topic_;
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    auto made = std::make_unique<ProducerTopic>();
    made->name = name;
    const std::string_view key = made->name;
    found = topics_.emplace(key, std::move(made)).first;
  }
  last_topic_ = found->second.get();
  return *last_topic_;
}

void Accumulator::update(const Metadata& metadata) {
  for (const auto& [name, topic] : topics_) {
    if (const TopicMetadata* known = metadata.topic(name)) update(*topic, *known);
  }
}

void Accumulator::update(ProducerTopic& topic, const TopicMetadata& known) {
  topic.error = known.error;
  topic.answers = known.answers;
  if (known.error != ErrorCode::none || known.partitions.empty()) return;
  topic.count = known.partitions.size();
  topic.with_leader.clear();
  for (std::size_t i = 0; i < topic.count; ++i) {
    const PartitionId partition(static_cast<std::int32_t>(i));
    if (known.partitions[i].node.value >= 0) topic.with_leader.push_back(partition);
    if (i < topic.queues.size()) continue;
    auto queue = std::make_unique<PartitionQueue>();
    queue->topic = &topic;
    queue->partition = partition;
    queue->largest = std::min(settings_.max_request_size, std::max(settings_.batch_size, kLargestGrown));
    topic.queues.push_back(std::move(queue));
  }
}

std::size_t Accumulator::cost(const ProducerRecord& record) {
  return records::BatchBuilder::record_size_bound(record.key, record.value, record.headers) + kRecordOverhead;
}

bool Accumulator::is_too_large(std::size_t cost) const {
  return records::kBatchHeaderSize + cost - kRecordOverhead > settings_.max_request_size;
}

PartitionQueue& Accumulator::choose(ProducerTopic& topic, const ProducerRecord& record, std::size_t cost) {
  KS_ASSERT(topic.count > 0);
  if (record.partition) return *topic.queues[static_cast<std::size_t>(record.partition->value)];
  if (record.key && !settings_.ignore_keys) {
    const auto count = static_cast<std::int32_t>(topic.count);
    return *topic.queues[static_cast<std::size_t>(partition_of_key(*record.key, count).value)];
  }
  if (topic.sticky.value < 0 || static_cast<std::size_t>(topic.sticky.value) >= topic.count ||
      topic.sticky_bytes >= settings_.batch_size)
    move_on(topic);
  topic.sticky_bytes += cost;
  return *topic.queues[static_cast<std::size_t>(topic.sticky.value)];
}

/// To another partition than now, one that has a leader if possible.
void Accumulator::move_on(ProducerTopic& topic) {
  topic.sticky_bytes = 0;
  const std::size_t count = topic.with_leader.empty() ? topic.count : topic.with_leader.size();
  std::size_t chosen = random_.below(count);
  const auto at = [&](std::size_t i) {
    return topic.with_leader.empty() ? PartitionId(static_cast<std::int32_t>(i)) : topic.with_leader[i];
  };
  if (at(chosen) == topic.sticky) chosen = (chosen + 1) % count;
  topic.sticky = at(chosen);
}

bool Accumulator::fits(const PartitionQueue& queue, std::size_t cost) const {
  if (queue.waiting.empty() || queue.waiting.back()->closed) return false;
  const bool blocked = queue.under_way || queue.waiting.size() > 1;
  const std::size_t limit = blocked ? queue.largest : std::min(settings_.batch_size, queue.largest);
  return queue.waiting.back()->builder.size() + cost <= limit;
}

void Accumulator::open(PartitionQueue& queue, MonoTime now) {
  if (!queue.waiting.empty()) queue.waiting.back()->closed = true;
  auto batch = std::make_unique<Batch>(&queue, now, generation_);
  if (!spare_.empty()) {
    batch->builder = std::move(spare_.back());
    spare_.pop_back();
  }
  ++pending_[generation_];
  queue.waiting.push_back(std::move(batch));
  if (!std::exchange(queue.listed, true)) active_.push_back(&queue);
}

MonoTime Accumulator::append(PartitionQueue& queue, const ProducerRecord& record, std::size_t cost,
                             Timestamp timestamp) {
  Batch& batch = *queue.waiting.back();
  const bool was_empty = batch.tags.empty(), was_full = batch.builder.size() >= settings_.batch_size;
  batch.builder.append(timestamp, record.key, record.value, record.headers);
  batch.tags.push_back(record.tag);
  batch.charged += cost;
  used_ += cost;
  const bool full = batch.builder.size() >= settings_.batch_size;
  const bool news = was_empty ? queue.waiting.size() <= 2 : queue.waiting.size() == 1 && full && !was_full;
  return news && !queue.under_way ? ready_at(queue) : MonoTime::never();
}

MonoTime Accumulator::append(PartitionQueue& queue, std::string bytes, std::uint64_t tag, MonoTime now) {
  open(queue, now);
  Batch& batch = *queue.waiting.back();
  batch.bytes = std::move(bytes);
  batch.tags.push_back(tag);
  batch.charged = batch.bytes.size();
  batch.closed = true;
  used_ += batch.charged;
  return queue.under_way ? MonoTime::never() : ready_at(queue);
}

MonoTime Accumulator::ready_at(const PartitionQueue& queue) const {
  const Batch& first = *queue.waiting.front();
  const bool full = first.closed || first.builder.size() >= settings_.batch_size;
  return full || hurry_ ? MonoTime{0} : first.created + settings_.linger;
}

std::uint64_t Accumulator::flush() {
  for (PartitionQueue* queue : active_) {
    if (!queue->waiting.empty()) queue->waiting.back()->closed = true;
  }
  return generation_++;
}

void Accumulator::put_back(BatchPtr batch) {
  PartitionQueue& queue = *batch->queue;
  queue.waiting.push_front(std::move(batch));
  if (!std::exchange(queue.listed, true)) active_.push_back(&queue);
}

void Accumulator::settle(Batch& batch, std::size_t charged) {
  const auto pending = pending_.find(batch.generation);
  if (--pending->second == 0) pending_.erase(pending);
  used_ -= batch.charged - charged;
  batch.charged = charged;
}

void Accumulator::release(Batch& batch) { used_ -= std::exchange(batch.charged, 0); }

void Accumulator::give_back(records::BatchBuilder builder) {
  if (spare_.size() < kMostSpareBuilders) spare_.push_back(std::move(builder));
}

void Accumulator::give_back(std::string memory) {
  records::BatchBuilder builder;
  builder.reuse(std::move(memory));
  give_back(std::move(builder));
}

}  // namespace kstream::client
