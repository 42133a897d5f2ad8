#include "cli/input_template.h"

#include "cli/invalid.h"
#include "cli/number.h"
#include "cli/time_expression.h"
#include "cli/visible.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace kstream::cli {
namespace {

constexpr std::size_t kUnknown = std::string_view::npos;

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  append_visible(text.substr(0, 40), false, out);
  if (text.size() > 40) out += "...";
  return out + '\'';
}

}  // namespace

struct InputTemplate::Pass {
  std::string_view bytes;  ///< from the record on
  bool at_end;             ///< nothing comes behind them
  std::size_t at = 0;
  /// Sizes that stood before their fields; -1 is null.
  std::optional<std::int64_t> value_size{}, key_size{};
};

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  if (auto number = parse_number<std::int64_t>(text)) return *number >= -1 ? number : std::nullopt;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;  // no words, and nothing that depends on now
  auto time = parse_time(text, Timestamp(0));
  return time ? std::optional(time->value) : std::nullopt;
}

Result<InputTemplate::Step> InputTemplate::parse_letter(char letter) {
  constexpr std::array<std::pair<char, Field>, 10> kLetters = {{{'s', Field::value},
                                                                {'k', Field::key},
                                                                {'t', Field::topic},
                                                                {'p', Field::partition},
                                                                {'o', Field::offset},
                                                                {'T', Field::timestamp},
                                                                {'h', Field::headers},
                                                                {'S', Field::value_size},
                                                                {'K', Field::key_size},
                                                                {'R', Field::value_size_be32}}};
  for (auto [name, field] : kLetters) {
    if (name == letter) return Step{field};
  }
  if (letter == '%') return Step{Field::literal, Notation::plain, "%"};
  return invalid(std::string("unknown letter %") + letter + ": there are %s %S %R %k %K %T %h %t %p %o %% and %{name}");
}

Result<InputTemplate::Step> InputTemplate::parse_name(std::string_view inside) {
  auto colon = inside.find(':');
  auto name = inside.substr(0, colon), how = colon == std::string_view::npos ? "" : inside.substr(colon + 1);
  if (name == "header" && !how.empty()) return Step{Field::header, Notation::plain, std::string(how)};
  if (inside == "time") return Step{Field::time};
  if (name == "time" && !how.empty()) return Step{Field::time, Notation::plain, std::string(how)};
  if (inside == "headers") return Step{Field::headers_json};
  const auto notation = parse_notation(how);
  if ((name == "s" || name == "k") && notation && *notation != Notation::esc)
    return Step{name == "s" ? Field::value : Field::key, *notation};
  return invalid("unknown %{" + std::string(inside) +
                 "}: input may have %{time} %{time:STRPTIME} %{header:NAME} %{headers}, and %{s:HOW} and %{k:HOW} with "
                 "hex, base64, json, be16, be32, be64, le16, le32 or le64");
}

Result<InputTemplate> InputTemplate::compile(std::string_view text) {
  InputTemplate made;
  auto add = [&](Step step) {
    bool joins = step.field == Field::literal && !made.steps_.empty() && made.steps_.back().field == Field::literal;
    joins ? void(made.steps_.back().text += step.text) : made.steps_.push_back(std::move(step));
  };
  while (!text.empty()) {
    auto percent = text.find('%');
    std::string literal;
    if (!unescape(text.substr(0, percent), literal)) {
      return invalid("unknown escape in '" + std::string(text) + "': there are \\n \\r \\t \\\\ \\xNN \\NNN");
    }
    if (!literal.empty()) add({Field::literal, Notation::plain, std::move(literal)});
    if (percent == std::string_view::npos) break;
    text.remove_prefix(percent + 1);
    if (text.empty()) return invalid("a template ends in %; a percent sign is %%");
    auto brace = text.front() == '{' ? text.find('}') : 0;
    if (brace == std::string_view::npos) return invalid("%{ without }");
    auto step = brace > 0 ? parse_name(text.substr(1, brace - 1)) : parse_letter(text.front());
    if (!step) return step.error();
    add(std::move(*step));
    text.remove_prefix(brace + 1);
  }
  if (auto checked = made.check(); !checked) return checked.error();
  return made;
}

/// The rest of a record, as far as its end shows.
std::string_view InputTemplate::record_of(std::string_view rest) const {
  return steps_.back().field == Field::literal ? rest.substr(0, rest.find(steps_.back().text)) : rest;
}

