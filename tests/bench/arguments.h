#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "bench/machine.h"

namespace kstream::bench {

/// Arguments of the form --key value.
class Arguments {
 public:
  Arguments(int argc, char** argv) {
    if (argc % 2 == 0) die(std::string("an option lacks its value: ") + argv[argc - 1]);
    for (int i = 1; i < argc; i += 2) {
      if (std::strncmp(argv[i], "--", 2) != 0) die(std::string("expected --key value, got ") + argv[i]);
      values_[argv[i] + 2] = argv[i + 1];
    }
  }

  std::string text(const std::string& key, const std::string& fallback) {
    auto found = values_.find(key);
    if (found == values_.end()) return fallback;
    std::string value = std::move(found->second);
    values_.erase(found);
    return value;
  }
  double number(const std::string& key, double fallback) {
    auto value = text(key, "");
    return value.empty() ? fallback : std::strtod(value.c_str(), nullptr);
  }
  int integer(const std::string& key, int fallback) { return static_cast<int>(number(key, fallback)); }
  /// Bytes, with an optional K, M or G behind them (powers of 1024).
  std::size_t bytes(const std::string& key, std::size_t fallback) {
    auto value = text(key, "");
    if (value.empty()) return fallback;
    char* unit = nullptr;
    double number = std::strtod(value.c_str(), &unit);
    auto shift = std::string("KMG").find(*unit);
    return static_cast<std::size_t>(number) << (*unit && shift != std::string::npos ? 10 * (shift + 1) : 0);
  }
  /// After all options were read: a misspelt one must not pass silently.
  void reject_unknown() const {
    if (!values_.empty()) die("unknown option --" + values_.begin()->first);
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace kstream::bench
