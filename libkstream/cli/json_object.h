#pragma once

#include "cli/json_text.h"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace kstream::cli {

/// Appends a JSON object, member by member, and closes it at the end of its life.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject() { out_ += '}'; }

  JsonObject& text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(value, out_);
    return *this;
  }
  /// null if there is none.
  JsonObject& maybe(std::string_view name, const std::optional<std::string>& value) {
    return value ? text(name, *value) : null(name);
  }
  template <std::integral T>
  JsonObject& number(std::string_view name, T value) {
    begin(name);
    append_number(value, out_);
    return *this;
  }
  /// null if it is negative, which says that nobody knows.
  template <std::integral T>
  JsonObject& known(std::string_view name, T value) {
    return value < 0 ? null(name) : number(name, value);
  }
  JsonObject& boolean(std::string_view name, bool value) {
    begin(name);
    out_ += value ? "true" : "false";
    return *this;
  }
  JsonObject& null(std::string_view name) {
    begin(name);
    out_ += "null";
    return *this;
  }
  /// Appends the name; the value is for the caller to append to `out`.
  void begin(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(name, out_);
    out_ += ':';
  }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace kstream::cli
