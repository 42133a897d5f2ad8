#pragma once

#include "cli/output.h"

#include <kstream/result.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// Of a template of rows: a text that stays, or the name of a column.
struct TemplatePiece {
  std::string text;
  bool column = false;
};

/// Reads a template: `%{COLUMN}`, `%t` (topic), `%p` (partition), `%o` (offset) and `%%`, and the escapes of
/// visible.h. INVALID_REQUEST, with a sentence, if it is none.
Result<std::vector<TemplatePiece>> parse_row_template(std::string_view text);

/// How a verb that asks brokers, or kconsume --stats, prints.
struct RowsOutput {
  OutputFormat format = OutputFormat::plain;
  bool color = false;
  bool header = true;                ///< of a table or of csv
  std::vector<std::string> columns;  ///< which ones, in this order; empty: all
  std::vector<TemplatePiece> row;    ///< instead of all that, if it is not empty
  /// Whether columns were asked for by name, so that the table must have those that are left out else.
  bool names_columns() const { return !columns.empty() || !row.empty(); }
};

/// The names between the commas.
std::vector<std::string> split_columns(std::string_view text);

/// Appends the table as `output` says; not for JSON.
void append_table(const Table& table, const RowsOutput& output, std::string& out);

/// INVALID_REQUEST with a sentence that names those that there are.
Error no_column(std::string_view name, std::span<const std::string_view> known);

/// INVALID_REQUEST, with a sentence, unless all `wanted` columns are among `known`.
Status check_columns(std::span<const std::string> wanted, std::span<const std::string_view> known);

}  // namespace kstream::cli