/// Whether a record ends with what JSON on one line does not have.
bool InputTemplate::ends_in_control() const {
  return std::ranges::any_of(steps_.back().text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// Whether its end shows by itself.
bool InputTemplate::is_json(const Step& step) {
  return step.how == Notation::json || step.field == Field::headers_json;
}

/// Whether the field at `step` has its size before it.
bool InputTemplate::is_sized(std::size_t step) const {
  Field field = steps_[step].field;
  if (field == Field::value_size_be32) return true;  // always 4 bytes
  for (std::size_t i = 0; i < step; ++i) {
    bool value = steps_[i].field == Field::value_size || steps_[i].field == Field::value_size_be32;
    if ((field == Field::value && value) || (field == Field::key && steps_[i].field == Field::key_size)) return true;
  }
  return false;
}

Status InputTemplate::check() const {
  bool something = false;
  std::set<Field> seen;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].field == Field::literal) continue;
    const Field field = steps_[i].field == Field::time ? Field::timestamp : steps_[i].field;
    const bool may_repeat = field == Field::offset || field == Field::header;
    if (!seen.insert(field).second && !may_repeat) return invalid("a template may have each field once");
    something = something || field == Field::value || field == Field::key;
    bool by_itself = is_json(steps_[i]) || (steps_[i].field == Field::time && !steps_[i].text.empty());
    bool ended = is_sized(i) || by_itself || i + 1 == steps_.size() || steps_[i + 1].field == Field::literal;
    if (!ended) return invalid("nothing says where a field ends: put text, or its size, between it and the next");
  }
  return something ? Status() : invalid("neither %s nor %k: there is nothing to send");
}

RecordInput::Cut InputTemplate::next(LineReader& reader, JsonRecord& record) {
  Pass pass{reader.rest(), reader.at_end()};
  if (pass.bytes.empty()) return Cut::more;
  record = {};
  headers_.clear();
  Cut cut = Cut::record;
  for (std::size_t i = 0; i < steps_.size() && cut == Cut::record; ++i) cut = read_step(i, pass, record);
  if (cut == Cut::more && pass.at_end) {
    cut = bad("the input ends within a record");
    pass.at = pass.bytes.size();
  } else if (cut == Cut::bad && steps_.back().field == Field::literal) {
    // The next record may be a good one. It begins behind the end of this one, which has to be there.
    auto end = pass.bytes.find(steps_.back().text, std::min(pass.at, pass.bytes.size()));
    if (end == std::string_view::npos && !pass.at_end) return Cut::more;
    pass.at = end == std::string_view::npos ? pass.bytes.size() : end + steps_.back().text.size();
  }
  if (cut != Cut::more) reader.take(std::max<std::size_t>(pass.at, 1));
  record.headers = headers_;
  return cut;
}

/// Reads what `steps_[at]` says.
RecordInput::Cut InputTemplate::read_step(std::size_t at, Pass& pass, JsonRecord& record) {
  const Step& step = steps_[at];
  auto rest = pass.bytes.substr(pass.at);
  if (step.field == Field::literal) {
    auto there = rest.substr(0, step.text.size());
    bool last = at + 1 == steps_.size();
    if (there == step.text || (last && pass.at_end && rest.empty())) {
      pass.at += there.size();
      return Cut::record;
    }
    if (rest.size() < step.text.size() && step.text.starts_with(rest) && !pass.at_end) return Cut::more;
    return bad(in_quotes(step.text) + " is wanted where " + in_quotes(record_of(rest)) + " stands");
  }
  if (step.field == Field::value_size_be32) {
    if (rest.size() < 4) return Cut::more;
    std::uint32_t size = 0;
    for (char c : rest.substr(0, 4)) size = size << 8 | static_cast<unsigned char>(c);
    pass.value_size = static_cast<std::int32_t>(size);
    pass.at += 4;
    return *pass.value_size >= -1 ? Cut::record : bad("a size of " + std::to_string(*pass.value_size));
  }
  if (step.field == Field::time && !step.text.empty()) return read_time(step.text, pass, record);
  auto size = step.field == Field::value ? pass.value_size : step.field == Field::key ? pass.key_size : std::nullopt;
  std::size_t length = size ? static_cast<std::size_t>(std::max<std::int64_t>(*size, 0)) : kUnknown;
  if (!size && is_json(step)) {
    // Where the record's end is known, nothing behind it can end the JSON.
    const bool one_line = ends_in_control();
    const auto text = one_line ? rest.substr(0, record_of(rest).size() + steps_.back().text.size()) : rest;
    length = step.field == Field::headers_json ? json_array_size(text) : json_size(text);
    if (length == kUnknown && one_line && record_of(rest).size() < rest.size()) length = 0;
    if (length == kUnknown && !pass.at_end) return Cut::more;
    if (length == 0) return bad(in_quotes(record_of(rest)) + " is not json");
  } else if (!size && at + 1 < steps_.size()) {
    const std::string& end = steps_[at + 1].text;
    length = rest.find(end);
    // A record that ends before has no such text.
    const Step& last = steps_.back();
    auto record_end = last.field == Field::literal && at + 2 < steps_.size() ? rest.find(last.text) : kUnknown;
    if (record_end < length) return bad("no " + in_quotes(end) + " in " + in_quotes(rest.substr(0, record_end)));
    if (length == kUnknown && !pass.at_end) return Cut::more;
    if (length == kUnknown && at + 2 < steps_.size()) return bad("no " + in_quotes(end) + " in " + in_quotes(rest));
  } else if (!size && !pass.at_end) {
    return Cut::more;
  }
  if (length == kUnknown) length = rest.size();
  if (rest.size() < length) return Cut::more;
  pass.at += length;
  if (size == -1) return Cut::record;  // null
  if (step.field != Field::value_size && step.field != Field::key_size)
    return take_field(step, rest.substr(0, length), record);
  auto number = parse_number<std::int64_t>(rest.substr(0, length));
  if (!number || *number < -1) return bad(in_quotes(rest.substr(0, length)) + " is not a size");
  (step.field == Field::value_size ? pass.value_size : pass.key_size) = number;
  return Cut::record;
}

