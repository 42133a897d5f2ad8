#pragma once

#include "cli/record_input.h"

#include <kstream/result.h>

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
///     %{time}                timestamp as RFC 3339
///     %{header:NAME}         one header
///     %{headers}             all headers, as the JSON of records has them
///     %{s:HOW} %{k:HOW}      hex or base64
///     %o                     is passed over
class InputTemplate : public RecordInput {
 public:
  /// An error names the field that is unknown, or that nothing ends.
  static Result<InputTemplate> compile(std::string_view text);

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
  enum class How : std::uint8_t { plain, hex, base64 };
  struct Step {
    Field field;
    How how = How::plain;
    std::string text{};  ///< the literal; the header's name
  };
  /// One pass over the steps.
  struct Pass;

  static Result<Step> parse_letter(char letter);
  static Result<Step> parse_name(std::string_view inside);
  Status check() const;
  bool is_sized(std::size_t step) const;
  Cut read_step(std::size_t at, Pass& pass, JsonRecord& record);
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
