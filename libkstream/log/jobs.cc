#include "log/jobs.h"

#include <cstdio>

namespace kstream::log {

std::string deleted_folder(const std::string& topic, PartitionId partition, Uuid unique) {
  constexpr std::size_t kLongest = 255;
  char hex[33];
  std::snprintf(hex, sizeof hex, "%016llx%016llx", static_cast<unsigned long long>(unique.high()),
                static_cast<unsigned long long>(unique.low()));
  const std::string rest = "-" + std::to_string(partition.value) + "." + hex + "-delete";
  return topic.substr(0, kLongest - rest.size()) + rest;
}

Lane lane(const Operation& operation) { return std::holds_alternative<Append>(operation) ? Lane::in_turn : Lane::pool; }

bool is_search(const Operation& operation) {
  return std::holds_alternative<Locate>(operation) || std::holds_alternative<FindTimestamp>(operation) ||
         std::holds_alternative<MeasureDirectory>(operation);
}

}  // namespace kstream::log
