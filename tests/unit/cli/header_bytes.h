#pragma once

#include <kstream/record.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kstream::cli {

/// Headers in the format of a record, for names and values of less than 64 bytes.
class HeaderBytes {
 public:
  HeaderBytes(std::initializer_list<std::pair<std::string, std::optional<std::string>>> headers) {
    for (const auto& [name, value] : headers) add(name, value);
  }
  void add(const std::string& name, const std::optional<std::string>& value) {
    bytes_ += static_cast<char>(name.size() * 2);
    bytes_ += name;
    bytes_ += static_cast<char>(value ? value->size() * 2 : 1);
    bytes_ += value.value_or("");
    ++count_;
  }
  HeaderRange range() const { return {bytes_, count_}; }

 private:
  std::string bytes_;
  std::size_t count_ = 0;
};

}  // namespace kstream::cli
