#include "parse.h"

#include "line.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>

namespace schemac {
namespace {

constexpr std::array<std::string_view, 12> kScalars = {"bool",   "int8",    "int16", "int32",  "int64", "uint16",
                                                       "uint32", "float64", "uuid",  "string", "bytes", "records"};

template <class T>
bool to_number(std::string_view text, T& value) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  return error == std::errc() && end == text.data() + text.size();
}

/// "3", "3+" or "3-7".
std::optional<Versions> to_versions(std::string_view text) {
  Versions versions;
  const std::size_t cut = text.find_first_of("+-");
  if (!to_number(text.substr(0, cut), versions.min) || versions.min < 0) return std::nullopt;
  if (cut == std::string_view::npos) versions.max = versions.min;
  if (cut == std::string_view::npos || text.substr(cut) == "+") return versions;
  if (text[cut] != '-' || !to_number(text.substr(cut + 1), versions.max) || versions.empty()) return std::nullopt;
  return versions;
}

class Parser {
 public:
  Parser(const std::string& path, std::string_view text) : lines_(split_lines(path, text)) {
    schema_.path = path;
    schema_.stem = std::filesystem::path(path).stem();
  }

  Schema parse() {
    if (lines_.empty()) schemac::fail(schema_.path, 1, "an empty schema");
    schema_.path.ends_with(".api") ? parse_api() : parse_records();
    return std::move(schema_);
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { schemac::fail(schema_.path, line().number, message); }
  bool more() const { return next_ < lines_.size(); }
  const Line& line() const { return lines_[std::min(next_, lines_.size() - 1)]; }
  const std::string& word(std::size_t i) const {
    if (i >= line().words.size()) fail("the line ends too early");
    return line().words[i];
  }
  Versions versions_at(std::size_t i) const {
    const auto versions = to_versions(word(i));
    return versions ? *versions : (fail("'" + word(i) + "' is no range of versions"), Versions());
  }
  int number_at(std::size_t i) const {
    int value = 0;
    if (!to_number(word(i), value) || value < 0) fail("'" + word(i) + "' is no number");
    return value;
  }
  void expect(bool condition, const std::string& message) const {
    if (!condition) fail(message);
  }

  void parse_api();
  void parse_records();
  void parse_message(Message message, const std::string& doc);
  void parse_fields(Message& message, Struct& into, std::size_t depth);
  void parse_common_struct(Message& message);
  Field parse_field(const Message& message, Versions enclosing);
  void parse_type(Field& field, std::string_view text);
  void parse_attributes(Field& field, std::size_t i, Versions enclosing);
  void check(const Field& field, const Message& message) const;
  void check_default(const Field& field) const;
  const Struct* find(const Message& message, const std::string& name) const;

  std::vector<Line> lines_;
  std::size_t next_ = 0;
  Schema schema_;
};

void Parser::parse_api() {
  expect(word(0) == "api", "an API begins with 'api NAME key N versions V'");
  schema_.api = word(1);
  Message form;
  for (std::size_t i = 2; i < line().words.size(); ++i) {
    if (word(i) == "key") {
      schema_.key = number_at(++i);
    } else if (word(i) == "versions") {
      schema_.announce = form.versions = versions_at(++i);
    } else if (word(i) == "announce") {
      schema_.announce = versions_at(++i);
    } else if (word(i) == "flexible") {
      form.flexible_from = versions_at(++i).min;
    } else if (word(i) == "broker") {
      schema_.on_broker = true;
    } else if (word(i) == "controller") {
      schema_.on_controller = true;
    } else {
      fail("'" + word(i) + "' says nothing about an API");
    }
  }
  expect(schema_.key >= 0 && form.versions.max != SHRT_MAX, "an API has a key and a closed range of versions");
  const std::string doc = line().doc;
  ++next_;
  for (const std::string part : {"request", "response"}) {
    expect(more() && line().depth == 0 && line().words.size() == 1 && word(0) == part,
           "'" + part + "' is expected here");
    form.name = schema_.api + (part == "request" ? "Request" : "Response");
    const std::string part_doc = part == "request" ? doc + line().doc : line().doc;
    ++next_;
    parse_message(form, part_doc);
  }
  expect(!more(), "an API is a request and a response and no more");
}

void Parser::parse_records() {
  while (more()) {
    expect(line().depth == 0 && word(0) == "record", "a record begins with 'record NAME versions V'");
    Message form;
    form.is_record = true;
    form.name = word(1);
    for (std::size_t i = 2; i < line().words.size(); ++i) {
      if (word(i) == "type") {
        form.record_type = number_at(++i);
      } else if (word(i) == "versions") {
        form.versions = versions_at(++i);
      } else if (word(i) == "flexible") {
        form.flexible_from = versions_at(++i).min;
      } else {
        fail("'" + word(i) + "' says nothing about a record");
      }
    }
    expect(form.versions.max != SHRT_MAX, "a record has a closed range of versions");
    const std::string doc = line().doc;
    ++next_;
    parse_message(form, doc);
  }
}

void Parser::parse_message(Message message, const std::string& doc) {
  Struct top{doc, message.name, message.versions, {}};
  while (more() && line().depth == 1 && word(0) == "struct") parse_common_struct(message);
  parse_fields(message, top, 1);
  message.structs.push_back(std::move(top));
  schema_.messages.push_back(std::move(message));
}

void Parser::parse_common_struct(Message& message) {
  Struct common{line().doc, word(1), message.versions, {}};
  if (line().words.size() > 2) common.versions = intersection(message.versions, versions_at(2));
  expect(!find(message, common.name), "a second struct " + common.name);
  ++next_;
  parse_fields(message, common, 2);
  message.structs.push_back(std::move(common));
}

void Parser::parse_fields(Message& message, Struct& into, std::size_t depth) {
  while (more() && line().depth >= depth) {
    expect(line().depth == depth, "indented too far");
    Field field = parse_field(message, into.versions);
    const std::size_t at = next_++;
    if (more() && line().depth > depth) {
      expect(field.is_struct() && !find(message, field.type), "only a new struct has fields below it");
      Struct own{"", field.type, field.versions, {}};
      parse_fields(message, own, depth + 1);
      message.structs.push_back(std::move(own));
    }
    if (field.is_struct() && !find(message, field.type)) {
      schemac::fail(schema_.path, lines_[at].number, "there is no struct " + field.type + " yet");
    }
    into.fields.push_back(std::move(field));
  }
}

const Struct* Parser::find(const Message& message, const std::string& name) const {
  const auto at = std::ranges::find(message.structs, name, &Struct::name);
  return at == message.structs.end() ? nullptr : &*at;
}

Field Parser::parse_field(const Message& message, Versions enclosing) {
  Field field;
  field.doc = line().doc;
  field.name = word(0);
  expect(field.name.size() > 1 && field.name.back() == ':', "a field is 'name: type'");
  field.name.pop_back();
  field.versions = enclosing;
  parse_type(field, word(1));
  std::size_t i = 2;
  if (i < line().words.size() && word(i) == "=") {
    field.default_value = word(3);
    i = 4;
  }
  parse_attributes(field, i, enclosing);
  check(field, message);
  return field;
}

/// `int32`, `string?`, `string?2+`, `[Topic]`, `[Topic]?2-7`.
void Parser::parse_type(Field& field, std::string_view text) {
  const std::size_t mark = text.find('?');
  if (mark != std::string_view::npos) {
    field.nullable = Versions();
    if (mark + 1 < text.size()) {
      const auto nullable = to_versions(text.substr(mark + 1));
      expect(nullable.has_value(), "after '?' comes a range of versions or nothing");
      field.nullable = nullable;
    }
    text = text.substr(0, mark);
  }
  field.is_array = text.starts_with('[') && text.ends_with(']');
  if (field.is_array) text = text.substr(1, text.size() - 2);
  field.type = text;
  expect(!text.empty() && (field.is_struct() || std::ranges::find(kScalars, text) != kScalars.end()),
         "'" + field.type + "' is no type");
}

void Parser::parse_attributes(Field& field, std::size_t i, Versions enclosing) {
  for (; i < line().words.size(); ++i) {
    if (word(i) == "tag") {
      field.tag = number_at(++i);
    } else if (word(i) == "ignorable") {
      field.ignorable = true;
    } else {
      field.versions = intersection(versions_at(i), enclosing);
      expect(!field.versions.empty(), "a field that is in no version");
    }
  }
  if (field.nullable) field.nullable = intersection(*field.nullable, field.versions);
}

void Parser::check(const Field& field, const Message& message) const {
  const bool by_reference =
      field.is_array || field.is_struct() || field.type == "string" || field.type == "bytes" || field.type == "records";
  expect(!field.nullable || by_reference, "a " + field.type + " cannot be null");
  expect(!field.nullable || !field.nullable->empty(), "nullable in no version");
  expect(!field.nullable || field.is_array || !field.is_struct() || *field.nullable == field.versions,
         "a struct is nullable in all versions or in none");
  expect(!field.is_array || (field.type != "bytes" && field.type != "records"), "no array of " + field.type);
  expect(!field.tag || field.versions.min >= message.flexible_from, "a tag in a version that is not flexible");
  check_default(field);
}

void Parser::check_default(const Field& field) const {
  const std::string& value = field.default_value;
  if (value.empty()) return;
  long long number = 0;
  const bool integer = field.type.find("int") != std::string::npos;
  const bool fits = value == "null"        ? field.nullable.has_value()
                    : field.is_array       ? false
                    : field.type == "bool" ? value == "true" || value == "false"
                                           : integer && to_number(value, number);
  expect(fits, "'" + value + "' is no default for this type");
}

}  // namespace

Schema parse(const std::string& path, std::string_view text) { return Parser(path, text).parse(); }

}  // namespace schemac
