#include "broker/shard.h"

#include "base/assert.h"
#include "broker/dispatch.h"
#include "broker/log_settings.h"
#include "broker/per_shard.h"
#include "broker/placement.h"
#include "protocol/list_offsets.h"

#include <algorithm>
#include <utility>

namespace kstream::broker {
namespace {

config::ConfigRef configured(const config::BrokerConfig& config, const cluster::Image& image) {
  return config::ConfigRef(new config::ConfigSnapshot(
      config::with_overrides(config, image.broker_overrides(""), image.broker_overrides(config.node_id))));
}

/// A shard's share of what is configured for the broker.
std::size_t share(std::int32_t all, std::size_t shards) {
  return (static_cast<std::size_t>(all) + shards - 1) / shards;
}

/// What was written last is in the page cache, which need not be asked: so much of all logs of a shard.
constexpr std::uint64_t kFreshBytes = 64 << 20;
/// For so long the folder of a deleted partition stays, whatever file.delete.delay.ms is: no checkpoint speaks of it
/// any more then, and no start misses it.
constexpr std::chrono::milliseconds kLeastDeleteDelay(1000);

std::string topic_of(const std::string& folder) { return folder.substr(0, folder.rfind('-')); }

}  // namespace

Shard::Shard(ShardSetup setup, base::Now now)
    : Machine(setup.shards + 1),
      id_(setup.id),
      shards_(setup.shards),
      cluster_id_(std::move(setup.cluster_id)),
      random_(setup.seed),
      image_(std::move(setup.image)),
      config_(configured(setup.config, *image_)),
      requests_(id_, *this, effects(), metrics_, share(config().queued_max_requests, shards_), &dispatch),
      fetch_sessions_(id_, shards_, share(config().max_incremental_fetch_session_cache_slots, shards_)),
      offline_(setup.directories),
      sweep_at_(now.mono + config().log_retention_check_interval) {
  std::vector<PartitionKey> failed;
  for (auto& found : setup.logs) {
    if (found.recovered.failure) failed.push_back(found.key);
    const auto* topic = image_->topic(found.key.topic);
    const auto* state = topic ? topic->partition(found.key.partition) : nullptr;
    KS_ASSERT(state != nullptr);
    auto partition = std::make_unique<Partition>(found.key, found.directory, state->leader_epoch,
                                                 log::Log(topic->name + "-" + std::to_string(found.key.partition.value),
                                                          topic->id, log_config(*topic), std::move(found.recovered)));
    partition->announced = partition->high_watermark();
    partitions_.emplace(found.key, std::move(partition));
  }
  tell_offline(std::move(failed));
  for (auto& left : setup.leftovers) {
    submit(left.directory, {.kind = Pending::Kind::leftover}, log::RemoveFolder{std::move(left.folder)});
  }
}

Shard::~Shard() = default;

// ---- events

void Shard::closed(ConnectionId connection, base::Now now) {
  requests_.begin_event(now);
  requests_.closed(connection);
  settle(now);
}

void Shard::set_blocked(ConnectionId connection, bool blocked, base::Now now) {
  requests_.begin_event(now);
  requests_.set_blocked(connection, blocked);
  if (!blocked) settle(now);
}

bool Shard::receive(ConnectionId connection, base::Slice frame, base::Now now) {
  requests_.begin_event(now);
  bool more = requests_.receive(connection, std::move(frame), now);
  settle(now);
  return more;
}

void Shard::message(MachineId, Message&& message, base::Now now) {
  requests_.begin_event(now);
  metrics_.count(base::Metric::messages_received);
  deliver(std::move(message), now);
  settle(now);
}

void Shard::tick(base::Now now) {
  requests_.begin_event(now);
  requests_.next_turn();
  requests_.expire(now);
  if (now.mono >= sweep_at_) sweep(now);
  remove_deleted(now);
  settle(now);
}

base::MonoTime Shard::deadline() const {
  auto at = std::min(requests_.deadline(), sweep_at_);
  if (!deleted_.empty()) at = std::min(at, deleted_.begin()->first);
  return life_ == Life::draining ? std::min(at, stop_deadline_) : at;
}

void Shard::end_turn(base::Now now) {
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    auto& partition = *dirty_[i];
    partition.dirty = false;
    partition.log.take_operations(operations_);
    for (auto& operation : operations_)
      submit(partition.directory, {.kind = Pending::Kind::log, .partition = &partition}, std::move(operation));
    operations_.clear();
    sweep_at_ = std::min(sweep_at_, partition.log.next_tick());
    step_removal(partition, now);
  }
  dirty_.clear();
  for (const auto& key : std::exchange(gone_, {})) partitions_.erase(key);
  if (life_ != Life::serving) step_stop(now);
}

