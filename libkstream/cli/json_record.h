#pragma once

#include "cli/shown_record.h"

#include <kstream/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kstream::cli {

/// Appends the record as one JSON object, without a newline:
///
///     {"topic":"t","partition":0,"offset":17,"timestamp":1700000000000,"key":"k","value":null,"headers":[{"key":"h","value":"v"}]}
///
/// always with all seven members. Bytes that are not UTF-8 are null there and stand base64-encoded in a member
/// `key_b64` or `value_b64` behind it, in headers too. A control record also has what it says, as in
/// `"control":"commit"`.
void append_json_record(const ShownRecord& record, std::string& out);

/// One that was not sent may have no topic or partition yet: null.
void append_json_record(const Record& record, std::string& out);

/// Appends only the array of headers.
void append_json_headers(const HeaderRange& headers, std::string& out);

/// A record as JSON gave it. The views live until the parser's next record.
struct JsonRecord {
  std::optional<std::string_view> topic;
  std::optional<std::int32_t> partition;
  std::optional<std::int64_t> timestamp;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const HeaderView> headers;
};

/// Reads what append_json_record writes; every member may be missing or null, others are refused. Keeps its buffers
/// from record to record.
class JsonRecordParser {
 public:
  JsonRecordParser();
  JsonRecordParser(JsonRecordParser&&) noexcept;
  ~JsonRecordParser();
  /// The one object in `text`. An error's detail says what is wrong and at which byte of `text`.
  Result<JsonRecord> parse(std::string_view text);

 private:
  struct Handler;
  std::unique_ptr<Handler> handler_;
};

}  // namespace kstream::cli
