#include "cli/topics_output.h"

#include "cli/invalid.h"

#include <algorithm>

namespace kstream::cli {
namespace {

/// Only these columns, in this order.
Table chosen(const Table& table, const std::vector<std::string>& wanted) {
  Table result;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto at = std::ranges::find(table.columns, std::string_view(wanted[i]));
    if (at == table.columns.end()) continue;
    result.columns.push_back(*at);
    indices.push_back(static_cast<std::size_t>(at - table.columns.begin()));
  }
  for (const auto& cells : table.rows) {
    auto& row = result.rows.emplace_back();
    for (std::size_t i : indices) row.push_back(cells[i]);
  }
  return result;
}

}  // namespace

void append_table(const Table& table, const TopicsOutput& output, std::string& out) {
  std::string text;
  if (output.columns.empty()) {
    append_table(table, output.format, output.color, text);
  } else {
    append_table(chosen(table, output.columns), output.format, output.color, text);
  }
  bool has_header = output.format == OutputFormat::table || output.format == OutputFormat::csv;
  out += has_header && !output.header ? text.substr(text.find('\n') + 1) : text;
}

Status check_columns(std::span<const std::string> wanted, std::span<const std::string_view> known) {
  for (const auto& column : wanted) {
    if (std::ranges::find(known, std::string_view(column)) != known.end()) continue;
    std::string all;
    for (auto name : known) all += (all.empty() ? "" : ", ") + std::string(name);
    return invalid("--columns: there is no '" + column + "': there are " + all);
  }
  return {};
}

}  // namespace kstream::cli
