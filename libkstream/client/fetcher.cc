#include "client/fetcher.h"

#include "records/iterate.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kstream::client {
namespace {

using base::MonoTime;
using protocol::FetchResponse;

/// Chunks of one partition, the one that is being read included.
constexpr std::size_t kMostChunks = 2;

/// What a broker cannot explain may pass as well.
bool may_pass(ErrorCode code) { return error_info(code).retriable || code == ErrorCode::unknown_server_error; }

Status not_assigned(const TopicPartition& name) {
  return {ErrorCode::unknown_topic_or_partition,
          name.topic + '-' + std::to_string(name.partition.value) + " is not assigned"};
}

bool is_negative(const Position& position) {
  const Offset* offset = std::get_if<Offset>(&position);
  return offset && *offset < Offset(0);
}

std::optional<std::vector<AbortedTransaction>> aborted_in(const FetchResponse::PartitionData& data) {
  std::vector<AbortedTransaction> aborted;
  for (const auto& transaction : data.aborted_transactions.value_or(std::vector<FetchResponse::AbortedTransaction>())) {
    aborted.push_back({ProducerId(transaction.producer_id), Offset(transaction.first_offset)});
  }
  return aborted;
}

/// What keeps a partition of a topic that has `count` of them from being read.
Error without_leader(const TopicPartition& name, std::size_t count) {
  const std::string number = std::to_string(name.partition.value);
  if (static_cast<std::size_t>(name.partition.value) >= count)
    return {ErrorCode::unknown_topic_or_partition,
            "topic " + name.topic + " has " + std::to_string(count) + " partitions; there is no partition " + number};
  return {ErrorCode::leader_not_available, name.topic + '-' + number + " has no leader"};
}

}  // namespace

Status Fetcher::assign(std::span<const Assignment> partitions) {
  std::map<TopicPartition, Partition> assigned;
  for (const auto& [name, position, until] : partitions) {
    if (is_negative(position)) return {ErrorCode::invalid_request, "a negative offset"};
    if (name.partition.value < 0) return {ErrorCode::invalid_request, "a negative partition of " + name.topic};
    const auto [entry, added] = assigned.try_emplace(name);
    if (!added) return {ErrorCode::invalid_request, name.topic + " has a partition twice"};
    set_position(entry->second, position);
    entry->second.until = until;
  }
  ready_.clear();
  order_.clear();
  partitions_ = std::move(assigned);
  buffered_ = held_ = ahead_ = 0;
  for (Entry& entry : partitions_) order_.push_back(&entry);
  return {};
}

void Fetcher::set_position(Partition& partition, const Position& position) {
  partition.epoch = ++epoch_;
  partition.topic_id = {};
  partition.resolving = false;
  partition.halt.reset();
  partition.failures = 0;
  partition.not_before = {0};
  const Offset* offset = std::get_if<Offset>(&position);
  partition.next_fetch = partition.next_read = offset ? *offset : kNoOffset;
  partition.unresolved = offset ? std::nullopt : std::optional(std::get<OffsetSpec>(position));
}

void Fetcher::drop_chunks(Partition& partition) {
  for (const auto& chunk : partition.chunks) bytes_with(partition) -= chunk->size();
  partition.chunks.clear();
  count_ahead(partition);
}

/// Where the chunks of the partition are counted.
std::size_t& Fetcher::bytes_with(const Partition& partition) { return partition.paused ? held_ : buffered_; }

/// On the thread that reads the chunks.
void Fetcher::count_ahead(Partition& partition) {
  ahead_ -= partition.ahead;
  partition.ahead = 0;
  for (const auto& chunk : partition.chunks) partition.ahead += chunk->size_ahead();
  ahead_ += partition.ahead;
}

Status Fetcher::seek(const TopicPartition& name, Position position) {
  const auto found = partitions_.find(name);
  if (found == partitions_.end()) return not_assigned(name);
  if (is_negative(position)) return {ErrorCode::invalid_request, "a negative offset"};
  drop_chunks(found->second);
  unlist(*found);
  set_position(found->second, position);
  return {};
}

