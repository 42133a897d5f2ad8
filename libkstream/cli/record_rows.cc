#include "cli/record_rows.h"

#include "cli/json_record.h"
#include "cli/json_text.h"
#include "cli/rows_output.h"
#include "cli/time_expression.h"
#include "cli/visible.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace kstream::cli {
namespace {

using OptionalBytes = std::optional<std::string_view>;
using Column = RecordColumn;

constexpr std::array<std::string_view, 13> kNames = {"topic",  "partition", "offset", "timestamp", "key",
                                                     "value",  "headers",   "size",   "lag",       "epoch",
                                                     "tstype", "pid",       "control"};
/// Of a time with its zone.
constexpr std::size_t kTimeWidth = 29;

std::string_view name_of(Column column) { return kNames[static_cast<std::size_t>(column)]; }

bool is_number(Column column) {
  constexpr std::array kNumbers = {Column::partition, Column::offset, Column::size,
                                   Column::lag,       Column::epoch,  Column::pid};
  return std::ranges::find(kNumbers, column) != kNumbers.end();
}

void append_csv_field(OptionalBytes bytes, std::string& out) {
  if (!bytes) return;
  if (!bytes->empty() && bytes->find_first_of(",\"\r\n") == std::string_view::npos) {
    out += *bytes;
    return;
  }
  out += '"';
  for (char c : *bytes) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

/// What append_visible leaves alone but would end a field, or hide what was escaped.
void append_one_line(std::string_view bytes, std::string& out) {
  while (true) {
    auto plain = bytes.substr(0, bytes.find_first_of("\t\n\\"));
    append_visible(plain, false, out);
    if (plain.size() == bytes.size()) return;
    char c = bytes[plain.size()];
    out += c == '\t' ? "\\x09" : c == '\n' ? "\\x0A" : "\\x5C";
    bytes.remove_prefix(plain.size() + 1);
  }
}

void append_plain_field(OptionalBytes bytes, std::string& out) {
  if (!bytes || bytes->empty()) {
    out += bytes ? "" : "-";
  } else if (*bytes == "-") {
    out += "\\x2D";
  } else {
    append_one_line(*bytes, out);
  }
}

std::vector<Column> usual_columns(RecordRows::Style style, bool control) {
  std::vector<Column> columns = {Column::topic,     Column::partition, Column::offset,
                                 Column::timestamp, Column::key,       Column::value};
  if (style != RecordRows::Style::table) columns.push_back(Column::headers);
  if (control) columns.push_back(Column::control);
  return columns;
}

}  // namespace

Result<std::vector<RecordColumn>> record_columns(const std::vector<std::string>& names) {
  std::vector<Column> columns;
  for (const auto& name : names) {
    auto at = std::ranges::find(kNames, std::string_view(name));
    if (at != kNames.end()) {
      columns.push_back(static_cast<Column>(at - kNames.begin()));
      continue;
    }
    return no_column(name, kNames);
  }
  return columns;
}

std::int64_t record_size(const RecordView& record) {
  return static_cast<std::int64_t>(record.key.value_or("").size() + record.value.value_or("").size());
}

std::int64_t record_lag(const ShownRecord& shown) {
  return std::max<std::int64_t>(0, shown.high_watermark - shown.record.offset - 1);
}

std::string_view timestamp_type_name(TimestampType type) {
  return type == TimestampType::create_time ? "CreateTime" : "LogAppendTime";
}

RecordRows::RecordRows(Style style, RowsChoice choice)
    : style_(style),
      columns_(choice.columns.empty() ? usual_columns(style, choice.control) : std::move(choice.columns)),
      header_(choice.header) {
  for (Column column : columns_)
    widths_.push_back(column == Column::timestamp ? kTimeWidth : header_ ? name_of(column).size() : 1);
}

void RecordRows::append_header(std::string& out) const {
  if (!header_ || style_ == Style::plain) return;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto name = name_of(columns_[i]);
    if (style_ == Style::csv) {
      out += i > 0 ? "," : "";
      out += name;
      continue;
    }
    if (columns_[i] == Column::timestamp) name = "time";  // a date and a clock, not a number
    for (char c : name) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (i + 1 < columns_.size()) out.append(widths_[i] - name.size() + 2, ' ');
  }
  out += style_ == Style::csv ? "\r\n" : "\n";
}

void RecordRows::append(const ShownRecord& shown, bool color, std::string& out) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto text = cell(columns_[i], shown);
    if (style_ == Style::table) {
      append_table_cell(i, text, color, out);
      continue;
    }
    if (i > 0) out += style_ == Style::csv ? ',' : '\t';
    style_ == Style::csv ? append_csv_field(text, out) : append_plain_field(text, out);
  }
  out += style_ == Style::csv ? "\r\n" : "\n";
}

/// Numbers stand to the right of their column; the last column takes what it needs.
void RecordRows::append_table_cell(std::size_t index, OptionalBytes text, bool color, std::string& out) {
  std::size_t begin = out.size();
  append_plain_field(text, out);
  std::size_t width = out.size() - begin;
  if (index + 1 == columns_.size()) {
    if (!text && color) out.replace(begin, width, "\x1b[2m-\x1b[22m");
    return;
  }
  widths_[index] = std::max(widths_[index], width);
  bool number = is_number(columns_[index]);
  out.insert(number ? begin : out.size(), widths_[index] - width, ' ');
  out += "  ";
}

/// The text of a cell, which may be in scratch_; nothing for null.
OptionalBytes RecordRows::cell(Column column, const ShownRecord& shown) {
  const RecordView& record = shown.record;
  scratch_.clear();
  auto number = [this](std::int64_t value) {
    append_number(value, scratch_);
    return OptionalBytes(scratch_);
  };
  switch (column) {
    case Column::topic:
      return shown.topic;
    case Column::partition:
      return number(shown.partition.value);
    case Column::offset:
      return number(record.offset.value);
    case Column::timestamp:
      if (record.timestamp == kNoTimestamp) return std::nullopt;
      style_ == Style::table ? void(scratch_ = format_local(record.timestamp)) : append_utc(record.timestamp, scratch_);
      return scratch_;
    case Column::key:
      return record.key;
    case Column::value:
      return record.value;
    case Column::headers:
      if (record.headers.empty()) return std::nullopt;
      append_json_headers(record.headers, scratch_);
      return scratch_;
    case Column::size:
      return number(record_size(record));
    case Column::lag:
      return number(record_lag(shown));
    case Column::epoch:
      return number(shown.batch.leader_epoch.value);
    case Column::tstype:
      return timestamp_type_name(shown.batch.timestamp_type);
    case Column::pid:
      return number(shown.batch.producer_id.value);
    case Column::control:
      return shown.batch.control ? OptionalBytes(control_record_type(record.key)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace kstream::cli
