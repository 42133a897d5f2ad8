#pragma once

#include <kstream/admin.h>

#include "protocol/describe_log_dirs.h"

#include <vector>

namespace kstream::client {

/// What a broker says of its log directories, by path; each one's replicas by topic and partition. Pure.
Result<std::vector<LogDirectory>> log_directories(const protocol::DescribeLogDirsResponse& response);

}  // namespace kstream::client
