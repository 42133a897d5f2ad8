#pragma once

#include "cli/shown_record.h"

#include <kstream/result.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// What a column of csv, plain and table output shows of a record.
enum class RecordColumn : std::uint8_t {
  topic,
  partition,
  offset,
  timestamp,
  key,
  value,
  headers,
  size,
  lag,
  epoch,
  tstype,
  pid,
  control,
};

/// The columns by their names, which are those of RecordColumn; INVALID_REQUEST names all that there are.
Result<std::vector<RecordColumn>> record_columns(const std::vector<std::string>& names);

/// Bytes of key and value.
std::int64_t record_size(const RecordView& record);
/// Records of the partition behind this one.
std::int64_t record_lag(const ShownRecord& shown);
/// `CreateTime` or `LogAppendTime`.
std::string_view timestamp_type_name(TimestampType type);

/// Which rows are wanted.
struct RowsChoice {
  std::vector<RecordColumn> columns;  ///< empty: the usual ones, of a table without headers
  bool header = true;
  bool control = false;  ///< whether control records come, which takes a column among the usual ones
};

/// Records as rows of columns.
///
///     csv    RFC 4180, with a header. Null is empty, an empty text is `""`; bytes are as they are
///     plain  parted by tabs, `-` for null. Control characters, backslashes, what is not UTF-8 and a text that is `-`
///            are `\xNN`, so that a record is one line
///     table  the same for people, with a header: local time, and columns that grow wider as records need it
///
/// Times of csv and plain are RFC 3339, UTC; headers are JSON, null if there are none.
class RecordRows {
 public:
  enum class Style : std::uint8_t { csv, plain, table };

  RecordRows(Style style, RowsChoice choice);
  Style style() const { return style_; }
  void append_header(std::string& out) const;
  /// `color` is for a table.
  void append(const ShownRecord& shown, bool color, std::string& out);

 private:
  std::optional<std::string_view> cell(RecordColumn column, const ShownRecord& shown);
  void append_table_cell(std::size_t index, std::optional<std::string_view> text, bool color, std::string& out);

  Style style_;
  std::vector<RecordColumn> columns_;
  bool header_;
  std::vector<std::size_t> widths_;  ///< of a table
  std::string scratch_;
};

}  // namespace kstream::cli
