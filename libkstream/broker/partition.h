#pragma once

#include "base/time.h"
#include "broker/messages.h"
#include "log/log.h"

#include <deque>
#include <vector>

namespace kstream::broker {

/// A partition that this broker leads, on the shard where it lives: its log, and who waits for it.
struct Partition {
  Partition(PartitionKey which, std::uint16_t dir, LeaderEpoch leader_epoch, log::Log its_log)
      : key(which), directory(dir), epoch(leader_epoch), log(std::move(its_log)) {}

  /// The end of what everybody may read. With one replica it is the log end offset.
  Offset high_watermark() const { return log.end(); }

  /// A produce request that is answered when the high watermark passes its last offset.
  struct Waiter {
    Call call;
    Offset base, last;
    Timestamp log_append_time;
  };
  /// A fetch that is told when there is something at `from` or behind.
  struct Watch {
    Call call;
    Offset from;
    bool every = true;  ///< it wants to know of every growth,
    bool told = false;  ///< else only until it is told
  };

  /// Ends the watch of one part of a call.
  void forget(const Call& call) {
    std::erase_if(watches, [&](auto& watch) { return watch.call.same_request(call) && watch.call.part == call.part; });
  }

  const PartitionKey key;
  const std::uint16_t directory;  ///< index of its log directory
  LeaderEpoch epoch;
  log::Log log;
  std::deque<Waiter> waiters;  ///< in the order of their offsets
  std::vector<Watch> watches;
  bool dirty = false;          ///< in the shard's list of logs that may have operations to give
  Offset announced{0};         ///< the high watermark at the last look at the watches
  std::uint32_t searches = 0;  ///< operations in flight that read its files and are not the log's own
  bool deleted = false;        ///< its topic is gone: it only waits for its end
  bool vacated = false;        ///< and its folder's name is free
};

}  // namespace kstream::broker
