#pragma once

#include <kstream/topic_partition.h>

#include "base/time.h"
#include "client/cluster.h"
#include "net/asio.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace kstream::client {

/// Asks one leader about those of the partitions that have these indices, and takes its answers. A failure is that of
/// all of them.
using AskLeader = std::function<asio::awaitable<Status>(Connection*, std::vector<std::size_t> indices)>;

/// Asks the leaders of all partitions, a request for each leader; `ask` has to put into `outcomes` what became of each
/// partition. What may pass is asked again until `deadline`. A partition that stands there twice is in two requests.
asio::awaitable<void> ask_leaders(Cluster& cluster, const std::vector<TopicPartition>& partitions,
                                  std::vector<Status>& outcomes, base::MonoTime deadline, AskLeader ask);

}  // namespace kstream::client
