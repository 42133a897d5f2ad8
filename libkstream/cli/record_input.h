#pragma once

#include "cli/json_record.h"
#include "cli/line_reader.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kstream::cli {

/// What some editors put in front of UTF-8.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Cuts one input into records. The views of a record are valid until the next one is asked for, and the reader is
/// filled. The record that next() fills is a new one, or one that the same input has filled before.
class RecordInput {
 public:
  enum class Cut {
    record,
    more,  ///< what is left in the reader is no whole record: fill it; at the end of the input nothing is left
    bad,   ///< what was cut is none, and problem() says why
  };

  virtual ~RecordInput() = default;
  virtual Cut next(LineReader& reader, JsonRecord& record) = 0;
  const std::string& problem() const { return problem_; }

 protected:
  Cut bad(std::string problem) {
    problem_ = std::move(problem);
    return Cut::bad;
  }

 private:
  std::string problem_;
};

/// Each line is a value, or with `key_delimiter` a key and a value.
class LineInput : public RecordInput {
 public:
  explicit LineInput(std::optional<std::string> key_delimiter) : key_delimiter_(std::move(key_delimiter)) {}
  Cut next(LineReader& reader, JsonRecord& record) override;

 private:
  std::optional<std::string> key_delimiter_;
};

/// Each line is the key of a record without a value.
class TombstoneInput : public RecordInput {
 public:
  Cut next(LineReader& reader, JsonRecord& record) override;
};

/// Record batches as a log holds them; each is the value of a record that has nothing else.
class BatchInput : public RecordInput {
 public:
  Cut next(LineReader& reader, JsonRecord& record) override;
};

/// Each line is a JSON object.
class JsonInput : public RecordInput {
 public:
  Cut next(LineReader& reader, JsonRecord& record) override;

 private:
  JsonRecordParser parser_;
};

}  // namespace kstream::cli