/// A time ends where strptime(3) ends it.
RecordInput::Cut InputTemplate::read_time(const std::string& format, Pass& pass, JsonRecord& record) {
  constexpr std::size_t kLongestTime = 256;
  auto rest = pass.bytes.substr(pass.at), text = rest.substr(0, kLongestTime);
  if (steps_.back().field == Field::literal) text = text.substr(0, text.find(steps_.back().text));
  const bool whole = pass.at_end || text.size() < rest.size() || text.size() == kLongestTime;
  std::size_t size = 0;
  const auto time = parse_strptime(std::string(text), format, wall_now(), size);
  if (!whole && (!time || size == text.size())) return Cut::more;
  if (!time) return bad(in_quotes(text) + " does not begin with a time that is " + format);
  record.timestamp = time->value;
  pass.at += size;
  return Cut::record;
}

RecordInput::Cut InputTemplate::take_field(const Step& step, std::string_view text, JsonRecord& record) {
  switch (step.field) {
    case Field::value:
      return take_bytes(step, text, record.value, value_);
    case Field::key:
      return take_bytes(step, text, record.key, key_);
    case Field::topic:
      record.topic = text;
      return Cut::record;
    case Field::partition:
      record.partition = parse_number<std::int32_t>(text);
      return record.partition && *record.partition >= 0 ? Cut::record : bad(in_quotes(text) + " is not a partition");
    case Field::timestamp:
    case Field::time:
      record.timestamp = step.field == Field::time && text == "-" ? kNoTimestamp.value : parse_timestamp(text);
      return record.timestamp ? Cut::record : bad(in_quotes(text) + " is not a time");
    case Field::header:
      headers_.push_back({step.text, text});
      return Cut::record;
    case Field::headers:
      for (auto rest = text; !rest.empty(); rest.remove_prefix(std::min(rest.size(), rest.find(',') + 1))) {
        auto pair = rest.substr(0, rest.find(','));
        auto equals = pair.find('=');
        if (equals == std::string_view::npos) return bad(in_quotes(pair) + " is not name=value");
        auto value = pair.substr(equals + 1);
        headers_.push_back(
            {pair.substr(0, equals), value == "NULL" ? std::nullopt : std::optional<std::string_view>(value)});
        if (pair.size() == rest.size()) break;
      }
      return Cut::record;
    case Field::headers_json: {
      json_ = "{\"headers\":" + std::string(text) + '}';
      auto parsed = headers_parser_.parse(json_);
      if (!parsed) return bad("headers: " + parsed.error().detail);
      headers_.insert(headers_.end(), parsed->headers.begin(), parsed->headers.end());
      return Cut::record;
    }
    default:
      return Cut::record;
  }
}

RecordInput::Cut InputTemplate::take_bytes(const Step& step, std::string_view text, std::optional<std::string_view>& to,
                                           std::string& decoded) {
  to = text;
  if (step.how == Notation::plain) return Cut::record;
  decoded.clear();
  bool null = false;
  if (!decode_from(step.how, text, decoded, null))
    return bad(in_quotes(text) + " is not " + std::string(notation_name(step.how)));
  to = null ? std::nullopt : std::optional<std::string_view>(decoded);
  return Cut::record;
}

}  // namespace kstream::cli
