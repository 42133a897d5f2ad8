#pragma once

#include "cli/json_object.h"
#include "cli/rows_output.h"
#include "cli/time_expression.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How rows of any kind are printed.
namespace kstream::cli {

/// Prints rows, a range: `cells` makes those of one, `json` appends its members.
template <class Rows, std::size_t N, class Cells, class Json>
std::string rows_text(const Rows& rows, const std::string_view (&columns)[N], const RowsOutput& output, Cells cells,
                      Json json) {
  std::string out;
  Table table{{std::begin(columns), std::end(columns)}, {}};
  for (const auto& row : rows) {
    if (output.format == OutputFormat::json) {
      JsonObject object(out);
      json(row, object, out);
    } else {
      table.rows.push_back(cells(row));
    }
    if (output.format == OutputFormat::json) out += '\n';
  }
  if (output.format != OutputFormat::json) append_table(table, output, out);
  return out;
}

/// The cell of a number; below 0 it says that nobody knows.
inline std::string known(std::int64_t number) { return number < 0 ? "" : std::to_string(number); }

/// A time, in a table that of this place; nothing for none.
inline std::optional<std::string> shown_time(Timestamp time, OutputFormat format) {
  if (time.value < 0) return {};
  return format == OutputFormat::table ? format_local(time) : format_utc(time);
}

}  // namespace kstream::cli
