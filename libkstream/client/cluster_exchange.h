#pragma once

#include <kstream/admin.h>

#include "protocol/api_versions.h"
#include "protocol/describe_cluster.h"
#include "protocol/describe_quorum.h"
#include "protocol/metadata.h"

/// Between what Admin says of a cluster as a whole and what goes over the wire. Pure. An answer with an error is that
/// error.
namespace kstream::client {

/// For brokers that do not know DescribeCluster (before 2.8).
ClusterDescription described_cluster(const protocol::MetadataResponse& response);
Result<ClusterDescription> described_cluster(const protocol::DescribeClusterResponse& response);

/// Asks for the quorum of the metadata log, which is one partition.
protocol::DescribeQuorumRequest quorum_request();
Result<QuorumDescription> described_quorum(const protocol::DescribeQuorumResponse& response);

Result<FeatureDescription> described_features(const protocol::ApiVersionsResponse& response);

}  // namespace kstream::client
