#include "cli/dump_text.h"

#include "cli/json_object.h"
#include "cli/json_record.h"

#include <algorithm>
#include <utility>

namespace kstream::cli {
namespace {

constexpr std::string_view kBatchColumns[] = {
    "file",  "position",       "size",          "base_offset", "last_offset", "records", "leader_epoch",
    "codec", "timestamp_type", "max_timestamp", "producer",    "sequence",    "kind",    "crc"};
constexpr std::string_view kOffsetColumns[] = {"file", "offset", "position"};
constexpr std::string_view kTimeColumns[] = {"file", "timestamp", "offset"};

std::string_view timestamp_type(const ShownBatch& batch) {
  return batch.log_append_time ? "LogAppendTime" : "CreateTime";
}

/// `17/0`: producer id and epoch.
std::string producer(const ShownBatch& batch) {
  return batch.producer_id < 0 ? "" : std::to_string(batch.producer_id) + '/' + std::to_string(batch.producer_epoch);
}

std::string_view kind(const ShownBatch& batch) {
  return batch.control ? "control" : batch.transactional ? "transactional" : "";
}

/// Nothing, which a table shows as none, for a number below 0.
std::string known(std::int64_t number) { return number < 0 ? "" : std::to_string(number); }

}  // namespace

void DumpText::add(std::string_view file, const ShownBatch& batch) {
  if (format_ != OutputFormat::json) {
    return add_row(kBatchColumns,
                   {std::string(file), std::to_string(batch.position), std::to_string(batch.size),
                    std::to_string(batch.base_offset), std::to_string(batch.last_offset), std::to_string(batch.records),
                    known(batch.leader_epoch), std::string(batch.codec), std::string(timestamp_type(batch)),
                    known(batch.max_timestamp), producer(batch), known(batch.base_sequence), std::string(kind(batch)),
                    batch.crc_valid ? "valid" : "wrong"});
  }
  {
    JsonObject line(out_);
    line.text("file", file).begin("batch");
    JsonObject(out_)
        .number("position", batch.position)
        .number("size", batch.size)
        .number("base_offset", batch.base_offset)
        .number("last_offset", batch.last_offset)
        .number("records", batch.records)
        .known("leader_epoch", batch.leader_epoch)
        .text("codec", batch.codec)
        .text("timestamp_type", timestamp_type(batch))
        .number("base_timestamp", batch.base_timestamp)
        .number("max_timestamp", batch.max_timestamp)
        .known("producer_id", batch.producer_id)
        .known("producer_epoch", batch.producer_epoch)
        .known("base_sequence", batch.base_sequence)
        .boolean("transactional", batch.transactional)
        .boolean("control", batch.control)
        .number("crc", batch.crc)
        .boolean("crc_valid", batch.crc_valid);
  }
  out_ += '\n';
}

void DumpText::add(std::string_view file, const ShownOffsetEntry& entry) {
  if (format_ != OutputFormat::json) {
    return add_row(kOffsetColumns, {std::string(file), std::to_string(entry.offset), std::to_string(entry.position)});
  }
  {
    JsonObject line(out_);
    line.text("file", file).begin("index");
    JsonObject(out_).number("offset", entry.offset).number("position", entry.position);
  }
  out_ += '\n';
}

void DumpText::add(std::string_view file, const ShownTimeEntry& entry) {
  if (format_ != OutputFormat::json) {
    return add_row(kTimeColumns, {std::string(file), std::to_string(entry.timestamp), std::to_string(entry.offset)});
  }
  {
    JsonObject line(out_);
    line.text("file", file).begin("time_index");
    JsonObject(out_).number("timestamp", entry.timestamp).number("offset", entry.offset);
  }
  out_ += '\n';
}

void DumpText::add(const ShownRecord& record) {
  append_json_record(record, out_);
  out_ += '\n';
}

std::string DumpText::take() {
  if (!table_.rows.empty()) append_table(table_, format_, color_, out_);
  table_.rows.clear();
  return std::exchange(out_, {});
}

void DumpText::add_row(std::span<const std::string_view> columns, std::vector<std::string> row) {
  if (!std::ranges::equal(table_.columns, columns)) {
    if (!table_.rows.empty()) append_table(table_, format_, color_, out_);
    table_ = {{columns.begin(), columns.end()}, {}};
  }
  table_.rows.push_back(std::move(row));
}

}  // namespace kstream::cli
