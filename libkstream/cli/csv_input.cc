#include "cli/csv_input.h"

#include "cli/input_template.h"
#include "cli/number.h"

#include <algorithm>
#include <array>

namespace kstream::cli {

RecordInput::Cut CsvInput::next(LineReader& reader, JsonRecord& record) {
  std::size_t used = 0;
  bool header = columns_.empty();
  if (header && reader.rest().starts_with(kByteOrderMark)) reader.take(kByteOrderMark.size());
  Cut cut = cut_row(reader.rest(), reader.at_end(), used);
  if (cut == Cut::more) return cut;
  if (cut == Cut::record) cut = header ? take_header() : take_row(record);
  reader.take(used);
  return header && cut == Cut::record ? next(reader, record) : cut;
}

/// Finds the cells of the row at the front of `bytes`. `used` is what it takes with its end, or, of a bad one, what to
/// pass over.
RecordInput::Cut CsvInput::cut_row(std::string_view bytes, bool at_end, std::size_t& used) {
  cells_.clear();
  unquoted_.clear();
  unquoted_.reserve(bytes.size());  // views into it are kept
  if (bytes.empty()) return Cut::more;
  std::size_t at = 0;
  while (true) {
    bool quoted = at < bytes.size() && bytes[at] == '"';
    std::size_t end = 0;
    if (quoted) {
      std::size_t begin = unquoted_.size();
      for (++at;; at = end + 2) {
        end = bytes.find('"', at);
        if (end == std::string_view::npos || (end + 1 == bytes.size() && !at_end)) {
          if (!at_end) return Cut::more;
          used = bytes.size();
          return bad("the input ends within quotation marks");
        }
        unquoted_ += bytes.substr(at, end - at);
        if (end + 1 == bytes.size() || bytes[end + 1] != '"') break;
        unquoted_ += '"';
      }
      cells_.push_back({std::string_view(unquoted_).substr(begin), false});
      at = end + 1;
    }
    end = std::min(bytes.find_first_of(",\n", at), bytes.size());
    if (end == bytes.size() && !at_end) return Cut::more;
    auto rest = bytes.substr(at, end - at);
    bool row_ends = end == bytes.size() || bytes[end] == '\n';
    if (row_ends && rest.ends_with('\r')) rest.remove_suffix(1);
    used = std::min(end + 1, bytes.size());
    if (quoted && !rest.empty()) {
      auto line_end = bytes.find('\n', end);
      if (line_end == std::string_view::npos && !at_end) return Cut::more;
      used = line_end == std::string_view::npos ? bytes.size() : line_end + 1;
      return bad("text behind a closing quotation mark");
    }
    if (!quoted) cells_.push_back({rest, rest.empty()});
    if (row_ends) return Cut::record;
    at = end + 1;
  }
}

RecordInput::Cut CsvInput::take_header() {
  constexpr std::array<std::string_view, 7> kNames = {"topic", "partition", "offset", "timestamp",
                                                      "key",   "value",     "headers"};
  std::vector<Column> columns;
  for (const Cell& cell : cells_) {
    auto name = std::ranges::find(kNames, cell.text);
    if (name == kNames.end())
      return bad("unknown column '" + std::string(cell.text) +
                 "': the first line names columns of topic, partition, offset, timestamp, key, value and headers");
    const auto column = static_cast<Column>(name - kNames.begin());
    if (std::ranges::find(columns, column) != columns.end())
      return bad("the column '" + std::string(cell.text) + "' is there twice");
    columns.push_back(column);
  }
  if (std::ranges::find(columns, Column::value) == columns.end())
    return bad("no column is named value; keys alone, for records whose value is null, are sent by --tombstone");
  columns_ = std::move(columns);
  return Cut::record;
}

RecordInput::Cut CsvInput::take_row(JsonRecord& record) {
  if (cells_.size() != columns_.size())
    return bad(std::to_string(cells_.size()) + " columns, where the first line has " + std::to_string(columns_.size()));
  record = {};
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    auto [text, is_null] = cells_[i];
    if (is_null) continue;
    switch (columns_[i]) {
      case Column::topic:
        record.topic = text;
        break;
      case Column::partition:
        record.partition = parse_number<std::int32_t>(text);
        if (!record.partition || *record.partition < 0) return bad("'" + std::string(text) + "' is not a partition");
        break;
      case Column::offset:
        break;
      case Column::timestamp:
        record.timestamp = parse_timestamp(text);
        if (!record.timestamp) return bad("'" + std::string(text) + "' is not a time");
        break;
      case Column::key:
        record.key = text;
        break;
      case Column::value:
        record.value = text;
        break;
      case Column::headers: {
        json_ = "{\"headers\":" + std::string(text) + '}';
        auto parsed = headers_parser_.parse(json_);
        if (!parsed) return bad("headers: " + parsed.error().detail);
        record.headers = parsed->headers;
        break;
      }
    }
  }
  return Cut::record;
}

}  // namespace kstream::cli
