#pragma once

#include <cstdio>
#include <string>

namespace kstream::bench {

/// One flat JSON object of numbers, printed as one line.
class JsonLine {
 public:
  JsonLine& add(const std::string& key, double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%.6g", value);
    body_ += (body_.empty() ? "\"" : ", \"") + key + "\": " + text;
    return *this;
  }
  void print() const {
    std::printf("{%s}\n", body_.c_str());
    std::fflush(stdout);
  }

 private:
  std::string body_;
};

}  // namespace kstream::bench