// What the event caused for ourselves is handled before the event is over; then whatever may start now starts.
void Shard::settle(base::Now now) {
  do {
    for (std::size_t i = 0; i < local_.size(); ++i) {
      auto message = std::move(local_[i]);
      deliver(std::move(message), now);
    }
    local_.clear();
    requests_.run(now);
  } while (!local_.empty());
  if (life_ != Life::serving) step_stop(now);
}

void Shard::send(MachineId to, Message&& message) {
  if (to == id_) {
    local_.push_back(std::move(message));
  } else {
    metrics_.count(base::Metric::messages_sent);
    post(to, std::move(message));
  }
}

void Shard::send(const PartitionKey& key, Message&& message) { send(shard_of(key, shards_), std::move(message)); }

template <class PartOfAnswer>
void Shard::join(PartOfAnswer&& m, base::Now now) {
  auto call = m.call;
  if (auto* waiting = requests_.join(call)) waiting->part(*this, std::forward<PartOfAnswer>(m), now);
}

void Shard::deliver(Message&& message, base::Now now) {
  std::visit(
      [&](auto&& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<M, Grown>) {
          if (m.call.session) return grow_session(std::forward<decltype(m)>(m), now);
        }
        if constexpr (std::is_same_v<M, Appended> || std::is_same_v<M, Grown> || std::is_same_v<M, Ranges> ||
                      std::is_same_v<M, LookedUp> || std::is_same_v<M, EpochFound> ||
                      std::is_same_v<M, RecordsDeleted> || std::is_same_v<M, Checkpointed> ||
                      std::is_same_v<M, LogsDescribed> || std::is_same_v<M, DirectoryMeasured> ||
                      std::is_same_v<M, ControllerAnswer>) {
          join(std::forward<decltype(m)>(m), now);
        } else if constexpr (requires(M one) { handle(std::move(one), now); }) {
          handle(std::forward<decltype(m)>(m), now);
        } else {
          KS_ASSERT(!"a message that only control receives");
        }
      },
      std::move(message));
}

void Shard::log_limited(base::RateLimit& limit, base::LogLevel level, base::Now now, std::string text) {
  if (!limit.admit(now.mono, text)) return metrics_.count(base::Metric::log_lines_refused);
  effects().log.push_back({level, std::move(text)});
}

// ---- partitions

Partition* Shard::find(const PartitionKey& key) {
  auto found = partitions_.find(key);
  return found == partitions_.end() ? nullptr : found->second.get();
}

log::LogConfig Shard::log_config(const cluster::Topic& topic) {
  auto jitter = topic.config().segment_jitter_ms;
  return log_settings(topic.config(), jitter > 0 ? random_.between(0, jitter) : 0);
}

std::optional<std::uint16_t> Shard::place(const PartitionKey& key) const {
  auto first = key.topic.low() + static_cast<std::uint64_t>(key.partition.value);
  for (std::size_t i = 0; i < offline_.size(); ++i) {
    auto directory = static_cast<std::uint16_t>((first + i) % offline_.size());
    if (!offline_[directory]) return directory;
  }
  return std::nullopt;
}

