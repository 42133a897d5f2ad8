#pragma once

#include <kstream/result.h>

#include "log/index.h"
#include "storage/directory.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace kstream::storage {

/// A segment's index on disk, entry by entry. `Entry` is log::OffsetEntry or log::TimeEntry.
template <class Entry>
class IndexFile {
 public:
  /// The first `count` entries of an open index.
  IndexFile(base::FileRef opened, std::uint64_t count, ReadFrom from = ReadFrom::disk)
      : file_(std::move(opened)), count_(count), from_(from) {}

  const base::FileRef& opened() const { return file_; }

  std::uint64_t count() const { return count_; }

  Result<Entry> at(std::uint64_t i) const {
    char bytes[Entry::kSize];
    auto read = file(file_).read(i * Entry::kSize, bytes, Entry::kSize);
    if (!read) return std::move(read).error();
    if (*read < Entry::kSize) return {ErrorCode::corrupt_message, file_->name() + " is shorter than it was"};
    return Entry::load(bytes);
  }

  /// The last entry for which `holds` does, if it holds for all before: nothing if it does not hold for the first.
  /// `guess` says which entry that may be: if it is right to a few hundred, one read finds it.
  template <class Predicate>
  Result<std::optional<Entry>> last(Predicate holds, std::uint64_t guess) {
    std::optional<Entry> found;
    std::uint64_t low = 0, high = count_;  // the entries of which nothing is known
    for (std::uint64_t step = kChunk; low < high; step *= 4) {
      if (auto read = read_around(std::clamp(guess, low, high - 1)); !read) return read.error();
      std::uint64_t from = std::max(low, first_), to = std::min(high, first_ + size());
      if (!holds(loaded(from))) {
        high = from;
        guess = high - std::min(step, (high - low) / 2 + 1);
        continue;
      }
      low = to;
      guess = low + std::min(step, (high - low) / 2);
      while (to - from > 1) {
        const std::uint64_t middle = from + (to - from) / 2;
        (holds(loaded(middle)) ? from : to) = middle;
      }
      found = loaded(from);
      if (from + 1 < low) return found;
    }
    return found;
  }

 private:
  /// Entries that are read at once.
  static constexpr std::uint64_t kChunk = 512;

  std::uint64_t size() const { return chunk_.size() / Entry::kSize; }
  Entry loaded(std::uint64_t i) const { return Entry::load(chunk_.data() + (i - first_) * Entry::kSize); }

  Status read_around(std::uint64_t i) {
    if (i >= first_ && i - first_ < size()) return {};
    const std::uint64_t last_first = count_ - std::min(count_, kChunk);
    first_ = std::min(i - std::min(i, kChunk / 2), last_first);
    chunk_.resize(static_cast<std::size_t>(std::min(count_, kChunk) * Entry::kSize));
    auto got = read(file(file_), from_, first_ * Entry::kSize, chunk_.data(), chunk_.size());
    if (!got) return std::move(got).error();
    if (*got == chunk_.size()) return {};
    chunk_.clear();
    return {ErrorCode::corrupt_message, file_->name() + " is shorter than it was"};
  }

  base::FileRef file_;
  std::uint64_t count_;
  ReadFrom from_;
  std::string chunk_;  ///< entries from `first_` on, as they are in the file
  std::uint64_t first_ = 0;
};

/// Opens an index of which a log says that `count` entries are in the file: nothing if that is 0 or the file is not to
/// be had. The segment may have been retired, and its files renamed or removed, since the operation was given out; what
/// an index tells can be found without it.
template <class Entry>
std::optional<IndexFile<Entry>> open_index(Directory& directory, const std::string& path, std::uint64_t count) {
  if (count == 0) return std::nullopt;
  auto opened = directory.open(path, Directory::Open::read);
  if (!opened) opened = directory.open(path + ".deleted", Directory::Open::read);
  if (!opened) return std::nullopt;
  return IndexFile<Entry>(std::move(*opened), count);
}

}  // namespace kstream::storage
