#pragma once

#include "cli/console.h"
#include "cli/record_sink.h"
#include "cli/topics_output.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace kstream::cli {

inline constexpr std::array<std::string_view, 9> kStatsColumns = {
    "topic", "partition", "records", "bytes", "tombstones", "first", "last", "oldest", "newest"};

/// Counts records instead of showing them, and prints a row for each partition at the end.
class StatsSink : public RecordSink {
 public:
  StatsSink(TopicsOutput output, const Console& console) : output_(std::move(output)), console_(console) {}

  bool take(const ShownRecord& record, ReadRange& range) override;
  bool flush() override { return true; }
  ExitCode finish() override;
  int output() const override;

 private:
  struct Counts {
    std::uint64_t records = 0, bytes = 0, tombstones = 0;
    Offset first, last;
    Timestamp oldest, newest;
  };
  Table table() const;
  std::string json() const;

  TopicsOutput output_;
  const Console& console_;
  std::map<TopicPartition, Counts> counts_;
};

}  // namespace kstream::cli
