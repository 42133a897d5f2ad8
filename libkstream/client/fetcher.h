#pragma once

#include <kstream/consumer.h>
#include <kstream/ids.h>
#include <kstream/result.h>
#include <kstream/topic_partition.h>

#include "base/frame.h"
#include "base/time.h"
#include "client/chunk.h"
#include "client/fetch_exchange.h"
#include "client/metadata.h"
#include "client/settings.h"
#include "protocol/fetch.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace kstream::client {

/// One offset to ask for, of a partition whose position is none yet.
struct ResolveOrder {
  OffsetQuery query;
  std::uint64_t epoch;
};

/// What is to be done now.
struct FetchPlan {
  std::vector<FetchOrder> fetches;  ///< at most one a broker
  std::vector<ResolveOrder> resolves;
  base::MonoTime next = base::MonoTime::never();  ///< when to ask again even if nothing happens
  bool metadata_is_stale = false;
};

/// Decides what to fetch from whom, and keeps what came until it is read. At most one fetch a broker is under way, and
/// only when all partitions that it would ask for have room: a fetch that leaves some out would wait at the broker for
/// data of the others, while there is data of these. A partition has room while one chunk waits at most, all of them
/// while less than `fetch.max.bytes` wait; what waits in paused partitions takes nobody's room, and is let go of if it
/// is too much. Pure; one lock of the consumer guards it.
class Fetcher {
 public:
  /// Of all chunks.
  static constexpr std::size_t kMostAhead = std::size_t{8} << 20;

  /// Whether requests can be sent to a broker now; else why, NONE if it merely takes a moment.
  using Reachable = std::function<Status(NodeId)>;

  /// What is to be read next: a chunk, which stays the fetcher's, or an error because of which the partition halts.
  struct Ready {
    const TopicPartition* partition = nullptr;  ///< valid until assign()
    Chunk* chunk = nullptr;
    Error error{ErrorCode::none, {}};
  };

  explicit Fetcher(const ConsumerSettings& settings) : settings_(settings) {}

  Status assign(std::span<const Assignment> partitions);
  Status seek(const TopicPartition& partition, Position position);
  Status set_paused(const TopicPartition& partition, bool paused);
  /// Lets go of what waits in paused partitions, to be fetched again when they are resumed, if `fetch.max.bytes` are
  /// reached with it. Chunks that were read from may be among it.
  void make_room();
  std::optional<Offset> position(const TopicPartition& partition) const;
  void show_control_records(bool shown) { control_ = shown; }

  /// Orders are under way until done(), failed() or resolved().
  FetchPlan plan(base::MonoTime now, const Metadata& metadata, const Reachable& reachable);
  /// `body` has the bytes of the response. Leaders that it names are told to `metadata`. Returns whether metadata seems
  /// to be out of date.
  /// `ahead` may have some of its batches, decompressed.
  bool done(const FetchOrder& order, const protocol::FetchResponse& response, const base::Slice& body,
            base::MonoTime now, Metadata& metadata, DecompressedBatches ahead = {});
  /// How many bytes of batches may be decompressed before they are read.
  std::size_t room_ahead() const { return kMostAhead - std::min(kMostAhead, ahead_); }
  void failed(const FetchOrder& order, const Error& error, base::MonoTime now);
  void resolved(const ResolveOrder& order, const Result<OffsetInfo>& info, base::MonoTime now);

  /// In turn of the partitions that have something; nothing if there is none.
  std::optional<Ready> next_ready();
  bool has_ready() const { return !ready_.empty(); }
  /// After reading from the first chunk of a partition. With an error the partition halts. Returns the chunk if it is
  /// done, or the partition is at its end; what was read of it may point into it.
  std::unique_ptr<Chunk> advance(const TopicPartition& partition, const Status& status);

  /// Why partitions wait that could be fetched otherwise; NONE if none does.
  const Error& trouble() const { return trouble_; }

 private:
  struct Partition {
    std::uint64_t epoch = 0;
    std::optional<Offset> until;           ///< not asked for any more
    Uuid topic_id;                         ///< in which the position is one; zero if that is not known
    std::optional<OffsetSpec> unresolved;  ///< the position, until it is an offset
    bool resolving = false;
    Offset next_fetch = kNoOffset;
    Offset next_read = kNoOffset;
    std::deque<std::unique_ptr<Chunk>> chunks;
    std::size_t ahead = 0;  ///< what they were given decompressed, as it was counted last
    bool paused = false;
    bool listed = false;  ///< in ready_
    std::optional<Error> halt;
    bool halt_told = false;
    int failures = 0;
    base::MonoTime not_before{0};
    Error trouble{ErrorCode::none, {}};  ///< why it waits
  };
  using Entry = std::pair<const TopicPartition, Partition>;

  void set_position(Partition& partition, const Position& position);
  void drop_chunks(Partition& partition);
  void list_if_ready(Entry& entry);
  void unlist(Entry& entry);
  std::optional<Leader> usable_leader(Entry& entry, FetchPlan& plan, base::MonoTime now, const Metadata& metadata,
                                      const Reachable& reachable);
  bool take(Partition& partition, const protocol::FetchResponse::PartitionData& data, const base::Slice& body,
            base::MonoTime now, DecompressedBatches& ahead);
  void take_records(Partition& partition, const protocol::FetchResponse::PartitionData& data, const base::Slice& body,
                    DecompressedBatches& ahead);
  std::size_t& bytes_with(const Partition& partition);
  void count_ahead(Partition& partition);
  void lose_position(Partition& partition, Error error, base::MonoTime now);
  void wait(Partition& partition, Error error, base::MonoTime now);
  void halt(Partition& partition, Error error);

  const ConsumerSettings& settings_;
  std::map<TopicPartition, Partition> partitions_;
  std::vector<Entry*> order_;  ///< all, in the order in which they are asked for
  std::deque<Entry*> ready_;   ///< those with something to read, each once
  std::set<NodeId> under_way_;
  std::uint64_t epoch_ = 0;
  std::size_t buffered_ = 0;  ///< bytes of all chunks, but for those of paused partitions
  std::size_t held_ = 0;      ///< bytes of these
  std::size_t ahead_ = 0;     ///< bytes of all partitions' `ahead`
  bool control_ = false;      ///< chunks give control records, too
  Error trouble_{ErrorCode::none, {}};
};

}  // namespace kstream::client
