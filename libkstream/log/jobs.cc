#include "log/jobs.h"

#include <cstdio>

namespace kstream::log {
namespace {

std::string folder_set_aside(const std::string& topic, PartitionId partition, Uuid unique, const char* suffix) {
  constexpr std::size_t kLongest = 255;
  char hex[33];
  std::snprintf(hex, sizeof hex, "%016llx%016llx", static_cast<unsigned long long>(unique.high()),
                static_cast<unsigned long long>(unique.low()));
  const std::string rest = "-" + std::to_string(partition.value) + "." + hex + suffix;
  return topic.substr(0, kLongest - rest.size()) + rest;
}

}  // namespace

std::string deleted_folder(const std::string& topic, PartitionId partition, Uuid unique) {
  return folder_set_aside(topic, partition, unique, "-delete");
}

std::string stray_folder(const std::string& topic, PartitionId partition, Uuid unique) {
  return folder_set_aside(topic, partition, unique, "-stray");
}

Lane lane(const Operation& operation) { return std::holds_alternative<Append>(operation) ? Lane::in_turn : Lane::pool; }

bool is_search(const Operation& operation) {
  return std::holds_alternative<Locate>(operation) || std::holds_alternative<FindTimestamp>(operation) ||
         std::holds_alternative<MeasureDirectory>(operation);
}

bool is_awaited(const Operation& operation) {
  return is_search(operation) || std::holds_alternative<CreateSegment>(operation);
}

}  // namespace kstream::log
