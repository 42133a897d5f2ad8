#pragma once

#include <kstream/result.h>

#include "log/index.h"
#include "storage/directory.h"

#include <cstdint>
#include <optional>
#include <string>

namespace kstream::storage {

/// A segment's index on disk, entry by entry. `Entry` is log::OffsetEntry or log::TimeEntry.
template <class Entry>
class IndexFile {
 public:
  /// The first `count` entries of an open index.
  IndexFile(base::FileRef opened, std::uint64_t count) : file_(std::move(opened)), count_(count) {}

  std::uint64_t count() const { return count_; }

  Result<Entry> at(std::uint64_t i) const {
    char bytes[Entry::kSize];
    auto read = file(file_).read(i * Entry::kSize, bytes, Entry::kSize);
    if (!read) return std::move(read).error();
    if (*read < Entry::kSize) return {ErrorCode::corrupt_message, file_->name() + " is shorter than it was"};
    return Entry::load(bytes);
  }

  /// The last entry for which `holds` does, if it holds for all before: nothing if it does not hold for the first.
  template <class Predicate>
  Result<std::optional<Entry>> last(Predicate holds) const {
    std::optional<Entry> found;
    for (std::uint64_t low = 0, high = count_; low < high;) {
      const std::uint64_t middle = low + (high - low) / 2;
      auto entry = at(middle);
      if (!entry) return std::move(entry).error();
      if (holds(*entry)) {
        found = *entry;
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return found;
  }

 private:
  base::FileRef file_;
  std::uint64_t count_;
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
