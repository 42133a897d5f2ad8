#include "cli/rows_output.h"

#include "cli/invalid.h"
#include "cli/visible.h"

#include <algorithm>
#include <utility>

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

/// Each row as the template says; an empty cell stays empty.
void append_rows(const Table& table, const std::vector<TemplatePiece>& pieces, std::string& out) {
  for (const auto& cells : table.rows) {
    for (const auto& [text, column] : pieces) {
      auto at = std::ranges::find(table.columns, std::string_view(text));
      if (!column) out += text;
      if (column && at != table.columns.end()) out += cells[static_cast<std::size_t>(at - table.columns.begin())];
    }
  }
}

}  // namespace

Result<std::vector<TemplatePiece>> parse_row_template(std::string_view text) {
  constexpr std::pair<char, std::string_view> kLetters[] = {{'t', "topic"}, {'p', "partition"}, {'o', "offset"}};
  std::string plain;
  if (!unescape(text, plain))
    return invalid("-f: there are \\n \\r \\t \\\\ \\xNN and \\NNN in '" + std::string(text) + "'");
  std::vector<TemplatePiece> pieces;
  for (std::string_view rest(plain); !rest.empty();) {
    auto literal = rest.substr(0, rest.find('%'));
    if (!literal.empty()) pieces.push_back({std::string(literal), false});
    rest.remove_prefix(literal.size());
    if (rest.empty()) break;
    auto close = rest.starts_with("%{") ? rest.find('}') : std::string_view::npos;
    auto letter =
        std::ranges::find(kLetters, rest.size() > 1 ? rest[1] : '\0', &std::pair<char, std::string_view>::first);
    if (close != std::string_view::npos) {
      pieces.push_back({std::string(rest.substr(2, close - 2)), true});
      rest.remove_prefix(close + 1);
    } else if (rest.starts_with("%%") || letter != std::end(kLetters)) {
      bool percent = rest[1] == '%';
      pieces.push_back({percent ? "%" : std::string(letter->second), !percent});
      rest.remove_prefix(2);
    } else {
      return invalid("-f: '" + std::string(rest.substr(0, 2)) +
                     "' stands for nothing: there are %{COLUMN}, %t, %p, %o and %%");
    }
  }
  return pieces;
}

std::vector<std::string> split_columns(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    auto name = text.substr(0, text.find(','));
    names.emplace_back(name);
    text.remove_prefix(std::min(text.size(), name.size() + 1));
  }
  return names;
}

void append_table(const Table& table, const RowsOutput& output, std::string& out) {
  if (!output.row.empty()) return append_rows(table, output.row, out);
  std::string text;
  if (output.columns.empty()) {
    append_table(table, output.format, output.color, text);
  } else {
    append_table(chosen(table, output.columns), output.format, output.color, text);
  }
  bool has_header = output.format == OutputFormat::table || output.format == OutputFormat::csv;
  out += has_header && !output.header ? text.substr(text.find('\n') + 1) : text;
}

Error no_column(std::string_view name, std::span<const std::string_view> known) {
  std::string text = "there is no column '" + std::string(name) + "': there are ";
  for (auto column : known) {
    text += column;
    text += column == known.back() ? "" : ", ";
  }
  return invalid(text);
}

Status check_columns(std::span<const std::string> wanted, std::span<const std::string_view> known) {
  for (const auto& column : wanted) {
    if (std::ranges::find(known, std::string_view(column)) != known.end()) continue;
    return no_column(column, known);
  }
  return {};
}

}  // namespace kstream::cli