Status Fetcher::set_paused(const TopicPartition& name, bool paused) {
  const auto found = partitions_.find(name);
  if (found == partitions_.end()) return not_assigned(name);
  Partition& partition = found->second;
  for (const auto& chunk : partition.chunks) bytes_with(partition) -= chunk->size();
  partition.paused = paused;
  for (const auto& chunk : partition.chunks) bytes_with(partition) += chunk->size();
  unlist(*found);
  list_if_ready(*found);
  return {};
}

void Fetcher::make_room() {
  if (held_ == 0 || held_ + buffered_ < static_cast<std::size_t>(settings_.max_bytes)) return;
  for (auto& [name, partition] : partitions_) {
    if (!partition.paused || partition.chunks.empty()) continue;
    drop_chunks(partition);
    partition.halt.reset();  // it stands behind what is dropped, and will be found again
    partition.epoch = ++epoch_;
    partition.next_fetch = partition.next_read;
  }
}

std::optional<Offset> Fetcher::position(const TopicPartition& name) const {
  const auto found = partitions_.find(name);
  if (found == partitions_.end() || found->second.unresolved) return std::nullopt;
  return found->second.next_read;
}

FetchPlan Fetcher::plan(MonoTime now, const Metadata& metadata, const Reachable& reachable) {
  FetchPlan plan;
  trouble_ = {ErrorCode::none, {}};
  std::map<NodeId, FetchOrder> fetches;
  std::set<NodeId> without_room;
  for (Entry* entry : order_) {
    auto& [name, partition] = *entry;
    const std::optional<Leader> leader = usable_leader(*entry, plan, now, metadata, reachable);
    if (!leader) continue;
    if (partition.unresolved) {
      partition.resolving = true;
      plan.resolves.push_back({{name, *partition.unresolved}, partition.epoch});
      continue;
    }
    if (partition.chunks.size() >= kMostChunks) without_room.insert(leader->node);
    partition.topic_id = metadata.topic(name.topic)->id;
    fetches[leader->node].parts.push_back(
        {name, partition.topic_id, leader->epoch, partition.next_fetch, partition.epoch});
  }
  if (buffered_ >= static_cast<std::size_t>(settings_.max_bytes) && buffered_ > 0) return plan;
  for (auto& [node, order] : fetches) {
    if (without_room.contains(node) || !under_way_.insert(node).second) continue;
    order.node = node;
    plan.fetches.push_back(std::move(order));
  }
  return plan;
}

/// The leader to ask for the partition now, if it is to be asked at all.
std::optional<Leader> Fetcher::usable_leader(Entry& entry, FetchPlan& plan, MonoTime now, const Metadata& metadata,
                                             const Reachable& reachable) {
  auto& [name, partition] = entry;
  if (partition.paused || partition.halt || partition.resolving) return std::nullopt;
  if (partition.until && partition.next_fetch >= *partition.until) return std::nullopt;
  if (now < partition.not_before) {
    plan.next = std::min(plan.next, partition.not_before);
    trouble_ = partition.trouble;
    return std::nullopt;
  }
  const Leader leader = metadata.leader(name.topic, name.partition);
  const TopicMetadata* topic = metadata.topic(name.topic);
  if (!topic || topic->answers == 0) return std::nullopt;
  const ErrorCode code = topic->error;
  if (code != ErrorCode::none && !may_pass(code)) {
    halt(partition, topic_error(code, name.topic));
    list_if_ready(entry);
    return std::nullopt;
  }
  if (leader.node.value < 0 || code != ErrorCode::none) {
    plan.metadata_is_stale = true;
    trouble_ = code == ErrorCode::none ? without_leader(name, topic->partitions.size()) : topic_error(code, name.topic);
    return std::nullopt;
  }
  if (!partition.topic_id.is_zero() && !topic->id.is_zero() && partition.topic_id != topic->id) {
    lose_position(partition, {ErrorCode::inconsistent_topic_id, name.topic + " was deleted and created anew"}, now);
    list_if_ready(entry);
    plan.next = std::min(plan.next, std::max(now, partition.not_before));
    return std::nullopt;
  }
  if (Status status = reachable(leader.node); !status) {
    if (status.code() != ErrorCode::none) trouble_ = status.error();
    return std::nullopt;
  }
  return leader;
}

