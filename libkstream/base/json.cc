#include "base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#ifdef __clang__  // RapidJSON adds to a null pointer where its stack is empty, which UBSan of clang tells
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

namespace kstream::base {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// The length of the UTF-8 character at the start of `bytes`, which are not empty; 0 if there is none (overlong forms,
/// surrogates and what lies above U+10FFFF are none).
std::size_t utf8_length(std::string_view bytes) {
  auto at = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
  auto tail = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if ((at(i) & 0xC0) != 0x80) return false;
    }
    return true;
  };
  unsigned lead = at(0), second = at(1);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return tail(1, 2) ? 2 : 0;
  bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  bool outside = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90);
  if (overlong || outside) return 0;
  if (lead >= 0xE0 && lead < 0xF0) return tail(1, 3) ? 3 : 0;
  return lead >= 0xF0 && lead < 0xF5 && tail(1, 4) ? 4 : 0;
}

void append_escaped(std::string& to, char control) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (control) {
    case '"':
      to += "\\\"";
      return;
    case '\\':
      to += "\\\\";
      return;
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    default:
      to.append("\\u00") += kHex[static_cast<std::size_t>(control) >> 4];
  }
  to += kHex[static_cast<std::size_t>(control) & 15];
}

/// Builds the tree from RapidJSON's events. Depth is limited here because the events come from an iterative parser.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::size_t max_depth) : max_depth_(max_depth) { open_.push_back(&root_); }

  bool Null() { return add(nullptr); }
  bool Bool(bool value) { return add(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    std::string_view digits(text, size);
    return digits.find_first_of(".eE") == digits.npos ? whole_number(digits) : real_number(digits);
  }
  // Numbers come as text: RapidJSON's own conversion has undefined behaviour for 0e-9.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool String(const char* text, rapidjson::SizeType size, bool) { return add(std::string(text, size)); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    name_.assign(text, size);
    return true;
  }
  bool StartObject() { return begin(JsonValue::Object{}); }
  bool StartArray() { return begin(JsonValue::Array{}); }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool EndArray(rapidjson::SizeType) { return end(); }

  JsonValue take() { return std::move(root_); }
  /// Why the builder stopped the parser.
  std::string_view reason() const { return reason_; }

 private:
  bool whole_number(std::string_view digits) {
    std::int64_t number = 0;
    auto error = std::from_chars(digits.data(), digits.data() + digits.size(), number).ec;
    return error == std::errc() ? add(number) : real_number(digits);
  }
  bool real_number(std::string_view digits) {
    double number = 0;
    auto error = std::from_chars(digits.data(), digits.data() + digits.size(), number).ec;
    return error == std::errc() ? add(number) : stop("a number that no double holds");
  }
  bool stop(std::string_view reason) {
    reason_ = reason;
    return false;
  }

  /// Puts a value where the text has it. Pointers to open containers stay valid: only the innermost one grows.
  template <class T>
  JsonValue* place(T&& value) {
    JsonValue& parent = *open_.back();
    if (auto* array = std::get_if<JsonValue::Array>(&parent.value)) {
      return &array->emplace_back(JsonValue{std::forward<T>(value)});
    }
    if (auto* object = std::get_if<JsonValue::Object>(&parent.value)) {
      return &object->emplace_back(JsonMember{std::move(name_), JsonValue{std::forward<T>(value)}}).value;
    }
    parent.value = std::forward<T>(value);
    return &parent;
  }
  template <class T>
  bool add(T&& value) {
    place(std::forward<T>(value));
    return true;
  }
  template <class T>
  bool begin(T&& empty) {
    if (open_.size() > max_depth_) return stop("nested too deeply");
    open_.push_back(place(std::forward<T>(empty)));
    return true;
  }
  bool end() {
    open_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  JsonValue root_;
  std::vector<JsonValue*> open_;  ///< the root, then what is being filled
  std::string name_;              ///< of the member whose value comes next
  std::string_view reason_;
};

std::string position(std::string_view text, std::size_t offset) {
  auto before = text.substr(0, offset);
  auto line = 1 + std::ranges::count(before, '\n');
  auto newline = before.rfind('\n');
  auto column = 1 + (newline == before.npos ? before.size() : before.size() - newline - 1);
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  needs_comma_ = true;
  return *this;
}

void JsonWriter::separate() {
  if (needs_comma_) text_ += ',';
  needs_comma_ = true;
}

void JsonWriter::quote(std::string_view bytes) {
  text_ += '"';
  while (!bytes.empty()) {
    auto length = utf8_length(bytes);
    auto first = static_cast<unsigned char>(bytes[0]);
    if (length == 0) {
      text_ += kReplacement;
    } else if (first < 0x20 || first == '"' || first == '\\') {
      append_escaped(text_, bytes[0]);
    } else {
      text_.append(bytes.substr(0, length));
    }
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  text_ += '"';
}

JsonWriter& JsonWriter::name(std::string_view name) {
  separate();
  quote(name);
  text_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  separate();
  quote(value);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  text_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::real(double value) {
  if (!std::isfinite(value)) return null();
  separate();
  char digits[32];
  text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  separate();
  text_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  text_ += "null";
  return *this;
}

const JsonValue* JsonValue::find(std::string_view name) const {
  const Object* members = object();
  if (!members) return nullptr;
  auto last = std::find_if(members->rbegin(), members->rend(), [&](const JsonMember& m) { return m.name == name; });
  return last == members->rend() ? nullptr : &last->value;
}

Result<JsonValue> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.max_bytes) {
    return {ErrorCode::invalid_request, "JSON of more than " + std::to_string(limits.max_bytes) + " bytes"};
  }
  if (auto nul = text.find('\0'); nul != text.npos) {  // which RapidJSON would take for the end
    return {ErrorCode::invalid_request, position(text, nul) + ": a NUL byte"};
  }
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  TreeBuilder builder(limits.max_depth);
  if (auto result = reader.Parse<kFlags>(stream, builder); result.IsError()) {
    bool stopped = result.Code() == rapidjson::kParseErrorTermination;
    std::string reason(stopped ? builder.reason() : rapidjson::GetParseError_En(result.Code()));
    return {ErrorCode::invalid_request, position(text, result.Offset()) + ": " + reason};
  }
  return builder.take();
}

}  // namespace kstream::base
