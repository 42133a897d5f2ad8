#include "cli/stats_sink.h"

#include "cli/rows_text.h"

#include <unistd.h>
#include <algorithm>
#include <vector>

namespace kstream::cli {

std::string stats_text(const CountsByPartition& counts, const RowsOutput& output) {
  return rows_text(
      counts, kStatsColumns, output,
      [&](const auto& row) {
        const auto& [partition, counted] = row;
        return std::vector<std::string>{partition.topic,
                                        std::to_string(partition.partition.value),
                                        std::to_string(counted.records),
                                        std::to_string(counted.bytes),
                                        std::to_string(counted.tombstones),
                                        std::to_string(counted.first.value),
                                        std::to_string(counted.last.value),
                                        shown_time(counted.oldest, output.format).value_or(""),
                                        shown_time(counted.newest, output.format).value_or("")};
      },
      [](const auto& row, JsonObject& object, std::string&) {
        const auto& [partition, counted] = row;
        object.text("topic", partition.topic)
            .number("partition", partition.partition.value)
            .number("records", counted.records)
            .number("bytes", counted.bytes)
            .number("tombstones", counted.tombstones)
            .number("first", counted.first.value)
            .number("last", counted.last.value)
            .number("oldest", counted.oldest.value)
            .number("newest", counted.newest.value);
      });
}

int StatsSink::output() const { return STDOUT_FILENO; }

bool StatsSink::take(const ShownRecord& shown, ReadRange& range) {
  const RecordView& record = shown.record;
  auto [found, fresh] = counts_.try_emplace(range.partition);
  RecordCounts& counts = found->second;
  counts.first = fresh ? record.offset : std::min(counts.first, record.offset);
  ++counts.records;
  counts.bytes += record.key.value_or("").size() + record.value.value_or("").size();
  counts.tombstones += record.value ? 0 : 1;
  counts.last = std::max(counts.last, record.offset);
  if (record.timestamp == kNoTimestamp) return true;
  if (counts.oldest == kNoTimestamp || record.timestamp < counts.oldest) counts.oldest = record.timestamp;
  counts.newest = std::max(counts.newest, record.timestamp);
  return true;
}

ExitCode StatsSink::finish(bool) {
  return write_stdout(stats_text(counts_, output_)) ? ExitCode::done
                                                    : console_.fail(ExitCode::failed, stdout_failure());
}

}  // namespace kstream::cli
