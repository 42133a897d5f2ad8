#pragma once

#include "cli/console.h"
#include "cli/record_sink.h"
#include "cli/rows_output.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace kstream::cli {

inline constexpr std::string_view kStatsColumns[] = {"topic", "partition", "records", "bytes", "tombstones",
                                                     "first", "last",      "oldest",  "newest"};

struct RecordCounts {
  std::uint64_t records = 0, bytes = 0, tombstones = 0;
  Offset first, last;
  Timestamp oldest = kNoTimestamp, newest = kNoTimestamp;  ///< of those that have a time
};
using CountsByPartition = std::map<TopicPartition, RecordCounts>;

/// A row for each partition.
std::string stats_text(const CountsByPartition& counts, const RowsOutput& output);

/// Counts records instead of showing them, and prints the counts at the end.
class StatsSink : public RecordSink {
 public:
  StatsSink(RowsOutput output, const Console& console) : output_(std::move(output)), console_(console) {}

  bool take(const ShownRecord& record, ReadRange& range) override;
  bool flush() override { return true; }
  ExitCode finish(bool whole) override;
  int output() const override;

 private:
  RowsOutput output_;
  const Console& console_;
  CountsByPartition counts_;
};

}  // namespace kstream::cli
