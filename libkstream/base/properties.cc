#include "base/properties.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace kstream::base {
namespace {

constexpr std::string_view kBlanks = " \t\f";

bool ends_in_continuation(std::string_view line) {
  auto last = line.find_last_not_of('\\');
  auto backslashes = line.size() - (last == line.npos ? 0 : last + 1);
  return backslashes % 2 == 1;
}

std::string_view without_leading_blanks(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(kBlanks), line.size()));
}

/// The natural lines of a text, ended by \n, \r or \r\n.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  int number() const { return number_; }  ///< of the line that `next` gave last
  std::string_view next() {
    ++number_;
    auto end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    auto line = rest_.substr(0, end);
    rest_.remove_prefix(end);
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : rest_.empty() ? 0 : 1);
    return line;
  }

 private:
  std::string_view rest_;
  int number_ = 0;
};

/// A logical line, its continuations joined and their leading blanks dropped; nothing for comments and blank lines.
std::optional<std::string> logical_line(Lines& lines) {
  auto line = without_leading_blanks(lines.next());
  if (line.empty() || line[0] == '#' || line[0] == '!') return std::nullopt;
  std::string joined;
  while (ends_in_continuation(line)) {
    joined.append(line.substr(0, line.size() - 1));
    if (lines.done()) return joined;
    line = without_leading_blanks(lines.next());
  }
  return joined.append(line);
}

void append_utf8(std::string& to, std::uint32_t code) {
  auto byte = [&](std::uint32_t b) { to += static_cast<char>(b); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)), byte(0x80 | (code >> 6 & 0x3F)),
        byte(0x80 | (code & 0x3F));
  }
}

/// The four digits behind a `\u` at the start of `text`.
std::optional<std::uint32_t> unicode_unit(std::string_view text) {
  if (!text.starts_with("\\u") || text.size() < 6) return std::nullopt;
  std::uint32_t unit = 0;
  auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  return error == std::errc() && end == text.data() + 6 ? std::optional(unit) : std::nullopt;
}

/// Appends the character of a `\uXXXX`, or of a surrogate pair of them; the bytes that it took, 0 if it is damaged.
std::size_t unescape_unicode(std::string_view text, std::string& to) {
  auto unit = unicode_unit(text);
  if (!unit || (*unit >= 0xDC00 && *unit < 0xE000)) return 0;
  if (*unit < 0xD800 || *unit >= 0xE000) return append_utf8(to, *unit), 6;
  auto low = unicode_unit(text.substr(6));
  if (!low || *low < 0xDC00 || *low >= 0xE000) return 0;
  append_utf8(to, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
  return 12;
}

/// Nothing if a \u escape is damaged.
std::optional<std::string> unescape(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (text[0] != '\\' || text.size() == 1) {
      plain += text[0];
      text.remove_prefix(1);
      continue;
    }
    std::size_t taken = 2;
    switch (text[1]) {
      case 't':
        plain += '\t';
        break;
      case 'n':
        plain += '\n';
        break;
      case 'r':
        plain += '\r';
        break;
      case 'f':
        plain += '\f';
        break;
      case 'u':
        taken = unescape_unicode(text, plain);
        break;
      default:
        plain += text[1];
    }
    if (taken == 0) return std::nullopt;
    text.remove_prefix(taken);
  }
  return plain;
}

/// Where the name ends: at the first `=`, `:` or blank that no backslash escapes.
std::size_t name_length(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' || kBlanks.find(line[i]) != kBlanks.npos) {
      return i;
    }
  }
  return line.size();
}

}  // namespace

Result<std::vector<Setting>> parse_properties(std::string_view text) {
  std::vector<Setting> settings;
  for (Lines lines(text); !lines.done();) {
    int number = lines.number() + 1;
    auto line = logical_line(lines);
    if (!line) continue;
    auto length = name_length(*line);
    auto rest = without_leading_blanks(std::string_view(*line).substr(length));
    if (rest.starts_with('=') || rest.starts_with(':')) rest = without_leading_blanks(rest.substr(1));
    auto name = unescape(std::string_view(*line).substr(0, length)), value = unescape(rest);
    auto fault = !name || !value ? ": a \\u escape needs four hexadecimal digits" : name->empty() ? ": no name" : "";
    if (*fault != 0) return {ErrorCode::invalid_config, std::to_string(number) + fault};
    settings.push_back({std::move(*name), std::move(*value), number});
  }
  return settings;
}

}  // namespace kstream::base
