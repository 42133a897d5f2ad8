#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// The ways in which administration prints what it found.
enum class OutputFormat {
  table,  ///< aligned, with a header, for people; the default on a terminal
  plain,  ///< tab separated, no header, `-` for none; the default elsewhere
  csv,    ///< RFC 4180, with a header
  json,   ///< one object on each line
};

/// Nothing if `word` names none.
std::optional<OutputFormat> parse_output_format(std::string_view word);
OutputFormat default_output_format();

/// Rows of text under named columns. An empty cell is "none".
struct Table {
  std::vector<std::string_view> columns;
  std::vector<std::vector<std::string>> rows;
};

/// Appends the table as `format`, which is not json: what JSON holds is more than text. `color` makes the header bold.
void append_table(const Table& table, OutputFormat format, bool color, std::string& out);

/// Writes all of `text` to stdout. False, with errno, if that failed, other than by a reader that left.
bool write_stdout(std::string_view text);
/// Whether nobody reads any more what is written to this descriptor; -1 is none, and has no reader to lose.
bool reader_left(int descriptor);
/// Why write_stdout() failed just now.
std::string stdout_failure();

/// Writes all of `text` to stderr, of whose failure nobody could be told.
void write_stderr(std::string_view text);

}  // namespace kstream::cli
