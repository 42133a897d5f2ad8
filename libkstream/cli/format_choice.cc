#include "cli/format_choice.h"

#include "cli/invalid.h"

namespace kstream::cli {

Result<OutputFormat> chosen_format(const Arguments& arguments) {
  auto word = arguments.value(Flag::output_format);
  if (arguments.has(Flag::json)) {
    if (!word.empty() && word != "json") return invalid("-J and -f " + std::string(word) + " are two formats");
    word = "json";
  }
  if (word.empty()) return default_output_format();
  auto format = parse_output_format(word);
  if (!format) return invalid("unknown format '" + std::string(word) + "': there are table, plain, csv and json");
  return *format;
}

}  // namespace kstream::cli
