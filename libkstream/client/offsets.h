#pragma once

#include <kstream/topic_partition.h>

#include "base/time.h"
#include "client/cluster.h"
#include "net/asio.h"

#include <vector>

namespace kstream::client {

/// Asks the leaders for offsets; one answer for each query, in its place. Errors that may pass are tried again until
/// `deadline`.
asio::awaitable<std::vector<ListedOffset>> list_offsets(Cluster& cluster, std::vector<OffsetQuery> queries,
                                                        bool read_committed, base::MonoTime deadline);

/// The answers if there are none: `error` for each.
std::vector<ListedOffset> failed_offsets(const std::vector<OffsetQuery>& queries, const Error& error);

}  // namespace kstream::client
