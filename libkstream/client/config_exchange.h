#pragma once

#include <kstream/admin.h>

#include "protocol/describe_configs.h"
#include "protocol/incremental_alter_configs.h"

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

/// Between what Admin says of configs and what goes over the wire. Pure.
namespace kstream::client {

/// The broker that alone can answer for the resource; none: any can. INVALID_REQUEST if the name is no broker's id.
Result<std::optional<NodeId>> broker_of(const ConfigResource& resource);

protocol::DescribeConfigsRequest describe_request(const std::vector<ConfigResource>& resources,
                                                  Admin::DescribeConfigs how);
/// One answer for each resource, in its place.
std::vector<DescribedConfigs> described_configs(const std::vector<ConfigResource>& resources,
                                                const protocol::DescribeConfigsResponse& response);

protocol::IncrementalAlterConfigsRequest alter_request(const std::vector<ConfigAlteration>& alterations,
                                                       bool validate_only);
/// One answer for each alteration, in its place.
std::vector<AlteredConfigs> altered_configs(const std::vector<ConfigAlteration>& alterations,
                                            const protocol::IncrementalAlterConfigsResponse& response);

}  // namespace kstream::client
