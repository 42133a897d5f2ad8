#include "cli/stats_sink.h"

#include "cli/json_object.h"
#include "cli/time_expression.h"

#include <unistd.h>
#include <algorithm>

namespace kstream::cli {

namespace {

Table table_of(const CountsByPartition& all, bool local) {
  Table table;
  table.columns.assign(kStatsColumns.begin(), kStatsColumns.end());
  auto time = [&](Timestamp t) { return t == kNoTimestamp ? "-" : local ? format_local(t) : format_utc(t); };
  for (const auto& [partition, counts] : all) {
    table.rows.push_back({partition.topic, std::to_string(partition.partition.value), std::to_string(counts.records),
                          std::to_string(counts.bytes), std::to_string(counts.tombstones),
                          std::to_string(counts.first.value), std::to_string(counts.last.value), time(counts.oldest),
                          time(counts.newest)});
  }
  return table;
}

std::string json_of(const CountsByPartition& all) {
  std::string out;
  for (const auto& [partition, counts] : all) {
    JsonObject(out)
        .text("topic", partition.topic)
        .number("partition", partition.partition.value)
        .number("records", counts.records)
        .number("bytes", counts.bytes)
        .number("tombstones", counts.tombstones)
        .number("first", counts.first.value)
        .number("last", counts.last.value)
        .number("oldest", counts.oldest.value)
        .number("newest", counts.newest.value);
    out += '\n';
  }
  return out;
}

}  // namespace

std::string stats_text(const CountsByPartition& counts, const TopicsOutput& output) {
  if (output.format == OutputFormat::json) return json_of(counts);
  std::string text;
  append_table(table_of(counts, output.format == OutputFormat::table), output, text);
  return text;
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
