#pragma once

#include <kstream/ids.h>
#include <kstream/producer.h>
#include <kstream/result.h>

#include "base/time.h"
#include "client/accumulator.h"
#include "client/batch.h"
#include "client/metadata.h"
#include "client/settings.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace kstream::client {

/// One request to make: a batch each of some partitions that one broker leads.
struct ProduceOrder {
  NodeId node;
  std::vector<BatchPtr> batches;
};

/// What is to be done now.
struct SendPlan {
  std::vector<ProduceOrder> orders;               ///< at most one a broker
  base::MonoTime next = base::MonoTime::never();  ///< when to ask again even if nothing happens
  bool metadata_is_stale = false;
  Error trouble{ErrorCode::none, {}};  ///< why some batch that is ready has to wait
};

/// Decides which batches to send where and when, and what an answer means for them. Pure: the accumulator's state,
/// metadata and time in, orders and settled batches out.
class Sender {
 public:
  /// Whether requests can be sent to a broker now; else why, NONE if it merely takes a moment.
  using Reachable = std::function<Status(NodeId)>;

  /// Without `reports`, settled batches are dropped.
  Sender(const ProducerSettings& settings, Accumulator& accumulator, bool reports)
      : settings_(settings), accumulator_(accumulator), reports_(reports) {}

  /// The batches in the plan are the caller's, until done(). Ask again until there are no orders.
  SendPlan plan(base::MonoTime now, const Metadata& metadata, const Reachable& reachable);

  /// The order was carried out, or could not be: each of its batches has its outcome. Those that are to be sent again
  /// go back into their queues; the others are settled.
  void done(ProduceOrder order, base::MonoTime now);

  /// Settled batches that wait for their report, oldest first.
  std::deque<BatchPtr>& settled() { return settled_; }
  ProducerStats& stats() { return stats_; }
  const ProducerStats& stats() const { return stats_; }
  /// The first failure since the last call.
  Error take_failure() { return std::exchange(failure_, {ErrorCode::none, {}}); }

 private:
  void plan_queue(PartitionQueue& queue, SendPlan& plan, base::MonoTime now, const Metadata& metadata,
                  const Reachable& reachable);
  void drop_hopeless(PartitionQueue& queue, base::MonoTime now);
  bool replace_by_halves(const Batch& batch);
  void settle(BatchPtr batch);

  const ProducerSettings& settings_;
  Accumulator& accumulator_;
  const bool reports_;
  std::map<NodeId, int> under_way_;  ///< requests, by broker
  std::deque<BatchPtr> settled_;
  ProducerStats stats_;
  Error failure_{ErrorCode::none, {}};
  std::size_t start_ = 0;  ///< of the next plan, so that each partition comes first at times
};

}  // namespace kstream::client
