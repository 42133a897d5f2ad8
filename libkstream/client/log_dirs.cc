#include "client/log_dirs.h"

#include <algorithm>
#include <utility>

namespace kstream::client {

Result<std::vector<LogDirectory>> log_directories(const protocol::DescribeLogDirsResponse& response) {
  if (response.error_code != 0) return Error{static_cast<ErrorCode>(response.error_code), {}};
  std::vector<LogDirectory> directories;
  for (const auto& from : response.results) {
    LogDirectory& directory = directories.emplace_back();
    directory.path = from.log_dir;
    directory.error = static_cast<ErrorCode>(from.error_code);
    directory.total_bytes = from.total_bytes;
    directory.usable_bytes = from.usable_bytes;
    directory.cordoned = from.is_cordoned;
    for (const auto& topic : from.topics) {
      for (const auto& partition : topic.partitions) {
        directory.replicas.push_back({{topic.name, PartitionId(partition.partition_index)},
                                      partition.partition_size,
                                      partition.offset_lag,
                                      partition.is_future_key});
      }
    }
    std::ranges::sort(directory.replicas, {}, &ReplicaLog::partition);
  }
  std::ranges::sort(directories, {}, &LogDirectory::path);
  return directories;
}

}  // namespace kstream::client
