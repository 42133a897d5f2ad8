#pragma once

#include "base/metrics.h"

#include <chrono>
#include <string>
#include <vector>

namespace kstream::server {

/// What is told beside the metrics.
struct BrokerFacts {
  std::int32_t node_id = 0;
  std::string cluster_id;
  std::chrono::nanoseconds uptime{};
  std::size_t shards = 0, topics = 0, partitions = 0;
  std::int64_t metadata_offset = 0;
  std::vector<std::string> log_dirs;
};

/// Everything that was counted, as one JSON document: what `kserver status -J` prints.
std::string status_json(const BrokerFacts& facts, const base::MetricsSnapshot& metrics);

/// The same as Prometheus wants it (text format 0.0.4), but for histograms, which have buckets here and quantiles
/// there. Times are in seconds; buckets end at powers of two of nanoseconds, from 4 us to 34 s.
std::string prometheus_text(const BrokerFacts& facts, const base::MetricsSnapshot& metrics);

}  // namespace kstream::server