Partition* Shard::serve(const PartitionKey& key, LeaderEpoch current, ErrorCode& error) {
  const auto* topic = image_->topic(key.topic);
  const auto* state = topic ? topic->partition(key.partition) : nullptr;
  error = ErrorCode::unknown_topic_or_partition;
  if (!state) return nullptr;
  error = ErrorCode::not_leader_or_follower;
  if (state->leader != config().node_id) return nullptr;
  error = ErrorCode::fenced_leader_epoch;
  if (current != kNoLeaderEpoch && current < state->leader_epoch) return nullptr;
  error = ErrorCode::unknown_leader_epoch;
  if (current > state->leader_epoch) return nullptr;
  auto* partition = find(key);
  if (!partition) {  // known to the image only: its folder is made by the first append
    auto directory = place(key);
    error = ErrorCode::kafka_storage_error;
    if (!directory) return nullptr;
    auto made = std::make_unique<Partition>(
        key, *directory, state->leader_epoch,
        log::Log(topic->name + "-" + std::to_string(key.partition.value), key.topic, log_config(*topic)));
    partition = partitions_.emplace(key, std::move(made)).first->second.get();
  }
  error = ErrorCode::kafka_storage_error;
  if (partition->log.failed()) return nullptr;
  error = ErrorCode::none;
  return partition;
}

void Shard::mark_dirty(Partition& partition) {
  if (std::exchange(partition.dirty, true)) return;
  dirty_.push_back(&partition);
}

// ---- produce

void Shard::handle(Append&& m, base::Now now) {
  Appended reply{.call = m.call};
  if (life_ >= Life::closing) {  // of a shard that did not drain in time
    reply.error = ErrorCode::not_leader_or_follower;
    return send(m.call.origin, std::move(reply));
  }
  auto* partition = serve(m.key, kNoLeaderEpoch, reply.error);
  if (!partition) return send(m.call.origin, std::move(reply));
  auto bytes = m.bytes.bytes.size();
  auto reserved = partition->log.append(m.batch, std::move(m.bytes), partition->epoch, now);
  if (!reserved.ok()) {
    reply.error = reserved.code();
    reply.detail = reserved.error().detail;
    return send(m.call.origin, std::move(reply));
  }
  metrics_.count(base::Metric::batches_appended);
  metrics_.count(base::Metric::records_bytes_appended, bytes);
  partition->waiters.push_back(Partition::Waiter{m.call, reserved->base, reserved->last, reserved->log_append_time});
  mark_dirty(*partition);
}

// The log end has moved: answers those who waited for it, tells those who watch.
void Shard::advance(Partition& partition) {
  auto end = partition.high_watermark();
  if (end == partition.announced) return;
  partition.announced = end;
  for (; !partition.waiters.empty() && partition.waiters.front().last < end; partition.waiters.pop_front()) {
    auto& waiter = partition.waiters.front();
    send(waiter.call.origin, Appended{.call = waiter.call,
                                      .base = waiter.base,
                                      .log_append_time = waiter.log_append_time,
                                      .log_start = partition.log.start()});
  }
  for (auto& watch : partition.watches) {
    if (watch.told && !watch.every) continue;
    auto available = partition.log.available(watch.from, end);
    if (available == 0) continue;
    watch.told = true;
    send(watch.call.origin, Grown{watch.call, {Grown::Part{watch.call.part, ErrorCode::none, available}}, true});
  }
}

// Its log has failed, or its topic is gone: answers who waits for it.
void Shard::fail(Partition& partition, const Error& why) {
  for (auto& waiter : partition.waiters) {
    send(waiter.call.origin, Appended{.call = waiter.call, .error = why.code, .detail = why.detail});
  }
  partition.waiters.clear();
  for (auto& watch : partition.watches) {
    send(watch.call.origin, Grown{watch.call, {Grown::Part{watch.call.part, why.code, 0}}, true});
  }
  partition.watches.clear();
}

