#include "log/epochs.h"

#include "log/checkpoint.h"

#include <algorithm>

namespace kstream::log {
namespace {

bool starts_after(Offset offset, const Epochs::Entry& entry) { return offset < entry.start; }
bool later_than(LeaderEpoch epoch, const Epochs::Entry& entry) { return epoch < entry.epoch; }

}  // namespace

bool Epochs::assign(LeaderEpoch epoch, Offset start) {
  if (epoch.value < 0 || (!entries_.empty() && entries_.back().epoch == epoch && entries_.back().start <= start)) {
    return false;
  }
  while (!entries_.empty() && (entries_.back().epoch >= epoch || entries_.back().start >= start)) entries_.pop_back();
  entries_.push_back({epoch, start});
  return true;
}

bool Epochs::truncate_from_start(Offset start) {
  auto later = std::upper_bound(entries_.begin(), entries_.end(), start, starts_after);
  if (later == entries_.begin()) return false;
  const auto in_force = later - 1;
  if (in_force == entries_.begin() && in_force->start == start) return false;
  in_force->start = start;
  entries_.erase(entries_.begin(), in_force);
  return true;
}

bool Epochs::truncate_from_end(Offset end) {
  const auto before = entries_.size();
  while (!entries_.empty() && entries_.back().start >= end) entries_.pop_back();
  return entries_.size() != before;
}

LeaderEpoch Epochs::at(Offset offset) const {
  auto later = std::upper_bound(entries_.begin(), entries_.end(), offset, starts_after);
  return later == entries_.begin() ? kNoLeaderEpoch : (later - 1)->epoch;
}

EpochEnd Epochs::end_of(LeaderEpoch epoch, Offset log_end) const {
  if (epoch.value < 0 || epoch > latest()) return {};
  if (epoch == latest()) return {epoch, log_end};
  auto higher = std::upper_bound(entries_.begin(), entries_.end(), epoch, later_than);
  if (higher == entries_.begin()) return {epoch, higher->start};
  return {(higher - 1)->epoch, higher->start};
}

std::string Epochs::print() const {
  std::string text = "0\n" + std::to_string(entries_.size()) + "\n";
  for (const auto& entry : entries_) {
    text += std::to_string(entry.epoch.value) + " " + std::to_string(entry.start.value) + "\n";
  }
  return text;
}

Result<Epochs> Epochs::parse(base::BytesView text) {
  auto lines = parse_checkpoint_lines(text);
  if (!lines) return std::move(lines).error();
  Epochs epochs;
  for (auto line : *lines) {
    auto fields = parse_integers<2>(line);
    const bool valid = fields && (*fields)[0] >= 0 && (*fields)[0] <= INT32_MAX && (*fields)[1] >= 0;
    if (!valid) return {ErrorCode::corrupt_message, "not an epoch and an offset: \"" + std::string(line) + "\""};
    Entry entry{LeaderEpoch(static_cast<std::int32_t>((*fields)[0])), Offset((*fields)[1])};
    if (!epochs.entries_.empty() &&
        (entry.epoch <= epochs.entries_.back().epoch || entry.start <= epochs.entries_.back().start)) {
      return {ErrorCode::corrupt_message, "out of order: \"" + std::string(line) + "\""};
    }
    epochs.entries_.push_back(entry);
  }
  return epochs;
}

}  // namespace kstream::log
