#pragma once

#include "cli/record_input.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// How Kafka's console producer reads lines: `HEADERS<delimiter>KEY<separator>VALUE`, of which only the value must be
/// there.
struct KafkaLines {
  bool has_key = false;
  bool has_headers = false;
  bool ignore_error = false;  ///< what is missing is null, and no mistake
  std::string key_separator = "\t";
  std::string headers_delimiter = "\t";
  std::string headers_separator = ",";
  std::string headers_key_separator = ":";
  std::optional<std::string> null_marker{};  ///< stands for null as key, value, all headers, or a header's value
  bool prompt = false;                       ///< `>` before each line
};

/// Cuts such lines. They end as Java's do, with LF, CR or both.
class KafkaLineInput : public RecordInput {
 public:
  explicit KafkaLineInput(KafkaLines lines) : lines_(std::move(lines)) {}
  Cut next(LineReader& reader, JsonRecord& record) override;

 private:
  std::optional<std::string_view> next_line(LineReader& reader);
  Cut parse(std::string_view line, JsonRecord& record);
  /// What stands before the separator, which is taken from `rest` with it; nothing if that is not there.
  std::optional<std::string_view> cut(const std::string& separator, std::string_view& rest) const;
  Cut parse_headers(std::string_view text);
  bool is_null(std::string_view text) const { return lines_.null_marker && text == *lines_.null_marker; }

  KafkaLines lines_;
  std::vector<HeaderView> headers_;
  std::uint64_t line_number_ = 0;
  bool after_cr_ = false;  ///< a line feed that comes next belongs to the line before
  bool prompted_ = false;
};

}  // namespace kstream::cli