void Shard::lose_directory(std::uint16_t directory, const std::string& detail, base::Now now) {
  if (offline_[directory]) return;
  offline_[directory] = true;
  effects().log.push_back(
      {base::LogLevel::error, "log directory " + config().log_dirs[directory] + " is offline: " + detail});
  const Error why{ErrorCode::kafka_storage_error, detail};
  std::vector<PartitionKey> failed;
  for (auto& [key, partition] : partitions_) {
    if (partition->directory != directory) continue;
    failed.push_back(key);
    if (!partition->log.failed()) partition->log.fail(why);
    fail(*partition, why);
    step_removal(*partition, now);
  }
  tell_offline(std::move(failed));
}

void Shard::tell_offline(std::vector<PartitionKey> keys) {
  if (keys.empty()) return;
  for (MachineId to = 0; to < control(); ++to) {
    if (to != id_) post(to, PartitionsOffline{keys});
  }
  offline_partitions_.insert(keys.begin(), keys.end());
}

void Shard::handle(PartitionsOffline&& m, base::Now) { offline_partitions_.insert(m.keys.begin(), m.keys.end()); }

void Shard::handle(DirectoryFailed&& m, base::Now now) { lose_directory(m.directory, m.detail, now); }

// ---- fetch

void Shard::handle(Arm&& m, base::Now) {
  Grown reply{.call = m.call, .parts = {}};
  reply.parts.reserve(m.parts.size());
  for (auto& part : m.parts) {
    auto& out = reply.parts.emplace_back();
    out.part = part.part;
    auto* partition = serve(part.key, part.current_leader_epoch, out.error);
    auto call = m.call;
    call.part = part.part;
    if (auto* armed = m.call.session ? find(part.key) : nullptr) armed->forget(call);
    if (!partition) continue;
    auto end = partition->high_watermark();
    if (part.from < partition->log.start() || part.from > end) {
      out.error = ErrorCode::offset_out_of_range;
      continue;
    }
    out.available = partition->log.available(part.from, end);
    partition->watches.push_back({call, part.from, part.every, out.available > 0});
  }
  send(m.call.origin, std::move(reply));
}

void Shard::handle(Disarm&& m, base::Now) {
  for (auto& key : m.parts) {
    if (auto* partition = find(key)) {
      std::erase_if(partition->watches, [&](auto& watch) { return watch.call.same_request(m.call); });
    }
  }
}

void Shard::handle(Collect&& m, base::Now) {
  auto number = static_cast<std::uint32_t>(collecting_.size());
  if (free_collecting_.empty()) {
    collecting_.emplace_back();
  } else {
    number = free_collecting_.back();
    free_collecting_.pop_back();
  }
  auto& collecting = collecting_[number];
  collecting.reply.call = m.call;
  collecting.reply.parts.assign(m.parts.size(), {});
  collecting.missing = 1;  // this function itself
  for (std::uint32_t i = 0; i < m.parts.size(); ++i) {
    auto& part = m.parts[i];
    auto& out = collecting.reply.parts[i];
    out.part = part.part;
    auto* partition = serve(part.key, part.current_leader_epoch, out.error);
    if (auto* armed = find(part.key)) {
      std::erase_if(armed->watches, [&](auto& watch) { return watch.call.same_request(m.call); });
    }
    if (!partition) continue;
    out.high_watermark = out.last_stable = partition->high_watermark();
    out.log_start = partition->log.start();
    read(*partition, part.from, part.max_bytes, number, i);
  }
  collected(number);
}

void Shard::fill(Ranges::Part& part, log::Log::Range&& range) {
  if (range.bytes == 0) return;
  part.file = std::move(range.file);
  part.position = range.position;
  part.bytes = static_cast<std::uint32_t>(range.bytes);
}

void Shard::read(Partition& partition, Offset from, std::uint32_t max_bytes, std::uint32_t number,
                 std::uint32_t index) {
  auto& out = collecting_[number].reply.parts[index];
  auto result = partition.log.read(from, partition.high_watermark(), std::max<std::uint32_t>(max_bytes, 1),
                                   kFreshBytes / partitions_.size());
  if (auto* error = std::get_if<ErrorCode>(&result)) {
    out.error = *error;
  } else if (max_bytes == 0) {
    return;
  } else if (auto* range = std::get_if<log::Log::Range>(&result)) {
    fill(out, std::move(*range));
  } else {
    ++collecting_[number].missing;
    submit(partition.directory,
           {.kind = Pending::Kind::locate, .partition = &partition, .collecting = number, .index = index},
           std::get<log::Locate>(std::move(result)));
  }
}

