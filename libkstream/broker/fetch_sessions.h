#pragma once

#include <kstream/error.h>
#include <kstream/ids.h>

#include "base/random.h"
#include "base/time.h"
#include "broker/messages.h"
#include "cluster/image.h"
#include "protocol/fetch.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace kstream::broker {

/// What a client fetches, kept between its requests, which name only what changed (KIP-227). Its partitions stay armed
/// on their shards, and what these report makes the list of changed ones: an incremental fetch costs what changed, not
/// what the session holds.
class FetchSession {
 public:
  struct Partition {
    std::string topic;  ///< as the client names it: by name, or by id
    Uuid topic_id;
    std::int32_t index = 0;
    bool here = false;  ///< it exists, and this broker leads it
    PartitionKey key;   ///< then
    Offset from;
    LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
    std::uint32_t max_bytes = 0;

    ErrorCode error = ErrorCode::none;  ///< why it cannot be fetched, as far as known
    std::uint64_t available = 0;        ///< bytes from `from` on
    bool every = false;                 ///< armed to tell every growth
    bool listed = false;                ///< in changed()
    bool served = false;                ///< and to be behind the others there
    bool alive = false;                 ///< the client has not forgotten it
    Offset high_watermark = kNoOffset;  ///< as last answered; -1 after an error, and if it never was
    Offset log_start = kNoOffset;
  };

  FetchSession(std::int32_t id, Call call, std::size_t partitions, bool by_id, base::MonoTime now)
      : created(now), used(now), id_(id), call_(call), by_id_(by_id), opened_with_(partitions) {}

  std::int32_t id() const { return id_; }
  /// Of its arms: `slot` and `generation` are the session's, not a request's.
  const Call& call() const { return call_; }
  /// Whether its client names topics by id.
  bool by_id() const { return by_id_; }
  std::size_t size() const { return alive_; }
  /// Whether its client had better begin a new one before it names `named` partitions more: so much was forgotten, or
  /// so many were added since the session was opened, when there was room for those that it had.
  bool worn_out(std::size_t named) const {
    return partitions_.size() > 2 * alive_ + 1000 || partitions_.size() + named > 2 * opened_with_ + 1000;
  }
  /// Partitions that it keeps in memory.
  std::size_t kept() const { return partitions_.size(); }
  std::uint64_t available() const { return available_; }  ///< bytes, over all partitions
  std::size_t errors() const { return errors_; }          ///< partitions that have one
  Partition& partition(std::uint32_t number) { return partitions_[number]; }

  /// Adds a partition or moves it to where the client is now. Its number, which it keeps.
  std::uint32_t put(const protocol::FetchRequest::FetchTopic& topic,
                    const protocol::FetchRequest::FetchPartition& asked);
  /// The number that it had, or nothing if the session did not hold it.
  std::optional<std::uint32_t> remove(const std::string& topic, const Uuid& topic_id, std::int32_t index);
  void set_error(std::uint32_t number, ErrorCode error);
  void set_available(std::uint32_t number, std::uint64_t bytes);
  /// Those that have something to tell, in the order in which they are to be served. Those that no longer have are left
  /// out.
  const std::vector<std::uint32_t>& changed();
  /// Those that were put since this was last asked: the client learns where they begin and end, though nothing is
  /// there.
  std::vector<std::uint32_t> take_new() { return std::exchange(new_, {}); }
  /// Whether it is the session's and not among changed().
  bool is_quiet(std::uint32_t number) const { return partitions_[number].alive && !partitions_[number].listed; }
  /// Of two that want more than an answer holds, the other comes first next time.
  void served(std::uint32_t number) { partitions_[number].served = true; }
  template <class Visit>
  void each(Visit visit) {
    for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
      if (partitions_[i].alive) visit(i, partitions_[i]);
    }
  }

  std::int32_t epoch = 1;  ///< of the next request
  base::MonoTime created, used;
  std::size_t unanswered = 0;  ///< Arms whose answer has not come
  bool fetching = false;       ///< `fetch` is under way
  Call fetch;

 private:
  using Name = std::tuple<std::string, Uuid, std::int32_t>;
  void list(std::uint32_t number);

  const std::int32_t id_;
  const Call call_;
  const bool by_id_;
  const std::size_t opened_with_;         ///< partitions
  std::vector<Partition> partitions_;     ///< by number
  std::map<Name, std::uint32_t> places_;  ///< of the forgotten ones too: they may come back
  std::vector<std::uint32_t> changed_, new_;
  std::size_t alive_ = 0;
  std::uint64_t available_ = 0;
  std::size_t errors_ = 0;
};

/// The sessions that a shard keeps: as many as it may, and who must go for a new one (as Kafka's FetchSessionCache).
class FetchSessions {
 public:
  /// `capacity`: of this shard. Ids are such that no other of `shards` gives the same.
  FetchSessions(MachineId shard, std::size_t shards, std::size_t capacity)
      : shard_(shard), shards_(shards), capacity_(capacity) {}

  /// Null if there is none of that id.
  FetchSession* find(std::int32_t id);
  /// The session of an arm's call, or null if it is gone.
  FetchSession* find(const Call& call);
  /// A new one for `partitions` partitions, or null if there is no room, be it for one more or for so many. `evicted`
  /// gets one that had to go: not used for two minutes, or older than that and smaller than the new one.
  FetchSession* open(std::size_t partitions, bool by_id, base::Random& random, base::MonoTime now,
                     std::unique_ptr<FetchSession>& evicted);
  std::unique_ptr<FetchSession> close(FetchSession& session);
  std::size_t size() const { return by_id_.size(); }

 private:
  FetchSession* victim(std::size_t partitions, base::MonoTime now);

  const MachineId shard_;
  const std::size_t shards_, capacity_;
  std::map<std::int32_t, std::unique_ptr<FetchSession>> by_id_;
  std::map<std::uint32_t, FetchSession*> by_number_;  ///< Call::slot
  std::uint32_t last_number_ = 0;
};

}  // namespace kstream::broker
