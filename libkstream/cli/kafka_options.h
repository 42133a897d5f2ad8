#pragma once

#include <kstream/result.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kstream::cli {

/// One option of a tool of Kafka's. `--help` and `--version`, which all have, stand in no table.
struct KafkaOption {
  std::string_view name;      ///< without the dashes
  std::string_view argument;  ///< empty: takes none
  std::string_view help;
  bool repeatable = false;
  bool integer = false;
  bool optional = false;  ///< the argument may be missing: the next word is one if it does not begin with a dash
  char letter = 0;        ///< `-t`, where a tool has short options
};

/// A command line in Kafka's grammar: long options, written `--name value` or `--name=value`, never abbreviated.
class KafkaOptions {
 public:
  /// The error's detail is what Kafka's tools say of an unknown option or a missing argument.
  static Result<KafkaOptions> parse(std::span<const KafkaOption> table, std::span<const std::string> words);

  bool has(std::string_view name) const;
  /// The only value; nothing if the option is not there.
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  /// What is neither an option nor the value of one, and passed over.
  const std::vector<std::string>& words() const { return words_; }
  /// Options and their values, as they were typed.
  const std::vector<std::pair<std::string_view, std::string>>& in_order() const { return given_; }
  /// What Kafka says once it looks at values: an option that stands there twice, a number that is none.
  Status check_values() const;
  bool empty() const { return empty_; }

 private:
  std::span<const KafkaOption> table_;
  std::vector<std::pair<std::string_view, std::string>> given_;
  std::vector<std::string> words_;
  bool empty_ = true;
};

/// What a tool says to `--help`: all options, each with its argument and what it is for.
std::string kafka_usage(std::span<const KafkaOption> table);

}  // namespace kstream::cli
