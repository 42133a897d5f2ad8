#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace kstream::cli {

/// A regular expression of RE2 over bytes: what is not UTF-8 can be matched too, and none takes more than linear time.
class Regex {
 public:
  explicit Regex(const std::string& expression);

  /// Why it is none; empty if it is fine, and only then may it be asked.
  std::string problem() const;
  /// Whether it fits all of `text`; some part of it.
  bool fits(std::string_view text) const;
  bool found_in(std::string_view text) const;

 private:
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace kstream::cli
