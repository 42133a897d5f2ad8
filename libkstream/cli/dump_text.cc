#include "cli/dump_text.h"

#include "cli/json_record.h"
#include "cli/rows_text.h"

#include <algorithm>
#include <utility>

namespace kstream::cli {
namespace {

constexpr std::string_view kBatchColumns[] = {
    "file",  "position",       "size",          "base_offset", "last_offset", "records", "leader_epoch",
    "codec", "timestamp_type", "max_timestamp", "producer",    "sequence",    "kind",    "crc"};
constexpr std::string_view kOffsetIndexColumns[] = {"file", "offset", "position"};
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

}  // namespace

void DumpText::add(std::string_view file, const ShownBatch& batch) {
  if (format_ != OutputFormat::json) {
    return add_row(kBatchColumns,
                   {std::string(file), std::to_string(batch.position), std::to_string(batch.size),
                    std::to_string(batch.base_offset), std::to_string(batch.last_offset), std::to_string(batch.records),
                    known(batch.leader_epoch), std::string(batch.codec), std::string(timestamp_type(batch)),
                    time(batch.max_timestamp), producer(batch), known(batch.base_sequence), std::string(kind(batch)),
                    batch.crc_valid ? "valid" : "wrong"});
  }
  add_object(file, "batch", [&](JsonObject& object) {
    object.number("position", batch.position)
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
  });
}

void DumpText::add(std::string_view file, const ShownOffsetEntry& entry) {
  if (format_ != OutputFormat::json) {
    return add_row(kOffsetIndexColumns,
                   {std::string(file), std::to_string(entry.offset), std::to_string(entry.position)});
  }
  add_object(file, "index",
             [&](JsonObject& object) { object.number("offset", entry.offset).number("position", entry.position); });
}

void DumpText::add(std::string_view file, const ShownTimeEntry& entry) {
  if (format_ != OutputFormat::json) {
    return add_row(kTimeColumns, {std::string(file), time(entry.timestamp), std::to_string(entry.offset)});
  }
  add_object(file, "time_index",
             [&](JsonObject& object) { object.number("timestamp", entry.timestamp).number("offset", entry.offset); });
}

void DumpText::add(const ShownRecord& record) {
  append_json_record(record, out_);
  out_ += '\n';
}

std::string DumpText::time(std::int64_t ms) const { return shown_time(Timestamp(ms), format_).value_or(""); }

std::string DumpText::take() {
  end_table();
  return std::exchange(out_, {});
}

/// `{"file":"...","MEMBER":{...}}`, with the members that `members(object)` appends.
template <class Members>
void DumpText::add_object(std::string_view file, std::string_view member, Members members) {
  {
    JsonObject line(out_);
    line.text("file", file).begin(member);
    JsonObject object(out_);
    members(object);
  }
  out_ += '\n';
}

void DumpText::add_row(std::span<const std::string_view> columns, std::vector<std::string> row) {
  if (!std::ranges::equal(table_.columns, columns)) {
    end_table();
    table_ = {{columns.begin(), columns.end()}, {}};
    has_header_ = false;
  }
  table_.rows.push_back(std::move(row));
}

void DumpText::end_table() {
  if (table_.rows.empty()) return;
  std::string text;
  append_table(table_, format_, color_, text);
  const bool again = format_ == OutputFormat::csv && std::exchange(has_header_, true);
  out_ += again ? text.substr(text.find('\n') + 1) : text;
  table_.rows.clear();
}

}  // namespace kstream::cli
