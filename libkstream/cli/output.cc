#include "cli/output.h"

#include "cli/stdout_writer.h"

#include <poll.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

namespace kstream::cli {
namespace {

void append_csv_cell(std::string_view cell, std::string& out) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (char c : cell) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

void append_separated(const Table& table, bool csv, std::string& out) {
  auto row = [&](const auto& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += csv ? ',' : '\t';
      csv ? append_csv_cell(cells[i], out) : void(out += cells[i].empty() ? std::string_view("-") : cells[i]);
    }
    out += csv ? "\r\n" : "\n";
  };
  if (csv) row(table.columns);
  for (const auto& cells : table.rows) row(cells);
}

void append_aligned(const Table& table, bool color, std::string& out) {
  std::vector<std::size_t> widths;
  widths.reserve(table.columns.size());
  for (auto column : table.columns) widths.push_back(column.size());
  for (const auto& cells : table.rows) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], std::max<std::size_t>(1, cells[i].size()));
  }
  auto row = [&](const auto& cells, bool header) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      std::string cell(cells[i].empty() ? std::string_view("-") : cells[i]);
      if (header)
        std::transform(cell.begin(), cell.end(), cell.begin(), [](unsigned char c) { return std::toupper(c); });
      if (i + 1 < cells.size()) cell.append(widths[i] - cell.size() + 2, ' ');
      out += cell;
    }
  };
  if (color) out += "\x1b[1m";
  row(table.columns, true);
  out += color ? "\x1b[0m\n" : "\n";
  for (const auto& cells : table.rows) {
    row(cells, false);
    out += '\n';
  }
}

}  // namespace

std::optional<OutputFormat> parse_output_format(std::string_view word) {
  constexpr std::array<std::string_view, 4> kWords = {"table", "plain", "csv", "json"};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<OutputFormat>(i);
  }
  return std::nullopt;
}

OutputFormat default_output_format() { return ::isatty(STDOUT_FILENO) ? OutputFormat::table : OutputFormat::plain; }

void append_table(const Table& table, OutputFormat format, bool color, std::string& out) {
  if (format == OutputFormat::table) return append_aligned(table, color, out);
  append_separated(table, format == OutputFormat::csv, out);
}

bool write_stdout(std::string_view text) {
  while (!text.empty()) {
    ssize_t put = ::write(STDOUT_FILENO, text.data(), text.size());
    if (put < 0 && errno == EAGAIN) {
      pollfd room{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (put < 0 && errno != EINTR) {
      return errno == EPIPE;
    }
    text.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
  }
  return true;
}

bool reader_left(int descriptor) {
  pollfd out{descriptor, 0, 0};
  return ::poll(&out, 1, 0) > 0 && StdoutWriter::reader_left(out.revents);
}

std::string stdout_failure() { return std::string("stdout: ") + std::strerror(errno); }

void write_stderr(std::string_view text) {
  while (!text.empty()) {
    ssize_t put = ::write(STDERR_FILENO, text.data(), text.size());
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace kstream::cli
