#include "broker/fetch_sessions.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace kstream::broker {
namespace {

/// A session that is used more often than this goes for no other one.
constexpr std::chrono::minutes kEvictAfter{2};
/// Partitions that all sessions of a shard keep in memory when a new one is opened. Some hundred bytes each.
constexpr std::size_t kMostPartitions = 500'000;

}  // namespace

// ---- one session

std::uint32_t FetchSession::put(const protocol::FetchRequest::FetchTopic& topic,
                                const protocol::FetchRequest::FetchPartition& asked) {
  auto [place, is_new] =
      places_.try_emplace({by_id_ ? std::string() : topic.topic, by_id_ ? topic.topic_id : Uuid(), asked.partition},
                          static_cast<std::uint32_t>(partitions_.size()));
  auto number = place->second;
  if (is_new) {
    auto& made = partitions_.emplace_back();
    std::tie(made.topic, made.topic_id, made.index) = place->first;
  }
  auto& partition = partitions_[number];
  if (!std::exchange(partition.alive, true)) {
    ++alive_;
    partition.high_watermark = partition.log_start = kNoOffset;
    new_.push_back(number);
  }
  partition.from = Offset(asked.fetch_offset);
  partition.current_leader_epoch = LeaderEpoch(asked.current_leader_epoch);
  partition.max_bytes = static_cast<std::uint32_t>(std::max(asked.partition_max_bytes, 0));
  set_available(number, 0);
  return number;
}

std::optional<std::uint32_t> FetchSession::remove(const std::string& topic, const Uuid& topic_id, std::int32_t index) {
  auto place = places_.find({by_id_ ? std::string() : topic, by_id_ ? topic_id : Uuid(), index});
  if (place == places_.end() || !partitions_[place->second].alive) return std::nullopt;
  auto number = place->second;
  set_available(number, 0);
  set_error(number, ErrorCode::none);
  partitions_[number].alive = false;
  --alive_;
  return number;
}

void FetchSession::list(std::uint32_t number) {
  if (!std::exchange(partitions_[number].listed, true)) changed_.push_back(number);
}

void FetchSession::set_error(std::uint32_t number, ErrorCode error) {
  auto& partition = partitions_[number];
  if (!partition.alive) return;
  errors_ -= partition.error != ErrorCode::none ? 1 : 0;
  errors_ += error != ErrorCode::none ? 1 : 0;
  partition.error = error;
  if (error != ErrorCode::none) list(number);
}

void FetchSession::set_available(std::uint32_t number, std::uint64_t bytes) {
  auto& partition = partitions_[number];
  if (!partition.alive) return;
  available_ += bytes - partition.available;
  partition.available = bytes;
  if (bytes > 0) list(number);
}

const std::vector<std::uint32_t>& FetchSession::changed() {
  std::ranges::stable_partition(changed_, [&](std::uint32_t number) { return !partitions_[number].served; });
  std::erase_if(changed_, [&](std::uint32_t number) {
    auto& partition = partitions_[number];
    partition.served = false;
    partition.listed = partition.alive && (partition.available > 0 || partition.error != ErrorCode::none);
    return !partition.listed;
  });
  return changed_;
}

// ---- all of a shard

FetchSession* FetchSessions::find(std::int32_t id) {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

FetchSession* FetchSessions::find(const Call& call) {
  auto found = by_number_.find(call.slot);
  return found == by_number_.end() ? nullptr : found->second;
}

FetchSession* FetchSessions::victim(std::size_t partitions, base::MonoTime now) {
  FetchSession *oldest = nullptr, *smallest = nullptr;
  for (auto& [id, session] : by_id_) {
    if (session->fetching) continue;
    if (!oldest || session->used < oldest->used) oldest = session.get();
    bool may_go = session->created + kEvictAfter < now && session->size() < partitions;
    if (may_go && (!smallest || session->size() < smallest->size())) smallest = session.get();
  }
  return oldest && oldest->used + kEvictAfter < now ? oldest : smallest;
}

FetchSession* FetchSessions::open(std::size_t partitions, bool by_id, base::Random& random, base::MonoTime now,
                                  std::unique_ptr<FetchSession>& evicted) {
  if (capacity_ == 0) return nullptr;
  std::size_t kept = partitions;
  for (const auto& [id, session] : by_id_) kept += session->kept();
  if (by_id_.size() >= capacity_ || kept > kMostPartitions) {
    auto* goes = victim(partitions, now);
    if (!goes || kept - goes->kept() > kMostPartitions) return nullptr;
    evicted = close(*goes);
  }
  std::int32_t id = 0;
  do {  // never 0, which says that there is no session
    auto drawn = random.below(static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()) / shards_ - 1) + 1;
    id = static_cast<std::int32_t>(drawn * shards_ + shard_);
  } while (by_id_.contains(id));
  auto number = ++last_number_;
  Call call{.origin = shard_, .slot = number, .session = true};
  auto& made = by_id_[id] = std::make_unique<FetchSession>(id, call, partitions, by_id, now);
  by_number_[number] = made.get();
  return made.get();
}

std::unique_ptr<FetchSession> FetchSessions::close(FetchSession& session) {
  by_number_.erase(session.call().slot);
  auto found = by_id_.find(session.id());
  auto closed = std::move(found->second);
  by_id_.erase(found);
  return closed;
}

}  // namespace kstream::broker
