#pragma once

#include <kstream/result.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kstream::base {

/// Writes JSON text without blanks. Calls must come in the order of the text, a name before each value within an
/// object. Bytes that are not UTF-8 become U+FFFD; who must not lose them writes base64.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& name(std::string_view name);
  JsonWriter& string(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  /// The shortest text that reads back as the same number; null for what JSON cannot write (infinity, not a number).
  JsonWriter& real(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void quote(std::string_view bytes);

  std::string text_;
  bool needs_comma_ = false;
};

struct JsonMember;

/// A JSON document, or a part of one.
struct JsonValue {
  using Array = std::vector<JsonValue>;
  using Object = std::vector<JsonMember>;  ///< in the order of the text
  /// Integers that fit 64 bits with sign are exact, all other numbers are doubles.
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value;

  bool is_null() const { return value.index() == 0; }
  /// Null where the value is of another kind.
  const bool* boolean() const { return std::get_if<bool>(&value); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
  const double* real() const { return std::get_if<double>(&value); }
  const std::string* string() const { return std::get_if<std::string>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const Object* object() const { return std::get_if<Object>(&value); }
  /// The member `name` of an object, the last if there are several; null if there is none or this is no object.
  const JsonValue* find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

struct JsonLimits {
  std::size_t max_bytes = 1 << 20;
  std::size_t max_depth = 32;
};

/// Exactly one document, with blanks around it. An error's detail says line and column.
Result<JsonValue> parse_json(std::string_view text, JsonLimits limits = {});

}  // namespace kstream::base
