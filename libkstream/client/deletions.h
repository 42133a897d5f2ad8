#pragma once

#include <kstream/admin.h>

#include "base/time.h"
#include "client/cluster.h"
#include "net/asio.h"

#include <vector>

namespace kstream::client {

/// Has the leaders delete records; one answer for each deletion, in its place. Errors that may pass are tried again
/// until `deadline`.
asio::awaitable<std::vector<DeletedRecords>> delete_records(Cluster& cluster, std::vector<RecordDeletion> deletions,
                                                            base::MonoTime deadline);

/// The answers if there are none: `error` for each.
std::vector<DeletedRecords> failed_deletions(const std::vector<RecordDeletion>& deletions, const Error& error);

}  // namespace kstream::client
