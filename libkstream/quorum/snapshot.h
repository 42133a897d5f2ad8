#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "cluster/image.h"
#include "log/jobs.h"
#include "quorum/voters.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace kstream::quorum {

/// A snapshot contains everything below `end`, the last of it written in `epoch`.
struct SnapshotId {
  Offset end;
  LeaderEpoch epoch;
  auto operator<=>(const SnapshotId&) const = default;
  /// `00000000000000000012-0000000003.checkpoint`.
  std::string file_name() const;
  /// Nothing if `name` is not the name of a finished snapshot.
  static std::optional<SnapshotId> parse(std::string_view name);
};

/// A snapshot yet to be written. `encode` takes time in proportion to the image and may run on any thread.
struct SnapshotJob {
  std::string folder;
  SnapshotId id;
  cluster::ImageRef image;
  Voters voters;
  Timestamp written;

  log::ReplaceFile encode() const;
};

}  // namespace kstream::quorum
