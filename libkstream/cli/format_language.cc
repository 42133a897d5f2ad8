#include "cli/format_language.h"

#include "cli/invalid.h"
#include "cli/json_record.h"
#include "cli/json_text.h"
#include "cli/time_expression.h"
#include "cli/visible.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace kstream::cli {
namespace {

using Bytes = std::optional<std::string_view>;

std::int64_t size_of(Bytes bytes) { return bytes ? static_cast<std::int64_t>(bytes->size()) : -1; }

}  // namespace

Status Format::add_literal(std::string_view text) {
  std::string literal;
  if (!unescape(text, literal)) {
    return invalid("unknown escape in '" + std::string(text) + "': there are \\n \\r \\t \\\\ \\xNN \\NNN");
  }
  if (!literal.empty()) steps_.push_back({Field::literal, Notation::plain, std::move(literal)});
  return {};
}

Status Format::add_letter(char letter) {
  constexpr std::array<std::pair<char, Field>, 10> kLetters = {{{'s', Field::value},
                                                                {'S', Field::value_size},
                                                                {'R', Field::value_size_be32},
                                                                {'k', Field::key},
                                                                {'K', Field::key_size},
                                                                {'T', Field::timestamp},
                                                                {'h', Field::headers},
                                                                {'t', Field::topic},
                                                                {'p', Field::partition},
                                                                {'o', Field::offset}}};
  for (auto [name, field] : kLetters) {
    if (name != letter) continue;
    steps_.push_back({field});
    return {};
  }
  if (letter == '%') {
    steps_.push_back({Field::literal, Notation::plain, "%"});
    return {};
  }
  return invalid(std::string("unknown letter %") + letter + ": there are %s %S %R %k %K %T %h %t %p %o %% and %{name}");
}

Status Format::add_name(std::string_view inside) {
  constexpr std::array<std::pair<std::string_view, Field>, 9> kPlain = {{{"time", Field::time},
                                                                         {"headers", Field::headers_json},
                                                                         {"size", Field::size},
                                                                         {"lag", Field::lag},
                                                                         {"epoch", Field::leader_epoch},
                                                                         {"tstype", Field::timestamp_type},
                                                                         {"pid", Field::producer_id},
                                                                         {"control", Field::control},
                                                                         {"line", Field::line}}};
  auto colon = inside.find(':');
  auto name = inside.substr(0, colon), how = colon == std::string_view::npos ? "" : inside.substr(colon + 1);
  auto known = [&, this](Step step) -> Status {
    steps_.push_back(std::move(step));
    return {};
  };
  if (name == "time" && !how.empty()) return known({Field::time, Notation::plain, std::string(how)});
  if (name == "header" && !how.empty()) return known({Field::header, Notation::plain, std::string(how)});
  if (name == "s" || name == "k") {
    auto notation = parse_notation(how);
    if (!notation) {
      return invalid("unknown %{" + std::string(inside) + "}: " + std::string(name) +
                     ":HOW with hex, base64, json, esc, be16, be32, be64, le16, le32 or le64");
    }
    return known({name == "s" ? Field::value : Field::key, *notation});
  }
  for (auto [word, field] : kPlain) {
    if (word == name && how.empty()) return known({field});
  }
  return invalid("unknown %{" + std::string(inside) +
                 "}: there are %{time} %{time:STRFTIME} %{header:NAME} %{headers} %{size} %{lag} %{epoch} "
                 "%{tstype} %{pid} %{control} %{s:HOW} %{k:HOW}");
}

Result<Format> Format::compile(std::string_view text, Terminal terminal) {
  Format format(terminal);
  while (!text.empty()) {
    auto percent = text.find('%');
    if (auto added = format.add_literal(text.substr(0, percent)); !added) return added.error();
    if (percent == std::string_view::npos) break;
    text.remove_prefix(percent + 1);
    if (text.empty()) return invalid("a template ends in %; a percent sign is %%");
    std::size_t used = 1;
    Status added;
    if (text.front() == '{') {
      auto brace = text.find('}');
      if (brace == std::string_view::npos) return invalid("%{ without }");
      added = format.add_name(text.substr(1, brace - 1));
      used = brace + 1;
    } else {
      added = format.add_letter(text.front());
    }
    if (!added) return added.error();
    text.remove_prefix(used);
  }
  return format;
}

Result<Format> Format::compile_report(std::string_view text) {
  constexpr std::array<Field, 7> kKnown = {Field::literal,   Field::topic, Field::partition, Field::offset,
                                           Field::timestamp, Field::time,  Field::line};
  auto is_known = [&](const Step& step) { return std::ranges::find(kKnown, step.field) != kKnown.end(); };
  auto format = compile(text, {});
  const bool unknown = !format && format.error().detail.starts_with("unknown %{");
  if (!unknown && (!format || std::ranges::all_of(format->steps_, is_known))) return format;
  return invalid("of a record that was sent there are %{line} %t %p %o %T and %{time}");
}