bool Fetcher::done(const FetchOrder& order, const FetchResponse& response, const base::Slice& body, MonoTime now,
                   Metadata& metadata, DecompressedBatches ahead) {
  if (response.error_code != 0) {
    failed(order, {static_cast<ErrorCode>(response.error_code), "a broker refused to be fetched from"}, now);
    return false;
  }
  under_way_.erase(order.node);
  for (const auto& node : response.node_endpoints) metadata.add_broker(NodeId(node.node_id), node.host, node.port);
  const auto answers = match_parts(order, response);
  bool stale = false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const FetchOrder::Part& part = order.parts[i];
    const auto found = partitions_.find(part.partition);
    if (!answers[i] || found == partitions_.end() || found->second.epoch != part.epoch) continue;
    const Leader named{NodeId(answers[i]->current_leader.leader_id),
                       LeaderEpoch(answers[i]->current_leader.leader_epoch)};
    const bool passes = take(found->second, *answers[i], body, now, ahead);
    const bool hint = metadata.apply_hint(part.partition.topic, part.partition.partition, named);
    if (hint) found->second.not_before = now;
    stale = stale || (passes && !hint);
    list_if_ready(*found);
  }
  // Who got something comes last next time.
  std::ranges::stable_partition(order_, [](const Entry* entry) { return entry->second.chunks.empty(); });
  return stale;
}

/// Returns whether there was an error that newer metadata may help against.
bool Fetcher::take(Partition& partition, const FetchResponse::PartitionData& data, const base::Slice& body,
                   MonoTime now, DecompressedBatches& ahead) {
  const auto code = static_cast<ErrorCode>(data.error_code);
  if (code == ErrorCode::none) {
    take_records(partition, data, body, ahead);
  } else if (code == ErrorCode::offset_out_of_range) {
    lose_position(partition,
                  {code, "offset " + std::to_string(partition.next_fetch.value) + " is not between " +
                             std::to_string(data.log_start_offset) + " and " + std::to_string(data.high_watermark)},
                  now);
  } else if (may_pass(code)) {
    wait(partition, {code, "fetching"}, now);
    return true;
  } else {
    halt(partition, {code, {}});
  }
  return false;
}

void Fetcher::take_records(Partition& partition, const FetchResponse::PartitionData& data, const base::Slice& body,
                           DecompressedBatches& ahead) {
  partition.failures = 0;
  const base::BytesView bytes = data.records ? data.records->bytes : base::BytesView();
  if (bytes.empty()) return;
  records::BatchReader batches(bytes);
  Offset next = partition.next_fetch;
  Chunk::Options options{settings_.check_crcs, {}, control_};
  for (records::BatchView batch; batches.next(batch);) {
    next = std::max(next, batch.header.next_offset());
    options.ahead.insert(ahead.extract(batch.bytes.data()));
  }
  const std::string where = "at offset " + std::to_string(partition.next_fetch.value) + ": ";
  if (!batches.status() && next == partition.next_fetch) {
    return halt(partition, {batches.status().code(), where + batches.status().error().detail});
  }
  if (next == partition.next_fetch) {
    return halt(partition, {ErrorCode::message_too_large, where + "the broker returns no whole batch"});
  }
  const PartitionEnds ends{Offset(data.high_watermark), Offset(data.last_stable_offset), Offset(data.log_start_offset)};
  options.most_decompressed =
      std::min(kMostDecompressed, static_cast<std::size_t>(std::max(settings_.max_partition_bytes, 1)));
  if (settings_.read_committed) options.aborted = aborted_in(data);
  partition.chunks.push_back(std::make_unique<Chunk>(body.part(bytes), partition.next_fetch, ends, std::move(options)));
  partition.next_fetch = next;
  bytes_with(partition) += bytes.size();
  const std::size_t given = partition.chunks.back()->size_ahead();
  partition.ahead += given;
  ahead_ += given;
}

