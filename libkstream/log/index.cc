#include "log/index.h"

#include <algorithm>

namespace kstream::log {

OffsetEntry OffsetEntry::load(const char* bytes) {
  return {base::load_be<std::int32_t>(bytes), base::load_be<std::int32_t>(bytes + 4)};
}

void OffsetEntry::append_to(std::string& out) const {
  char bytes[kSize];
  base::store_be(bytes, relative);
  base::store_be(bytes + 4, position);
  out.append(bytes, kSize);
}

TimeEntry TimeEntry::load(const char* bytes) {
  return {Timestamp(base::load_be<std::int64_t>(bytes)), base::load_be<std::int32_t>(bytes + 8)};
}

void TimeEntry::append_to(std::string& out) const {
  char bytes[kSize];
  base::store_be(bytes, timestamp.value);
  base::store_be(bytes + 8, relative);
  out.append(bytes, kSize);
}

Indexer::Indexer(Offset base, std::uint64_t offset_count, std::uint64_t time_count, TimeEntry last_time)
    : base_(base), offset_count_(offset_count), time_count_(time_count) {
  if (time_count == 0) return;
  last_time_ = largest_ = last_time.timestamp;
  offset_of_largest_ = base + last_time.relative;
}

void Indexer::add(Offset last, std::uint64_t position, std::uint64_t bytes, Timestamp max_timestamp,
                  std::uint32_t interval) {
  if (max_timestamp > largest_) {
    largest_ = max_timestamp;
    offset_of_largest_ = last;
  }
  if (since_entry_ > interval) {
    offsets_.push_back({static_cast<std::int32_t>(last - base_), static_cast<std::int32_t>(position)});
    add_time();
    since_entry_ = 0;
  }
  since_entry_ += bytes;
}

void Indexer::finish() { add_time(); }

void Indexer::add_time() {
  if (largest_ <= last_time_) return;
  times_.push_back({largest_, static_cast<std::int32_t>(offset_of_largest_ - base_)});
  last_time_ = largest_;
}

bool Indexer::full(std::uint32_t max_bytes) const {
  return offset_count_ + offsets_.size() >= max_bytes / OffsetEntry::kSize ||
         time_count_ + times_.size() + 1 >= max_bytes / TimeEntry::kSize;
}

std::size_t Indexer::offsets_below(Offset end) const {
  auto below = [&](const OffsetEntry& entry) { return base_ + entry.relative < end; };
  return static_cast<std::size_t>(std::partition_point(offsets_.begin(), offsets_.end(), below) - offsets_.begin());
}

std::size_t Indexer::times_below(Offset end) const {
  auto below = [&](const TimeEntry& entry) { return base_ + entry.relative < end; };
  return static_cast<std::size_t>(std::partition_point(times_.begin(), times_.end(), below) - times_.begin());
}

std::optional<std::uint64_t> Indexer::position_for(Offset offset) const {
  const std::size_t entries = offsets_below(offset + 1);
  if (entries == 0) return std::nullopt;
  return static_cast<std::uint64_t>(offsets_[entries - 1].position);
}

void Indexer::written(std::size_t offsets, std::size_t times) {
  offsets_.erase(offsets_.begin(), offsets_.begin() + static_cast<std::ptrdiff_t>(offsets));
  times_.erase(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(times));
  if (offsets_.empty()) offsets_.shrink_to_fit();
  if (times_.empty()) times_.shrink_to_fit();
  offset_count_ += offsets;
  time_count_ += times;
}

}  // namespace kstream::log
