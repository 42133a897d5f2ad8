#include "cli/format_choice.h"

#include "cli/console.h"
#include "cli/invalid.h"

#include <unistd.h>

namespace kstream::cli {

Result<OutputFormat> chosen_format(const Arguments& arguments) {
  auto word = arguments.value(Flag::output_format);
  if (arguments.has(Flag::json)) {
    if (!word.empty() && word != "json") return invalid("-J and -f " + std::string(word) + " are two formats");
    word = "json";
  }
  if (word.empty() && !arguments.has(Flag::output_format)) return default_output_format();
  auto format = parse_output_format(word);
  if (!format) return invalid("unknown format '" + std::string(word) + "': there are table, plain, csv and json");
  return *format;
}

Status complete_output(const Arguments& arguments, std::span<const std::string_view> known, RowsOutput& output) {
  output.color = use_color(arguments.value(Flag::color), STDOUT_FILENO);
  output.header = !arguments.has(Flag::no_header);
  output.columns = split_columns(arguments.value(Flag::columns));
  if (output.columns.empty() && arguments.has(Flag::columns)) return invalid("--columns names none");
  if (!output.columns.empty() && output.format == OutputFormat::json)
    return invalid("--columns is not for JSON; use jq");
  auto named = output.columns;
  for (const auto& [text, column] : output.row) {
    if (column) named.push_back(text);
  }
  return check_columns(named, known);
}

}  // namespace kstream::cli
