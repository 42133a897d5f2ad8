#include "cli/stats_sink.h"

#include "cli/json_object.h"
#include "cli/time_expression.h"

#include <unistd.h>
#include <algorithm>

namespace kstream::cli {

int StatsSink::output() const { return STDOUT_FILENO; }

bool StatsSink::take(const ShownRecord& shown, ReadRange& range) {
  const RecordView& record = shown.record;
  auto [found, fresh] = counts_.try_emplace(range.partition);
  Counts& counts = found->second;
  if (fresh) {
    counts.first = record.offset;
    counts.oldest = counts.newest = record.timestamp;
  }
  ++counts.records;
  counts.bytes += record.key.value_or("").size() + record.value.value_or("").size();
  counts.tombstones += record.value ? 0 : 1;
  counts.last = record.offset;
  counts.oldest = std::min(counts.oldest, record.timestamp);
  counts.newest = std::max(counts.newest, record.timestamp);
  return true;
}

Table StatsSink::table() const {
  Table table;
  table.columns.assign(kStatsColumns.begin(), kStatsColumns.end());
  bool local = output_.format == OutputFormat::table;
  for (const auto& [partition, counts] : counts_) {
    auto time = [&](Timestamp t) { return local ? format_local(t) : format_utc(t); };
    table.rows.push_back({partition.topic, std::to_string(partition.partition.value), std::to_string(counts.records),
                          std::to_string(counts.bytes), std::to_string(counts.tombstones),
                          std::to_string(counts.first.value), std::to_string(counts.last.value), time(counts.oldest),
                          time(counts.newest)});
  }
  return table;
}

std::string StatsSink::json() const {
  std::string out;
  for (const auto& [partition, counts] : counts_) {
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

ExitCode StatsSink::finish() {
  std::string text;
  output_.format == OutputFormat::json ? void(text = json()) : append_table(table(), output_, text);
  return write_stdout(text) ? ExitCode::done : console_.fail(ExitCode::failed, stdout_failure());
}

}  // namespace kstream::cli