void Shard::located(const Pending& pending, DiskWork&& work, Result<log::Outcome> result, base::Now now) {
  auto& out = collecting_[pending.collecting].reply.parts[pending.index];
  if (pending.partition->deleted) {
    out.error = ErrorCode::unknown_topic_or_partition;
  } else if (!result.ok()) {
    out.error = ErrorCode::kafka_storage_error;
    log_limited(failed_reads_, base::LogLevel::error, now, "a read failed: " + result.error().detail);
  } else {
    auto& locate = std::get<log::Locate>(work.operation);
    fill(out, pending.partition->log.found(locate, std::get<log::Located>(std::move(*result))));
    if (out.bytes == 0 && locate.next < out.high_watermark) {  // the offsets between were compacted away
      read(*pending.partition, locate.next, locate.max_bytes, pending.collecting, pending.index);
    }
  }
  collected(pending.collecting);
}

void Shard::collected(std::uint32_t number) {
  auto& collecting = collecting_[number];
  if (--collecting.missing > 0) return;
  auto origin = collecting.reply.call.origin;
  send(origin, std::move(collecting.reply));
  collecting.reply = {};
  free_collecting_.push_back(number);
}

// ---- fetch sessions

void Shard::grow_session(Grown&& m, base::Now now) {
  auto* session = fetch_sessions_.find(m.call);
  if (!session) return;
  if (!m.growth) --session->unanswered;
  for (auto& part : m.parts) {
    session->set_error(part.part, part.error);
    session->set_available(part.part, part.available);
  }
  auto* waiting = session->fetching ? requests_.join(session->fetch) : nullptr;
  if (waiting) waiting->part(*this, std::move(m), now);
}

FetchSession* Shard::open_fetch_session(std::size_t partitions, bool by_id, base::Now now) {
  std::unique_ptr<FetchSession> evicted;
  auto* session = fetch_sessions_.open(partitions, by_id, random_, now.mono, evicted);
  if (evicted) {
    metrics_.count(base::Metric::fetch_sessions_evicted);
    disarm(*evicted);
  }
  return session;
}

// A fetch that waits in it ends.
void Shard::close_fetch_session(FetchSession& session, base::Now now) {
  auto closed = fetch_sessions_.close(session);
  disarm(*closed);
  auto* waiting = closed->fetching ? requests_.join(closed->fetch) : nullptr;
  if (waiting) waiting->expire(*this, now);
}

void Shard::disarm(FetchSession& session) {
  PerShard<Disarm> disarms(*this, session.call());
  session.each([&](std::uint32_t, auto& partition) { disarms.of(partition.key).parts.push_back(partition.key); });
  disarms.send();
}

// ---- offsets by time

void Shard::handle(Lookup&& m, base::Now) {
  // ListOffsets' words for times, as protocol/schema/list_offsets.api lists them.
  constexpr std::int64_t kLatest = -1, kEarliest = -2, kMaxTimestamp = -3, kEarliestLocal = -4, kLatestTiered = -5;
  LookedUp reply{.call = m.call};
  auto* partition = serve(m.key, m.current_leader_epoch, reply.error);
  if (!partition) return send(m.call.origin, std::move(reply));
  auto& log = partition->log;
  auto end = partition->high_watermark();
  auto answer_with = [&](Offset offset, LeaderEpoch epoch) {
    reply.offset = offset;
    reply.leader_epoch = epoch;
    send(m.call.origin, std::move(reply));
  };
  if (m.timestamp == kLatest) return answer_with(end, partition->epoch);
  if (m.timestamp == kEarliest) {
    const auto epoch = log.epoch_at(log.start());  // with nothing written yet it is the leader's, which comes next
    return answer_with(log.start(), epoch == kNoLeaderEpoch && log.start() == end ? partition->epoch : epoch);
  }
  if (m.timestamp == kEarliestLocal) return answer_with(log.local_start(), log.epoch_at(log.local_start()));
  if (m.timestamp <= kLatestTiered) return answer_with(kNoOffset, kNoLeaderEpoch);  // nothing is tiered
  auto find = log.find_timestamp(Timestamp(m.timestamp), m.timestamp == kMaxTimestamp, end);
  if (!find) return answer_with(kNoOffset, kNoLeaderEpoch);
  submit(partition->directory, {.kind = Pending::Kind::find, .partition = partition, .call = m.call}, std::move(*find));
}

