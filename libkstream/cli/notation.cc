#include "cli/notation.h"

#include "cli/base64.h"
#include "cli/hex.h"
#include "cli/json_record.h"
#include "cli/json_text.h"
#include "cli/number.h"
#include "cli/utf8.h"
#include "cli/visible.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace kstream::cli {
namespace {

constexpr std::array<std::string_view, 11> kNotations = {"",     "hex",  "base64", "json", "esc", "be16",
                                                         "be32", "be64", "le16",   "le32", "le64"};

/// Of the integers.
std::size_t integer_size(Notation notation) {
  switch (notation) {
    case Notation::be16:
    case Notation::le16:
      return 2;
    case Notation::be32:
    case Notation::le32:
      return 4;
    default:
      return 8;
  }
}
bool is_big_endian(Notation notation) { return notation <= Notation::be64; }

void append_integer(std::string_view bytes, std::size_t size, bool big_endian, std::string& out) {
  if (bytes.size() != size) {
    out += "0x";
    return append_hex(bytes, out);
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[big_endian ? i : size - 1 - i]);
  }
  const auto unused = 64 - static_cast<unsigned>(size) * 8;
  append_number(static_cast<std::int64_t>(value << unused) >> unused, out);
}

bool decode_integer(std::string_view text, std::size_t size, bool big_endian, std::string& out) {
  if (text.starts_with("0x")) return decode_hex(text.substr(2), out);
  std::uint64_t value = 0;
  const auto unused = 64 - static_cast<unsigned>(size) * 8;
  if (const auto number = parse_number<std::uint64_t>(text)) {
    value = *number;
    if (value << unused >> unused != value) return false;
  } else if (const auto negative = parse_number<std::int64_t>(text)) {
    value = static_cast<std::uint64_t>(*negative);
    if (static_cast<std::int64_t>(value << unused) >> unused != *negative) return false;
  } else {
    return false;
  }
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(value >> 8 * (big_endian ? size - 1 - i : i));
  return true;
}

void append_json(std::string_view bytes, std::string& out) {
  if (is_utf8(bytes)) return append_json_string(bytes, out);
  out += '"';
  append_base64(bytes, out);
  out += '"';
}

bool decode_json(std::string_view text, std::string& out, bool& null) {
  if (text.empty() || json_size(text) != text.size()) return false;
  JsonRecordParser parser;
  const auto record = parser.parse("{\"value\":" + std::string(text) + '}');
  if (!record) return false;
  null = !record->value;
  out += record->value.value_or("");
  return true;
}

}  // namespace

std::string_view notation_name(Notation notation) { return kNotations[static_cast<std::size_t>(notation)]; }

std::optional<Notation> parse_notation(std::string_view word) {
  const auto at = std::ranges::find(kNotations, word);
  return at == kNotations.end() ? std::nullopt : std::optional(static_cast<Notation>(at - kNotations.begin()));
}

void append_in(Notation notation, std::string_view bytes, std::string& out) {
  switch (notation) {
    case Notation::plain:
      out += bytes;
      return;
    case Notation::hex:
      return append_hex(bytes, out);
    case Notation::base64:
      return append_base64(bytes, out);
    case Notation::json:
      return append_json(bytes, out);
    case Notation::esc:
      return append_visible(bytes, false, out);
    default:
      return append_integer(bytes, integer_size(notation), is_big_endian(notation), out);
  }
}

bool decode_from(Notation notation, std::string_view text, std::string& out, bool& null) {
  null = false;
  switch (notation) {
    case Notation::plain:
      out += text;
      return true;
    case Notation::hex:
      return decode_hex(text, out);
    case Notation::base64:
      return decode_base64(text, out);
    case Notation::json:
      return decode_json(text, out, null);
    case Notation::esc:
      return false;
    default:
      return decode_integer(text, integer_size(notation), is_big_endian(notation), out);
  }
}

std::size_t json_size(std::string_view text) {
  constexpr std::string_view kNull = "null";
  if (text.starts_with(kNull)) return kNull.size();
  if (kNull.starts_with(text)) return std::string_view::npos;
  if (text.front() != '"') return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (static_cast<unsigned char>(text[i]) < 0x20) return 0;  // JSON escapes these
    if (text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

std::size_t json_array_size(std::string_view text) {
  if (text.empty()) return std::string_view::npos;
  if (text.front() != '[') return 0;
  for (std::size_t i = 0, depth = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t size = json_size(text.substr(i));
      if (size == std::string_view::npos || size == 0) return size;
      i += size - 1;
    }
    if (c == '[') ++depth;
    if (c == ']' && --depth == 0) return i + 1;
  }
  return std::string_view::npos;
}

}  // namespace kstream::cli
