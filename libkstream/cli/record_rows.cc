#include "cli/record_rows.h"

#include "cli/json_record.h"
#include "cli/json_text.h"
#include "cli/time_expression.h"
#include "cli/visible.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace kstream::cli {
namespace {

using OptionalBytes = std::optional<std::string_view>;

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

std::string headers_text(const ShownRecord& shown) {
  std::string text;
  if (!shown.record.headers.empty()) append_json_headers(shown.record.headers, text);
  return text;
}

/// Topic, partition, offset and time (`none` if there is no time), each with `separator` behind it.
void append_place(const ShownRecord& shown, char separator, std::string_view none, std::string& out) {
  out += shown.topic;
  out += separator;
  append_number(shown.partition.value, out);
  out += separator;
  append_number(shown.record.offset.value, out);
  out += separator;
  shown.record.timestamp == kNoTimestamp ? void(out += none) : append_utc(shown.record.timestamp, out);
  out += separator;
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

}  // namespace

void append_csv_header(std::string& out) { out += "topic,partition,offset,timestamp,key,value,headers\r\n"; }

void append_csv_record(const ShownRecord& shown, std::string& out) {
  append_place(shown, ',', "", out);
  append_csv_field(shown.record.key, out);
  out += ',';
  append_csv_field(shown.record.value, out);
  out += ',';
  if (auto headers = headers_text(shown); !headers.empty()) append_csv_field(headers, out);
  out += "\r\n";
}

void append_plain_record(const ShownRecord& shown, std::string& out) {
  append_place(shown, '\t', "-", out);
  append_plain_field(shown.record.key, out);
  out += '\t';
  append_plain_field(shown.record.value, out);
  out += '\t';
  auto headers = headers_text(shown);
  append_plain_field(headers.empty() ? OptionalBytes() : OptionalBytes(headers), out);
  out += '\n';
}

void RecordTable::append_header(std::string& out) const {
  constexpr std::array<std::string_view, 5> kNames = {"TOPIC", "PARTITION", "OFFSET", "TIME", "KEY"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    out += kNames[i];
    out.append(widths_[i] - kNames[i].size() + 2, ' ');
  }
  out += "VALUE\n";
}

void RecordTable::append(const ShownRecord& shown, bool color, std::string& out) {
  std::array<std::string, 5> cells = {
      std::string(shown.topic),
      std::to_string(shown.partition.value),
      std::to_string(shown.record.offset.value),
      shown.record.timestamp == kNoTimestamp ? "-" : format_local(shown.record.timestamp),
      {}};
  append_plain_field(shown.record.key, cells[4]);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    widths_[i] = std::max(widths_[i], cells[i].size());
    bool number = i == 1 || i == 2;
    if (number) out.append(widths_[i] - cells[i].size(), ' ');
    out += cells[i];
    out.append((number ? 0 : widths_[i] - cells[i].size()) + 2, ' ');
  }
  if (shown.record.value) {
    append_one_line(*shown.record.value, out);
  } else {
    out += color ? "\x1b[2m-\x1b[22m" : "-";
  }
  out += '\n';
}

}  // namespace kstream::cli