void Shard::found(const Pending& pending, Result<log::Outcome> result, base::Now now) {
  LookedUp reply{.call = pending.call};
  if (pending.partition->deleted) {
    reply.error = ErrorCode::unknown_topic_or_partition;
  } else if (!result.ok()) {
    reply.error = ErrorCode::kafka_storage_error;
    log_limited(failed_reads_, base::LogLevel::error, now, "a search by time failed: " + result.error().detail);
  } else {
    auto& record = std::get<log::FoundRecord>(*result);
    reply.offset = record.offset;
    reply.timestamp = record.timestamp;
    reply.leader_epoch = record.leader_epoch;
  }
  send(pending.call.origin, std::move(reply));
}

// ---- leader epochs, the start of a log

void Shard::handle(EpochLookup&& m, base::Now) {
  EpochFound reply{.call = m.call};
  auto* partition = serve(m.key, m.current_leader_epoch, reply.error);
  if (partition) reply.end = partition->log.epoch_end(m.epoch, partition->epoch);
  send(m.call.origin, std::move(reply));
}

void Shard::handle(DeleteRecords&& m, base::Now) {
  RecordsDeleted reply{.call = m.call};
  if (life_ >= Life::closing) {  // of a shard that did not drain in time
    reply.error = ErrorCode::not_leader_or_follower;
    return send(m.call.origin, std::move(reply));
  }
  auto* partition = serve(m.key, kNoLeaderEpoch, reply.error);
  if (!partition) return send(m.call.origin, std::move(reply));
  auto end = partition->high_watermark();
  auto start = m.offset == kNoOffset ? end : m.offset;
  if (start < Offset(0) || start > end) {
    reply.error = ErrorCode::offset_out_of_range;
  } else {
    partition->log.raise_start(start);
    mark_dirty(*partition);
    reply.log_start = partition->log.start();
    reply.directory = partition->directory;
  }
  send(m.call.origin, std::move(reply));
}

// ---- log directories

// A partition that has no log yet is told where its first append will put it, as if it were there.
void Shard::handle(DescribeLogs&& m, base::Now) {
  LogsDescribed reply{.call = m.call, .logs = {}};
  auto add = [&](const PartitionKey& key) {
    if (auto* partition = find(key)) {
      reply.logs.push_back({key, partition->directory, partition->log.bytes(), partition->log.failed()});
    } else if (auto directory = place(key)) {
      reply.logs.push_back({key, *directory, 0, false});
    }
  };
  if (m.all) {
    image_->topics().each([&](const auto& topic) {
      for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
        PartitionKey key{topic->id, PartitionId(static_cast<std::int32_t>(i))};
        if (shard_of(key, shards_) == id_) add(key);
      }
    });
  }
  for (const auto& key : m.keys) add(key);
  send(m.call.origin, std::move(reply));
}

void Shard::measure(std::uint16_t directory, const Call& call) {
  submit(directory, {.kind = Pending::Kind::measure, .call = call}, log::MeasureDirectory{});
}

void Shard::measured(const Pending& pending, std::uint16_t directory, Result<log::Outcome> result, base::Now now) {
  DirectoryMeasured reply{.call = pending.call, .directory = directory};
  if (!result.ok()) {
    reply.error = result.code();
    log_limited(failed_reads_, base::LogLevel::error, now,
                "a log directory was not measured: " + result.error().detail);
  } else {
    const auto& space = std::get<log::DirectorySpace>(*result);
    reply.total_bytes = space.total_bytes;
    reply.usable_bytes = space.usable_bytes;
  }
  send(id_, std::move(reply));
}

