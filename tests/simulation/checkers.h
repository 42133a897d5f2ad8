#pragma once

#include <kstream/ids.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// What must hold whatever happens. They know nothing of the broker: they see what clients sent and were told.
namespace kstream::sim {

/// A rule that was broken: the checker's name first.
struct Violation {
  std::string checker, what;
};

class Checkers {
 public:
  /// A produce request was answered with success: `values` stand at `base` and behind.
  void acknowledged(PartitionId partition, Offset base, const std::vector<std::string>& values);
  /// A fetch returned this record.
  void seen(PartitionId partition, Offset offset, const std::string& value);
  /// What an answer said of a partition to one client, in the order in which it got its answers.
  void bounds(int client, PartitionId partition, Offset log_start, Offset high_watermark);
  /// A DeleteRecords was answered: whatever happens, the log starts at `log_start` or behind from now on.
  void deleted(PartitionId partition, Offset log_start);
  /// Where the log starts at the least, as far as was told; whoever asks now is to see that.
  Offset least_start(PartitionId partition) const;
  /// An answer to a request that was sent when `least` was the least start: it tells this start, or a record at it.
  void starts(PartitionId partition, Offset least, Offset told);
  /// A connection got the answer to `correlation`; it was waiting for `expected`.
  void answered(std::int32_t expected, std::int32_t correlation);
  /// A power loss may take back what was not synced: from here on other records may stand where some were seen.
  void power_loss();
  /// All partitions were read from their start to their end and nothing more is under way.
  void at_rest();

  const std::optional<Violation>& violation() const { return violation_; }
  std::size_t acknowledged_records() const { return acknowledged_count_; }
  std::size_t deletions() const { return deleted_count_; }

 private:
  using Place = std::pair<PartitionId, Offset>;
  struct Bounds {
    Offset log_start{0}, high_watermark{0};
  };
  void fail(const char* checker, std::string what);

  std::map<Place, std::string> acknowledged_, seen_;
  std::set<Place> read_;                                  ///< since the last crash
  std::map<std::pair<PartitionId, int>, Bounds> bounds_;  ///< per client
  std::map<PartitionId, Offset> log_starts_;              ///< the greatest that anybody was told
  std::map<PartitionId, Offset> least_starts_;            ///< what DeleteRecords promised, for ever
  std::size_t acknowledged_count_ = 0, deleted_count_ = 0;
  std::optional<Violation> violation_;

 public:
  /// A crash of any kind: what was read before must be read again to count in at_rest(), and a start of a log that was
  /// told, but that no DeleteRecords has promised, may be taken back.
  void crash();
};

}  // namespace kstream::sim
