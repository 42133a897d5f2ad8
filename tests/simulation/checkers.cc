#include "simulation/checkers.h"

#include <algorithm>

namespace kstream::sim {
namespace {

std::string text(const Log& log) { return log.topic.to_string() + " partition " + std::to_string(log.partition.value); }
std::string place(const Log& log, Offset offset) { return text(log) + " offset " + std::to_string(offset.value); }

}  // namespace

void Checkers::fail(const char* checker, std::string what) {
  if (!violation_) violation_ = Violation{checker, std::move(what)};
}

void Checkers::acknowledged(const Log& log, Offset base, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto offset = base + static_cast<std::int64_t>(i);
    auto [at, fresh] = acknowledged_.emplace(Place{log, offset}, values[i]);
    if (!fresh && at->second != values[i]) {
      fail("OffsetChanged", place(log, offset) + " was acknowledged as " + at->second + " and as " + values[i]);
    }
    ++acknowledged_count_;
  }
}

void Checkers::seen(const Log& log, Offset offset, const std::string& value) {
  Place at{log, offset};
  read_.insert(at);
  if (value.find(log.topic.to_string()) == value.npos) fail("WrongTopic", place(log, offset) + " holds " + value);
  auto [before, fresh] = seen_.emplace(at, value);
  if (!fresh && before->second != value) {
    fail("OffsetChanged", place(log, offset) + " held " + before->second + " and now " + value);
  }
  auto told = acknowledged_.find(at);
  if (told != acknowledged_.end() && told->second != value) {
    fail("OffsetChanged", place(log, offset) + " was acknowledged as " + told->second + " and holds " + value);
  }
}

void Checkers::bounds(int client, const Log& log, Offset log_start, Offset high_watermark) {
  auto& known = bounds_[{log, client}];
  if (high_watermark < known.high_watermark || log_start < known.log_start) {
    fail("WentBack", text(log) + ": high watermark " + std::to_string(known.high_watermark.value) + " to " +
                         std::to_string(high_watermark.value) + ", log start " + std::to_string(known.log_start.value) +
                         " to " + std::to_string(log_start.value));
  }
  known = {log_start, high_watermark};
  auto& start = log_starts_[log];
  start = std::max(start, log_start);
}

void Checkers::answered(std::int32_t expected, std::int32_t correlation) {
  if (expected == correlation) return;
  fail("AnswerOrder",
       "the answer to request " + std::to_string(correlation) + " came before that to " + std::to_string(expected));
}

void Checkers::deleting(const Uuid& topic) { deleted_.insert(topic); }

void Checkers::misnamed(const Log& log) { fail("Misnamed", text(log) + " was asked for by its id"); }

void Checkers::deleted_topic_is_back(const Uuid& topic) { fail("DeletedTopicBack", topic.to_string()); }

void Checkers::deleted(const Log& log, Offset log_start) {
  auto& least = least_starts_[log];
  least = std::max(least, log_start);
  ++deleted_count_;
}

Offset Checkers::least_start(const Log& log) const {
  auto found = least_starts_.find(log);
  return found == least_starts_.end() ? Offset(0) : found->second;
}

void Checkers::starts(const Log& log, Offset least, Offset told) {
  if (told >= least) return;
  fail("LogStart",
       text(log) + " was to start at " + std::to_string(least.value) + " and does at " + std::to_string(told.value));
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
    if (at.second < log_starts_[at.first] || read_.contains(at) || deleted_.contains(at.first.topic)) continue;
    fail("AcknowledgedLost", place(at.first, at.second) + " was acknowledged as " + value + " and is gone");
  }
}

}  // namespace kstream::sim
