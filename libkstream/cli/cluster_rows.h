#pragma once

#include "cli/rows_output.h"

#include <kstream/admin.h>

#include <string>
#include <string_view>

/// What kserver prints as a client: a row for each item, in JSON an object on each line.
namespace kstream::cli {

inline constexpr std::string_view kClusterColumns[] = {"cluster", "controller", "brokers", "fenced", "endpoint_type"};
inline constexpr std::string_view kBrokerColumns[] = {"id", "host", "port", "rack", "fenced", "controller"};
inline constexpr std::string_view kQuorumColumns[] = {"leader",    "epoch",    "high_watermark", "node",    "role",
                                                      "end",       "lag",      "lag_ms",         "fetched", "caught_up",
                                                      "directory", "endpoints"};
inline constexpr std::string_view kFeatureColumns[] = {"feature", "min", "max", "finalized", "epoch"};

/// One row. Schema: server-cluster.json.
std::string cluster_text(const ClusterDescription& cluster, const RowsOutput& output);
/// Schema: server-broker.json.
std::string brokers_text(const ClusterDescription& cluster, const RowsOutput& output);
/// A row for each replica; a table has the quorum's own columns in a line above. JSON is one object. Schema:
/// server-quorum.json.
std::string quorum_text(const QuorumDescription& quorum, const RowsOutput& output);
/// Schema: server-feature.json.
std::string features_text(const FeatureDescription& features, const RowsOutput& output);

}  // namespace kstream::cli
