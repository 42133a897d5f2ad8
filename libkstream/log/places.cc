#include "log/places.h"

#include <algorithm>

namespace kstream::log {

std::optional<std::uint64_t> Places::find(Offset from, Offset segment) const {
  auto end = std::ranges::find(ends_, from, &End::next);
  if (end == ends_.end() || end->segment != segment) return std::nullopt;
  return end->position;
}

// A reader has one place, which moves with it.
void Places::ended(Offset from, Offset next, Offset segment, std::uint64_t position) {
  auto end = std::ranges::find(ends_, from, &End::next);
  if (end == ends_.end()) {
    end = ends_.begin() + static_cast<std::ptrdiff_t>(oldest_end_);
    oldest_end_ = (oldest_end_ + 1) % kEnds;
  }
  *end = {next, segment, position};
}

base::FileRef Places::index(Offset segment) const {
  auto index = std::ranges::find(indexes_, segment, &Index::segment);
  return index == indexes_.end() ? nullptr : index->file;
}

void Places::opened(Offset segment, base::FileRef file) {
  auto index = std::ranges::find(indexes_, segment, &Index::segment);
  if (index == indexes_.end()) {
    index = indexes_.begin() + static_cast<std::ptrdiff_t>(oldest_index_);
    oldest_index_ = (oldest_index_ + 1) % kIndexes;
  }
  *index = {segment, std::move(file)};
}

void Places::forget(Offset segment) {
  for (auto& end : ends_) {
    if (end.segment == segment) end = {};
  }
  for (auto& index : indexes_) {
    if (index.segment == segment) index = {};
  }
}

}  // namespace kstream::log
