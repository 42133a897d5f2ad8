#pragma once

#include "cli/notation.h"
#include "cli/record_rows.h"
#include "cli/shown_record.h"

#include <kstream/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// How records become bytes of output; compiled once, then a list of steps.
///
/// A template is text in which kcat's letters stand for parts of the record: `%s` value, `%S` its size (-1 for null),
/// `%R` the size as 4 bytes, big-endian, `%k` key, `%K` its size, `%T` timestamp in ms, `%h` headers as
/// `name=value,...`,
/// `%t` topic, `%p` partition, `%o` offset, `%%`. Null shows as nothing. `%{name}` and `%{name:how}`:
///
///     time, time:STRFTIME      RFC 3339 or strftime(3), in UTC
///     header:NAME, headers     the last header of that name; all, as JSON
///     size                     bytes of key and value
///     line                     of the input, where records are sent (compile_report)
///     epoch, tstype, pid       of its batch: leader epoch, CreateTime or LogAppendTime, producer id (-1 for none)
///     lag                      records behind this one
///     control                  what a control record says: abort, commit, ...; nothing of other records
///     s:HOW, k:HOW             value, key as hex, base64, json, esc (\xNN), be16 be32 be64 le16 le32 le64
///
/// and the escapes of visible.h. A template adds no newline.
class Format {
 public:
  /// How bytes of records (not those of the template) are shown.
  struct Terminal {
    bool visible = false;  ///< control characters as \xNN
    bool color = false;
  };

  /// An error names the letter or word that is unknown, or not there yet.
  static Result<Format> compile(std::string_view text, Terminal terminal);

  /// A template for what became of records that were sent: topic, partition, offset, timestamp, line.
  static Result<Format> compile_report(std::string_view text);

  /// `value`, `raw`, `json`, `frame`, `csv`, `plain` or `table`. `delimiter` ends each record of `value` and `json`;
  /// with `key_delimiter` the key and that stand before the value. `rows` is for the last three.
  static Result<Format> of_word(std::string_view word, std::string_view delimiter, const std::string* key_delimiter,
                                Terminal terminal, RowsChoice rows = {});

  /// Whether it tells control records from others.
  bool tells_control() const;

  /// What stands before the first record: the header of csv and table.
  void append_header(std::string& out) const;
  void append(const ShownRecord& shown, std::string& out);

 private:
  enum class Field : std::uint8_t {
    literal,
    value,
    value_size,
    value_size_be32,
    key,
    key_size,
    timestamp,
    time,
    header,
    headers,
    headers_json,
    topic,
    partition,
    offset,
    size,
    lag,
    leader_epoch,
    timestamp_type,
    producer_id,
    control,
    line,
    json_record,
    row,
  };
  struct Step {
    Field field;
    Notation how = Notation::plain;
    std::string text{};  ///< the literal, the header's name, strftime's format
  };

  explicit Format(Terminal terminal) : terminal_(terminal) {}
  Status add_letter(char letter);
  Status add_name(std::string_view inside);
  Status add_literal(std::string_view text);
  void append_step(const Step& step, const ShownRecord& shown, std::string& out);
  void append_row(const ShownRecord& shown, std::string& out);
  void append_batch_field(Field field, const BatchInfo& batch, std::string& out) const;
  void append_maybe(const std::optional<std::string_view>& bytes, Notation how, std::string& out) const;
  void append_bytes(std::string_view bytes, Notation how, std::string& out) const;
  void append_headers(const HeaderRange& headers, std::string& out) const;

  std::vector<Step> steps_;
  Terminal terminal_;
  std::optional<RecordRows> rows_;  ///< of the step `row`
};

}  // namespace kstream::cli
