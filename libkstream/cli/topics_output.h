#pragma once

#include "cli/output.h"

#include <kstream/result.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// How a verb of ktopics prints.
struct TopicsOutput {
  OutputFormat format = OutputFormat::plain;
  bool color = false;
  bool header = true;                ///< of a table or of csv
  std::vector<std::string> columns;  ///< which ones, in this order; empty: all
};

/// Appends the table as `output` says; not for JSON.
void append_table(const Table& table, const TopicsOutput& output, std::string& out);

/// INVALID_REQUEST, with a sentence, unless all `wanted` columns are among `known`.
Status check_columns(std::span<const std::string> wanted, std::span<const std::string_view> known);

}  // namespace kstream::cli
