#pragma once

#include <kstream/ids.h>

#include "base/shared_file.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace kstream::log {

/// What reads of a log have learnt, for those that follow: where the last few ended, which is where their readers go
/// on, and the index files that were opened for them. Costs a few hundred bytes, and a descriptor for each index.
class Places {
 public:
  /// Where the batch begins that holds `from`, in the segment that begins at `segment`, if a read ended there.
  std::optional<std::uint64_t> find(Offset from, Offset segment) const;
  /// A read that began at `from` ended at `position`; `next` is what its reader asks for then.
  void ended(Offset from, Offset next, Offset segment, std::uint64_t position);

  /// The segment's offset index, or null if it is not open.
  base::FileRef index(Offset segment) const;
  void opened(Offset segment, base::FileRef index);

  /// A segment has left the log.
  void forget(Offset segment);

 private:
  /// Readers that can be told apart, and segments read at a time; more take turns.
  static constexpr std::size_t kEnds = 8, kIndexes = 4;
  struct End {
    Offset next = kNoOffset;
    Offset segment;
    std::uint64_t position = 0;
  };
  struct Index {
    Offset segment = kNoOffset;
    base::FileRef file;
  };
  std::array<End, kEnds> ends_{};
  std::array<Index, kIndexes> indexes_{};
  std::size_t oldest_end_ = 0, oldest_index_ = 0;
};

}  // namespace kstream::log
