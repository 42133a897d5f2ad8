#include "cli/visible.h"

#include "cli/utf8.h"

#include <cstdint>

namespace kstream::cli {
namespace {

constexpr std::string_view kHexCapitals = "0123456789ABCDEF";
constexpr std::string_view kReverse = "\x1b[7m", kPlain = "\x1b[27m";

bool is_control(std::string_view character) {
  auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return (lead < 0x20 && lead != '\n' && lead != '\t') || lead == 0x7F;
  return character.size() == 2 && lead == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

/// The value of one digit in `base`, or -1.
int digit_value(char c, int base) {
  auto at = kHexCapitals.find(c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c);
  return at == std::string_view::npos || static_cast<int>(at) >= base ? -1 : static_cast<int>(at);
}

/// Reads up to `most` digits at the front of `text`, and takes them from it; nothing becomes no digit.
bool eat_byte(std::string_view& text, int base, std::size_t most, std::string& out) {
  unsigned value = 0;
  std::size_t count = 0;
  while (count < most && count < text.size() && digit_value(text[count], base) >= 0) {
    value = value * static_cast<unsigned>(base) + static_cast<unsigned>(digit_value(text[count++], base));
  }
  if (count == 0 || value > 255) return false;
  text.remove_prefix(count);
  out += static_cast<char>(value);
  return true;
}

}  // namespace

void append_visible(std::string_view bytes, bool color, std::string& out) {
  while (!bytes.empty()) {
    std::size_t size = utf8_character(bytes);
    auto character = bytes.substr(0, size == 0 ? 1 : size);
    bytes.remove_prefix(character.size());
    if (size != 0 && !is_control(character)) {
      out += character;
      continue;
    }
    if (color) out += kReverse;
    for (char c : character) {
      auto byte = static_cast<unsigned char>(c);
      out += "\\x";
      out += kHexCapitals[byte >> 4];
      out += kHexCapitals[byte & 15U];
    }
    if (color) out += kPlain;
  }
}

bool unescape(std::string_view text, std::string& out) {
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out += c;
      continue;
    }
    if (text.empty()) return false;
    char kind = text.front();
    if (kind >= '0' && kind <= '7') {
      if (!eat_byte(text, 8, 3, out)) return false;
      continue;
    }
    text.remove_prefix(1);
    if (kind == 'x') {
      if (!eat_byte(text, 16, 2, out)) return false;
    } else if (auto at = std::string_view("nrt\\").find(kind); at != std::string_view::npos) {
      out += "\n\r\t\\"[at];
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace kstream::cli
