#include "simulation/checkers.h"

#include <algorithm>

namespace kstream::sim {
namespace {

std::string place(PartitionId partition, Offset offset) {
  return "partition " + std::to_string(partition.value) + " offset " + std::to_string(offset.value);
}

}  // namespace

void Checkers::fail(const char* checker, std::string what) {
  if (!violation_) violation_ = Violation{checker, std::move(what)};
}

void Checkers::acknowledged(PartitionId partition, Offset base, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto offset = base + static_cast<std::int64_t>(i);
    auto [at, fresh] = acknowledged_.emplace(Place{partition, offset}, values[i]);
    if (!fresh && at->second != values[i]) {
      fail("OffsetChanged", place(partition, offset) + " was acknowledged as " + at->second + " and as " + values[i]);
    }
    ++acknowledged_count_;
  }
}

void Checkers::seen(PartitionId partition, Offset offset, const std::string& value) {
  Place at{partition, offset};
  read_.insert(at);
  auto [before, fresh] = seen_.emplace(at, value);
  if (!fresh && before->second != value) {
    fail("OffsetChanged", place(partition, offset) + " held " + before->second + " and now " + value);
  }
  auto told = acknowledged_.find(at);
  if (told != acknowledged_.end() && told->second != value) {
    fail("OffsetChanged", place(partition, offset) + " was acknowledged as " + told->second + " and holds " + value);
  }
}

void Checkers::bounds(int client, PartitionId partition, Offset log_start, Offset high_watermark) {
  auto& known = bounds_[{partition, client}];
  if (high_watermark < known.high_watermark || log_start < known.log_start) {
    fail("WentBack", "partition " + std::to_string(partition.value) + ": high watermark " +
                         std::to_string(known.high_watermark.value) + " to " + std::to_string(high_watermark.value) +
                         ", log start " + std::to_string(known.log_start.value) + " to " +
                         std::to_string(log_start.value));
  }
  known = {log_start, high_watermark};
  auto& start = log_starts_[partition];
  start = std::max(start, log_start);
}

void Checkers::deleted(PartitionId partition, Offset log_start) {
  auto& least = least_starts_[partition];
  least = std::max(least, log_start);
  ++deleted_count_;
}

Offset Checkers::least_start(PartitionId partition) const {
  auto found = least_starts_.find(partition);
  return found == least_starts_.end() ? Offset(0) : found->second;
}

void Checkers::starts(PartitionId partition, Offset least, Offset told) {
  if (told >= least) return;
  fail("LogStart", "partition " + std::to_string(partition.value) + " was to start at " + std::to_string(least.value) +
                       " and does at " + std::to_string(told.value));
}

void Checkers::answered(std::int32_t expected, std::int32_t correlation) {
  if (expected == correlation) return;
  fail("AnswerOrder",
       "the answer to request " + std::to_string(correlation) + " came before that to " + std::to_string(expected));
}

void Checkers::crash() {
  read_.clear();
  for (auto& [key, known] : bounds_) known.log_start = Offset(0);
}

void Checkers::power_loss() {
  acknowledged_.clear();
  seen_.clear();
  bounds_.clear();
  log_starts_.clear();
}

void Checkers::at_rest() {
  for (const auto& [at, value] : acknowledged_) {
    if (at.second < log_starts_[at.first] || read_.contains(at)) continue;
    fail("AcknowledgedLost", place(at.first, at.second) + " was acknowledged as " + value + " and is gone");
  }
}

}  // namespace kstream::sim
