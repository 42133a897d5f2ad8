#pragma once

#include "protocol/records_field.h"

#include <kstream/ids.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kstream::protocol {

/// Builds what describe() returns: one line like JSON, for logs. Bytes and records are told by their size.
class Description {
 public:
  template <class T>
  void field(const char* name, const T& value) {
    add_name(name);
    add(value);
  }
  void bytes_field(const char* name, const std::optional<std::string>& bytes);
  std::string finish() { return empty_ ? "{}" : std::move(text_) + '}'; }

 private:
  void add_name(const char* name);
  void add(bool value) { text_ += value ? "true" : "false"; }
  void add(std::int64_t value) { text_ += std::to_string(value); }
  void add(double value) { text_ += std::to_string(value); }
  void add(const Uuid& value) { text_ += value.to_string(); }
  /// In quotes; control characters, quotes and backslashes escaped.
  void add(const std::string& text);
  void add(const Records& records);
  template <class T>
  void add(const T& value) {
    if constexpr (std::integral<T>) {
      add(static_cast<std::int64_t>(value));
    } else {
      text_ += value.describe();
    }
  }
  template <class T>
  void add(const std::vector<T>& values) {
    text_ += '[';
    const char* separator = "";
    for (const T& value : values) {
      text_ += separator;
      separator = ",";
      add(value);
    }
    text_ += ']';
  }
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) return add(*value);
    text_ += "null";
  }

  std::string text_ = "{";
  bool empty_ = true;
};

}  // namespace kstream::protocol