/// There is no going on from where the partition is. What was fetched before is read first.
void Fetcher::lose_position(Partition& partition, Error error, MonoTime now) {
  if (!partition.chunks.empty()) return wait(partition, std::move(error), now);
  if (settings_.out_of_range == OutOfRange::halt) return halt(partition, std::move(error));
  set_position(partition, settings_.out_of_range == OutOfRange::to_beginning ? kBeginning : kEnd);
}

void Fetcher::failed(const FetchOrder& order, const Error& error, MonoTime now) {
  under_way_.erase(order.node);
  for (const FetchOrder::Part& part : order.parts) {
    const auto found = partitions_.find(part.partition);
    if (found == partitions_.end() || found->second.epoch != part.epoch) continue;
    may_pass(error.code) ? wait(found->second, error, now) : halt(found->second, error);
    list_if_ready(*found);
  }
}

void Fetcher::resolved(const ResolveOrder& order, const Result<OffsetInfo>& info, MonoTime now) {
  const auto found = partitions_.find(order.query.partition);
  if (found == partitions_.end() || found->second.epoch != order.epoch) return;
  Partition& partition = found->second;
  partition.resolving = false;
  if (!info) {
    may_pass(info.code()) ? wait(partition, info.error(), now) : halt(partition, info.error());
  } else if (info->offset < Offset(0)) {
    partition.unresolved = kEnd;  // no record is that late
  } else {
    set_position(partition, info->offset);
  }
  list_if_ready(*found);
}

void Fetcher::wait(Partition& partition, Error error, MonoTime now) {
  partition.not_before = now + settings_.retry.after(++partition.failures);
  partition.trouble = std::move(error);
}

void Fetcher::halt(Partition& partition, Error error) {
  partition.halt = std::move(error);
  partition.halt_told = false;
}

void Fetcher::unlist(Entry& entry) {
  if (std::exchange(entry.second.listed, false)) std::erase(ready_, &entry);
}

/// Puts a partition among the ready ones if it has something to read and is not there.
void Fetcher::list_if_ready(Entry& entry) {
  Partition& partition = entry.second;
  const bool something = !partition.chunks.empty() || (partition.halt && !partition.halt_told);
  if (!something || partition.paused || std::exchange(partition.listed, true)) return;
  ready_.push_back(&entry);
}

std::optional<Fetcher::Ready> Fetcher::next_ready() {
  if (ready_.empty()) return std::nullopt;
  Entry& entry = *ready_.front();
  Partition& partition = entry.second;
  if (!partition.chunks.empty()) return Ready{&entry.first, partition.chunks.front().get(), {ErrorCode::none, {}}};
  unlist(entry);
  partition.halt_told = true;
  return Ready{&entry.first, nullptr, *partition.halt};
}

std::unique_ptr<Chunk> Fetcher::advance(const TopicPartition& name, const Status& status) {
  Entry& entry = *partitions_.find(name);
  Partition& partition = entry.second;
  std::unique_ptr<Chunk> finished;
  unlist(entry);
  partition.next_read = partition.chunks.front()->position();
  const bool at_end = partition.until && partition.next_read >= *partition.until;
  if (!status || at_end || partition.chunks.front()->done()) {
    finished = std::move(partition.chunks.front());
    bytes_with(partition) -= finished->size();
    partition.chunks.pop_front();
  }
  count_ahead(partition);
  if (!status || at_end) drop_chunks(partition);
  if (!status) {
    halt(partition, status.error());
    partition.halt_told = true;
  }
  list_if_ready(entry);
  return finished;
}

}  // namespace kstream::client
