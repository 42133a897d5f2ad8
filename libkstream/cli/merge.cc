#include "cli/merge.h"

#include <algorithm>
#include <tuple>

namespace kstream::cli {
namespace {

constexpr std::size_t kBudget = std::size_t{32} << 20, kPartsOfShare = 4;
constexpr std::size_t kLeastShare = std::size_t{16} << 10, kMostShare = std::size_t{1} << 20;

}  // namespace

Merge::Merge(ReadRanges& ranges, std::optional<std::chrono::milliseconds> patience)
    : patience_(patience),
      share_(std::clamp(kBudget / kPartsOfShare / std::max<std::size_t>(ranges.size(), 1), kLeastShare, kMostShare)) {
  for (ReadRange& range : ranges) {
    Source& source = sources_[&range];
    source.range = &range;
    if (!range.done()) starved_.insert(&source);
  }
}

/// Orders the heap: what comes first is in front.
bool Merge::later(const Source* a, const Source* b) {
  auto key = [](const Source& source) {
    return std::tie(source.records.front().record.timestamp, source.range->partition);
  };
  return key(*a) > key(*b);
}

bool Merge::add(const Piece& piece, Clock::time_point now, const std::function<bool(const RecordView&)>& passes) {
  Source& source = sources_.at(piece.range);
  bool was_empty = source.records.empty();
  source.records.add(piece, now, passes);
  if (was_empty && !source.records.empty()) {
    starved_.erase(&source);
    heap_.push_back(&source);
    std::ranges::push_heap(heap_, later);
  }
  source.enough = source.records.bytes() >= share_;
  return source.enough;
}

bool Merge::all_known() {
  while (!starved_.empty() && (*starved_.begin())->range->closed) starved_.erase(starved_.begin());
  return starved_.empty();
}

Merge::Next Merge::next(Clock::time_point now) {
  if (heap_.empty()) return {};
  const HeldRecords& records = heap_.front()->records;
  if (!all_known() && !(patience_ && records.arrival() + *patience_ <= now)) return {};
  return {heap_.front()->range, &records.front(), records.high_watermark()};
}

ReadRange* Merge::drop() {
  std::ranges::pop_heap(heap_, later);
  Source& source = *heap_.back();
  source.records.drop();
  if (!source.records.empty()) {
    std::ranges::push_heap(heap_, later);
    return nullptr;
  }
  heap_.pop_back();
  if (!source.range->closed) starved_.insert(&source);
  return std::exchange(source.enough, false) && !source.range->closed ? source.range : nullptr;
}

}  // namespace kstream::cli
