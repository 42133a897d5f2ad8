#pragma once

#include "cli/notation.h"
#include "cli/record_input.h"

#include <kstream/result.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// The language of format_language.h backwards: what a record looks like in the input. A field ends where the next
/// literal begins, or after the size that stands before it:
///
///     %s %k %t %p %T %h      value, key, topic, partition, timestamp in ms, headers as name=value,...
///     %S %K %R               size of the value, of the key, in decimal (-1: null); of the value in 4 bytes, big-endian
///     %{time} %{time:FORMAT} timestamp as RFC 3339; as strptime(3) reads it
///     %{header:NAME}         one header
///     %{headers}             all headers, as the JSON of records has them
///     %{s:HOW} %{k:HOW}      see notation.h; JSON ends by itself, as does a time with FORMAT
///     %o                     is passed over
class InputTemplate : public RecordInput {
 public:
  /// An error names the field that is unknown, or that nothing ends.
  static Result<InputTemplate> compile(std::string_view text);

  /// Whether the input says to which partitions its records go.
  bool names_partitions() const {
    return std::ranges::any_of(steps_, [](const Step& step) { return step.field == Field::partition; });
  }

  Cut next(LineReader& reader, JsonRecord& record) override;

 private:
  enum class Field : std::uint8_t {
    literal,
    value,
    key,
    topic,
    partition,
    offset,
    timestamp,
    time,
    header,
    headers,
    headers_json,
    value_size,
    key_size,
    value_size_be32,
  };
  struct Step {
    Field field;
    Notation how = Notation::plain;
    std::string text{};  ///< the literal; the header's name; the time's format
  };
  /// One pass over the steps.
  struct Pass;

  static Result<Step> parse_letter(char letter);
  static Result<Step> parse_name(std::string_view inside);
  Status check() const;
  std::string_view record_of(std::string_view rest) const;
  bool ends_in_control() const;
  static bool is_json(const Step& step);
  bool is_sized(std::size_t step) const;
  Cut read_step(std::size_t at, Pass& pass, JsonRecord& record);
  Cut read_time(const std::string& format, Pass& pass, JsonRecord& record);
  Cut take_field(const Step& step, std::string_view text, JsonRecord& record);
  Cut take_bytes(const Step& step, std::string_view text, std::optional<std::string_view>& to, std::string& decoded);

  std::vector<Step> steps_;
  std::string value_, key_;  ///< decoded
  std::string json_;
  std::vector<HeaderView> headers_;
  JsonRecordParser headers_parser_;
};

/// Parses a number of ms since 1970, or RFC 3339 and whatever else time_expression.h reads.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace kstream::cli