// ---- disk

void Shard::submit(std::uint16_t directory, Pending pending, log::Operation&& operation) {
  auto id = static_cast<std::uint32_t>(pending_.size());
  if (pending.partition && log::is_search(operation)) ++pending.partition->searches;
  if (free_pending_.empty()) {
    pending_.push_back(pending);
  } else {
    id = free_pending_.back();
    free_pending_.pop_back();
    pending_[id] = pending;
  }
  effects().disk.push_back({id, directory, std::move(operation)});
}

void Shard::disk_done(DiskWork&& work, Result<log::Outcome> result, base::Now now) {
  requests_.begin_event(now);
  auto id = static_cast<std::uint32_t>(work.id);
  auto pending = pending_[id];
  free_pending_.push_back(id);
  if (!result.ok()) metrics_.count(base::Metric::disk_failures);
  if (pending.partition && log::is_search(work.operation)) --pending.partition->searches;
  switch (pending.kind) {
    case Pending::Kind::log:
      log_done(*pending.partition, std::move(work), std::move(result), now);
      break;
    case Pending::Kind::locate:
      located(pending, std::move(work), std::move(result), now);
      break;
    case Pending::Kind::find:
      found(pending, std::move(result), now);
      break;
    case Pending::Kind::measure:
      measured(pending, work.directory, std::move(result), now);
      break;
    case Pending::Kind::leftover:
      if (!result.ok())
        effects().log.push_back({base::LogLevel::error, "a deleted partition: " + result.error().detail});
      break;
  }
  if (pending.partition) step_removal(*pending.partition, now);
  settle(now);
}

void Shard::log_done(Partition& partition, DiskWork&& work, Result<log::Outcome> result, base::Now now) {
  auto code = result.code();
  auto detail = result.ok() ? std::string() : result.error().detail;
  partition.log.done(std::move(work.operation), std::move(result), now);
  if (code == ErrorCode::inconsistent_topic_id) {  // its folder is another's: the disk has done what it should
    effects().log.push_back({base::LogLevel::error, partition.log.folder() + " is offline: " + detail});
    tell_offline({partition.key});
    fail(partition, {ErrorCode::kafka_storage_error, detail});
  } else if (code != ErrorCode::none && !offline_[partition.directory]) {
    for (MachineId to = 0; to <= control(); ++to) {
      if (to != id_) post(to, DirectoryFailed{partition.directory, detail});
    }
    lose_directory(partition.directory, detail, now);
  }
  advance(partition);
  if (partition.log.has_operations()) mark_dirty(partition);
}

void Shard::sweep(base::Now now) {
  sweep_at_ = now.mono + config().log_retention_check_interval;
  for (auto& [key, partition] : partitions_) {
    if (partition->log.failed()) continue;
    partition->log.tick(now, partition->high_watermark());
    mark_dirty(*partition);
  }
}

// ---- metadata

void Shard::handle(Publish&& m, base::Now now) {
  for (auto& change : cluster::changed_topics(*image_, *m.image)) {
    for (std::size_t i = 0; !change.after && i < change.before->partitions.size(); ++i) {
      if (auto* gone = find({change.before->id, PartitionId(static_cast<std::int32_t>(i))})) drop(*gone, now);
    }
    if (!change.after) continue;
    for (std::size_t i = 0; i < change.after->partitions.size(); ++i) {
      auto* partition = find({change.after->id, PartitionId(static_cast<std::int32_t>(i))});
      if (!partition) continue;
      partition->epoch = change.after->partitions[i]->leader_epoch;
      partition->log.set_config(log_config(*change.after));
    }
  }
  image_ = std::move(m.image);
  config_ = std::move(m.config);
  unannounced_ = true;
  announce();
}

// ---- deleted partitions

