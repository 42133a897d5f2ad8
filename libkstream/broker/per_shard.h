#pragma once

#include "base/small_vector.h"
#include "broker/placement.h"
#include "broker/shard.h"

#include <cstddef>
#include <utility>

namespace kstream::broker {

/// One message of a call for each shard, filled part by part, and sent to those that it has parts for.
template <class M>
class PerShard {
 public:
  PerShard(Shard& shard, const Call& call) : shard_(shard), messages_(shard.shards()) {
    for (auto& message : messages_) message.call = call;
  }
  M& of(const PartitionKey& key) { return messages_[shard_of(key, shard_.shards())]; }
  /// How many were sent.
  std::size_t send() {
    std::size_t sent = 0;
    for (std::size_t to = 0; to < messages_.size(); ++to) {
      if (messages_[to].parts.empty()) continue;
      shard_.send(static_cast<MachineId>(to), std::move(messages_[to]));
      ++sent;
    }
    return sent;
  }

 private:
  Shard& shard_;
  base::SmallVector<M, 4> messages_;  ///< by shard; few shards need no memory of their own
};

}  // namespace kstream::broker
