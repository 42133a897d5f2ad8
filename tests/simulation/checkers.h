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

/// One partition of one topic. Another topic of the same name has another id.
struct Log {
  Uuid topic;
  PartitionId partition;
  auto operator<=>(const Log&) const = default;
};

class Checkers {
 public:
  /// A produce request was answered with success: `values` stand at `base` and behind.
  void acknowledged(const Log& log, Offset base, const std::vector<std::string>& values);
  /// A fetch returned this record. Its value names the topic for which it was produced.
  void seen(const Log& log, Offset offset, const std::string& value);
  /// What an answer said of a partition to one client, in the order in which it got its answers.
  void bounds(int client, const Log& log, Offset log_start, Offset high_watermark);
  /// A DeleteRecords was answered: whatever happens, the log starts at `log_start` or behind from now on.
  void deleted(const Log& log, Offset log_start);
  /// Where the log starts at the least, as far as was told; whoever asks now is to see that.
  Offset least_start(const Log& log) const;
  /// An answer to a request that was sent when `least` was the least start: it tells this start, or a record at it.
  void starts(const Log& log, Offset least, Offset told);
  /// A client is about to ask that a topic be deleted: from here on nothing need be in it.
  void deleting(const Uuid& topic);
  /// A request that names a topic by its id was told that its name is unknown.
  void misnamed(const Log& log);
  /// A client was told that a topic is gone, and the same client then that it is there.
  void deleted_topic_is_back(const Uuid& topic);
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
  using Place = std::pair<Log, Offset>;
  struct Bounds {
    Offset log_start{0}, high_watermark{0};
  };
  void fail(const char* checker, std::string what);

  std::map<Place, std::string> acknowledged_, seen_;
  std::set<Place> read_;                          ///< since the last crash
  std::map<std::pair<Log, int>, Bounds> bounds_;  ///< per client
  std::map<Log, Offset> log_starts_;              ///< the greatest that anybody was told
  std::map<Log, Offset> least_starts_;            ///< what DeleteRecords promised, for ever
  std::set<Uuid> deleted_;                        ///< topics, or perhaps
  std::size_t acknowledged_count_ = 0, deleted_count_ = 0;
  std::optional<Violation> violation_;

 public:
  /// A crash of any kind: what was read before must be read again to count in at_rest().
  void crash();
};

}  // namespace kstream::sim