Result<Format> Format::of_word(std::string_view word, std::string_view delimiter, const std::string* key_delimiter,
                               Terminal terminal, RowsChoice rows) {
  Format format(terminal);
  if (key_delimiter) {
    if (word != "value") return invalid("-K is for -f value; a template says where the key stands with %k");
    format.steps_.push_back({Field::key});
    format.steps_.push_back({Field::literal, Notation::plain, *key_delimiter});
  }
  if (word == "frame") {
    format.steps_.push_back({Field::value_size_be32});
    format.terminal_ = {};
  }
  using Style = RecordRows::Style;
  constexpr std::array<std::pair<std::string_view, Style>, 3> kStyles = {
      {{"csv", Style::csv}, {"plain", Style::plain}, {"table", Style::table}}};
  auto style = std::ranges::find(kStyles, word, &std::pair<std::string_view, Style>::first);
  if (style != kStyles.end()) {
    format.rows_.emplace(style->second, std::move(rows));
    format.steps_.push_back({Field::row});
  } else if (word == "json") {
    format.steps_.push_back({Field::json_record});
  } else if (word == "value" || word == "raw" || word == "frame") {
    format.steps_.push_back({Field::value});
  } else {
    return invalid("unknown format '" + std::string(word) +
                   "': there are value, raw, json, csv, plain, table, frame, batch and templates such as '%k %s\\n'");
  }
  if ((word == "value" || word == "json") && !delimiter.empty()) {
    format.steps_.push_back({Field::literal, Notation::plain, std::string(delimiter)});
  }
  return format;
}

void Format::append_header(std::string& out) const {
  if (rows_) rows_->append_header(out);
}

bool Format::tells_control() const {
  return std::ranges::any_of(steps_, [](const Step& step) {
    return step.field == Field::control || step.field == Field::json_record || step.field == Field::row;
  });
}

void Format::append(const ShownRecord& shown, std::string& out) {
  for (const Step& step : steps_) append_step(step, shown, out);
}

void Format::append_step(const Step& step, const ShownRecord& shown, std::string& out) {
  const RecordView& record = shown.record;
  switch (step.field) {
    case Field::literal:
      out += step.text;
      return;
    case Field::value:
      append_maybe(record.value, step.how, out);
      return;
    case Field::key:
      append_maybe(record.key, step.how, out);
      return;
    case Field::value_size:
      return append_number(size_of(record.value), out);
    case Field::key_size:
      return append_number(size_of(record.key), out);
    case Field::value_size_be32: {
      auto size = static_cast<std::uint32_t>(size_of(record.value));
      for (unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(size >> shift & 0xFFU);
      return;
    }
    case Field::timestamp:
      return append_number(record.timestamp.value, out);
    case Field::time:
      if (record.timestamp == kNoTimestamp) return void(out += '-');
      return step.text.empty() ? append_utc(record.timestamp, out)
                               : append_strftime(record.timestamp, step.text.c_str(), out);
    case Field::header: {
      Bytes last;
      for (const HeaderView& header : record.headers) {
        if (header.name == step.text) last = header.value;
      }
      if (last) append_bytes(*last, Notation::plain, out);
      return;
    }
    case Field::headers:
      return append_headers(record.headers, out);
    case Field::headers_json:
      return append_json_headers(record.headers, out);
    case Field::topic:
      out += shown.topic;
      return;
    case Field::partition:
      return append_number(shown.partition.value, out);
    case Field::offset:
      return append_number(record.offset.value, out);
    case Field::size:
      return append_number(record_size(record), out);
    case Field::lag:
      return append_number(record_lag(shown), out);
    case Field::leader_epoch:
    case Field::timestamp_type:
    case Field::producer_id:
      return append_batch_field(step.field, shown.batch, out);
    case Field::control:
      if (shown.batch.control) out += control_record_type(record.key);
      return;
    case Field::line:
      return append_number(shown.line, out);
    case Field::json_record:
      return append_json_record(shown, out);
    case Field::row:
      return append_row(shown, out);
  }
}

/// The bytes of records between the commas of csv could be orders to the terminal.
void Format::append_row(const ShownRecord& shown, std::string& out) {
  bool as_is = !terminal_.visible || rows_->style() != RecordRows::Style::csv;
  if (as_is) return rows_->append(shown, terminal_.color, out);
  std::string row;
  rows_->append(shown, false, row);
  append_visible(std::string_view(row).substr(0, row.size() - 2), terminal_.color, out);
  out += "\r\n";
}

void Format::append_batch_field(Field field, const BatchInfo& batch, std::string& out) const {
  if (field == Field::leader_epoch) return append_number(batch.leader_epoch.value, out);
  if (field == Field::producer_id) return append_number(batch.producer_id.value, out);
  out += timestamp_type_name(batch.timestamp_type);
}

/// Null is nothing, but for JSON, which has a word for it.
void Format::append_maybe(const std::optional<std::string_view>& bytes, Notation how, std::string& out) const {
  if (bytes) return append_bytes(*bytes, how, out);
  if (how == Notation::json) out += "null";
}

void Format::append_bytes(std::string_view bytes, Notation how, std::string& out) const {
  if (how == Notation::plain && terminal_.visible) return append_visible(bytes, terminal_.color, out);
  append_in(how, bytes, out);
}

void Format::append_headers(const HeaderRange& headers, std::string& out) const {
  bool first = true;
  for (const HeaderView& header : headers) {
    if (!first) out += ',';
    first = false;
    append_bytes(header.name, Notation::plain, out);
    out += '=';
    append_bytes(header.value.value_or("NULL"), Notation::plain, out);
  }
}

}  // namespace kstream::cli
