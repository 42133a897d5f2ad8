#include "cli/json_text.h"

#include <array>

namespace kstream::cli {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

/// Bytes that end a run of plain text. 0xC2 may begin U+0080 to U+009F.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c) special[c] = true;
  for (std::size_t c : {0x22U, 0x5CU, 0x7FU, 0xC2U}) special[c] = true;
  return special;
}();

void append_escape(unsigned character, std::string& out) {
  constexpr std::string_view kShort = "\b\t\n\f\r\"\\", kLetters = "btnfr\"\\";
  out += '\\';
  if (auto at = kShort.find(static_cast<char>(character)); character < 0x80 && at != std::string_view::npos) {
    out += kLetters[at];
    return;
  }
  out += "u00";
  out += kHex[character >> 4 & 15U];
  out += kHex[character & 15U];
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (!kSpecial[byte]) continue;
    unsigned character = byte;
    std::size_t size = 1;
    if (byte == 0xC2) {
      character = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0xFFU;
      if (character >= 0xA0) continue;
      size = 2;
    }
    out.append(text, from, i - from);
    append_escape(character, out);
    i += size - 1;
    from = i + 1;
  }
  out.append(text, from);
  out += '"';
}

}  // namespace kstream::cli
