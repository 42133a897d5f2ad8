#include "client/sender.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kstream::client {
namespace {

using base::MonoTime;

/// Errors that do not say whether the batch was appended.
bool may_be_appended(ErrorCode code) {
  return code == ErrorCode::network_exception || code == ErrorCode::request_timed_out ||
         code == ErrorCode::not_enough_replicas_after_append;
}

bool is_retriable(ErrorCode code) { return error_info(code).retriable; }

/// As it will be sent, or more.
std::size_t size_of(const Batch& batch) { return batch.bytes.empty() ? batch.builder.size() : batch.bytes.size(); }

std::size_t size_of(const ProduceOrder& order) {
  std::size_t size = 0;
  for (const BatchPtr& batch : order.batches) size += size_of(*batch);
  return size;
}

std::string name_of(const PartitionQueue& queue) {
  return queue.topic->name + '-' + std::to_string(queue.partition.value);
}

Error timed_out(const Error& last) {
  std::string detail = "delivery.timeout.ms is over";
  if (last.code != ErrorCode::none) detail += "; before, " + last.to_string();
  return {ErrorCode::request_timed_out, std::move(detail)};
}

}  // namespace

SendPlan Sender::plan(MonoTime now, const Metadata& metadata, const Reachable& reachable) {
  SendPlan plan;
  std::vector<PartitionQueue*>& active = accumulator_.active();
  std::erase_if(active, [](PartitionQueue* queue) {
    queue->listed = !queue->waiting.empty() || (queue->under_way && queue->topic_is_gone);
    return !queue->listed;
  });
  ++start_;
  for (std::size_t i = 0; i < active.size(); ++i) {
    plan_queue(*active[(start_ + i) % active.size()], plan, now, metadata, reachable);
  }
  for (const ProduceOrder& order : plan.orders) ++under_way_[order.node];
  stats_.last_trouble = plan.trouble;
  return plan;
}

void Sender::plan_queue(PartitionQueue& queue, SendPlan& plan, MonoTime now, const Metadata& metadata,
                        const Reachable& reachable) {
  if (queue.topic_is_gone) plan.trouble = {ErrorCode::unknown_topic_or_partition, name_of(queue)};
  if (queue.under_way) return;
  drop_hopeless(queue, now);
  if (queue.waiting.empty()) return;
  BatchPtr& first = queue.waiting.front();
  const MonoTime due = std::max(accumulator_.ready_at(queue), first->not_before);
  plan.next = std::min(plan.next, now < due ? due : first->created + settings_.delivery_timeout);
  if (now < due) return;
  const NodeId leader = metadata.leader(queue.topic->name, queue.partition).node;
  if (leader.value < 0) {
    const ErrorCode code = queue.topic->error;
    plan.metadata_is_stale = true;
    plan.trouble = {code == ErrorCode::none ? ErrorCode::leader_not_available : code,
                    name_of(queue) + " has no leader"};
    return;
  }
  if (Status status = reachable(leader); !status) {
    if (status.code() != ErrorCode::none) plan.trouble = status.error();
    return;
  }
  const auto under_way = under_way_.find(leader);
  if (under_way != under_way_.end() && under_way->second >= settings_.max_in_flight) return;
  auto order = std::ranges::find(plan.orders, leader, &ProduceOrder::node);
  if (order == plan.orders.end()) {
    plan.orders.push_back({leader, {}});
    order = std::prev(plan.orders.end());
  } else if (size_of(*order) + size_of(*first) > settings_.max_request_size) {
    return;
  }
  first->closed = true;
  queue.under_way = true;
  order->batches.push_back(std::move(first));
  queue.waiting.pop_front();
}

/// Settles the batches at the head of the queue whose time is over, and all if their topic will never take them.
void Sender::drop_hopeless(PartitionQueue& queue, MonoTime now) {
  const ErrorCode code = queue.topic->error;
  const bool refused = code != ErrorCode::none && !is_retriable(code);
  while (!queue.waiting.empty()) {
    Batch& first = *queue.waiting.front();
    if (!refused && now < first.created + settings_.delivery_timeout) return;
    first.outcome.error = refused ? topic_error(code, queue.topic->name) : timed_out(first.outcome.error);
    BatchPtr batch = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    settle(std::move(batch));
  }
}

void Sender::done(ProduceOrder order, MonoTime now) {
  --under_way_[order.node];
  for (BatchPtr& batch : order.batches) {
    const ErrorCode code = batch->outcome.error.code;
    batch->queue->under_way = false;
    batch->queue->topic_is_gone = code == ErrorCode::unknown_topic_or_partition || code == ErrorCode::unknown_topic_id;
    ++batch->attempts;
    if (code == ErrorCode::message_too_large && batch->tags.size() > 1 && replace_by_halves(*batch)) continue;
    const bool in_time = now < batch->created + settings_.delivery_timeout;
    if (is_retriable(code) && !in_time) batch->outcome.error = timed_out(batch->outcome.error);
    if (is_retriable(code) && batch->attempts <= settings_.retries && in_time) {
      ++stats_.retries;
      batch->repeated = batch->repeated || may_be_appended(code);
      batch->not_before = batch->outcome.leader_named ? now : now + settings_.retry.after(batch->attempts);
      accumulator_.put_back(std::move(batch));
    } else {
      settle(std::move(batch));
    }
  }
}

/// From then on the partition's batches stay smaller.
bool Sender::replace_by_halves(const Batch& batch) {
  auto halves = split(batch);
  if (!halves) return false;
  batch.queue->largest = batch.charged / 2;
  accumulator_.count_split(batch);
  accumulator_.put_back(std::move(halves->second));
  accumulator_.put_back(std::move(halves->first));
  ++stats_.retries;
  return true;
}

void Sender::settle(BatchPtr batch) {
  const bool ok = batch->outcome.error.code == ErrorCode::none;
  if (ok) {
    stats_.records_acknowledged += batch->tags.size();
    stats_.bytes_acknowledged += batch->bytes.size();
    ++stats_.batches_acknowledged;
    if (batch->repeated) stats_.records_repeated += batch->tags.size();
    if (settings_.codec == Codec::none) accumulator_.give_back(std::move(batch->bytes));
    batch->bytes = {};
  } else {
    stats_.records_failed += batch->tags.size();
    if (failure_.code == ErrorCode::none) failure_ = batch->outcome.error;
    if (batch->bytes.empty()) batch->bytes = *batch->builder.finish({});
  }
  const std::size_t kept = ok ? batch->tags.size() * sizeof batch->tags[0] : batch->charged;
  accumulator_.settle(*batch, reports_ ? kept : 0);
  if (reports_) settled_.push_back(std::move(batch));
}

}  // namespace kstream::client