void Shard::drop(Partition& partition, base::Now now) {
  fail(partition, {ErrorCode::unknown_topic_or_partition, "the topic was deleted"});
  partition.deleted = true;
  ++vacating_;
  folders_removed_ |= partition.log.has_folder();
  step_removal(partition, now);
}

// Called whenever something of a partition has ended. Searches read its files by their names, so they end first; what
// is on a failed disk stays there.
void Shard::step_removal(Partition& partition, base::Now now) {
  if (!partition.deleted || partition.searches > 0) return;
  const bool offline = offline_[partition.directory];
  if (!offline && !partition.log.removing()) {
    partition.log.remove(
        log::deleted_folder(topic_of(partition.log.folder()), partition.key.partition, random_.uuid()));
    mark_dirty(partition);
  }
  if (!partition.vacated && (offline || partition.log.vacated())) {
    partition.vacated = true;
    if (!partition.log.renamed_to().empty()) {
      const auto stays = std::max(partition.log.delete_delay(), kLeastDeleteDelay);
      deleted_.emplace(log::later_by(now.mono, stays), Leftover{partition.directory, partition.log.renamed_to()});
    }
    --vacating_;
    announce();
  }
  if (partition.vacated && partition.log.idle()) gone_.push_back(partition.key);
}

// What is left of them when the broker stops, the next start removes.
void Shard::remove_deleted(base::Now now) {
  for (; !deleted_.empty() && deleted_.begin()->first <= now.mono; deleted_.erase(deleted_.begin())) {
    auto& [directory, folder] = deleted_.begin()->second;
    if (!offline_[directory])
      submit(directory, {.kind = Pending::Kind::leftover}, log::RemoveFolder{std::move(folder)});
  }
}

// An image counts as published when the folders of what it lacks are out of the way of others.
void Shard::announce() {
  if (vacating_ > 0 || !std::exchange(unannounced_, false)) return;
  send(control(), Published{image_->offset(), std::exchange(folders_removed_, false)});
}

// ---- life and observation

void Shard::handle(ReportMetrics&& m, base::Now) {
  metrics_.set(base::Gauge::connections_open, static_cast<std::int64_t>(requests_.connections()));
  metrics_.set(base::Gauge::fetch_sessions_open, static_cast<std::int64_t>(fetch_sessions_.size()));
  metrics_.set(base::Gauge::requests_held, static_cast<std::int64_t>(requests_.under_way()));
  send(control(), MetricsReport{m.query, metrics_.snapshot()});
}

void Shard::handle(ReportRecoveryPoints&&, base::Now) {
  RecoveryPoints reply;
  for (auto& [key, partition] : partitions_) {
    const auto* topic = image_->topic(key.topic);
    if (!topic) continue;
    reply.points.push_back(
        {partition->directory, topic->name, key.partition, partition->log.recovery_point(), partition->log.start()});
  }
  send(control(), std::move(reply));
}

void Shard::handle(Stop&& m, base::Now now) {
  if (life_ != Life::serving) return;
  life_ = Life::draining;
  stop_deadline_ = m.deadline;
  requests_.stop(now);
}

void Shard::handle(CloseLogs&&, base::Now) {
  life_ = Life::closing;
  for (auto& [key, partition] : partitions_) {
    partition->log.close();
    mark_dirty(*partition);
  }
}

// Draining: requests under way are answered. Closing: every log writes what its files lack.
void Shard::step_stop(base::Now now) {
  if (life_ == Life::draining && (requests_.under_way() == 0 || now.mono >= stop_deadline_)) {
    life_ = Life::drained;
    post(control(), Drained{});
  }
  if (life_ != Life::closing) return;
  bool idle = std::all_of(partitions_.begin(), partitions_.end(), [](auto& entry) {
    const auto& partition = *entry.second;  // what is left of a deleted one, the next start removes
    return partition.log.failed() || partition.vacated || (partition.log.idle() && !partition.dirty);
  });
  if (!idle) return;
  life_ = Life::stopped;
  bool clean = std::none_of(offline_.begin(), offline_.end(), [](bool gone) { return gone; });
  post(control(), Stopped{clean});
}

}  // namespace kstream::broker
