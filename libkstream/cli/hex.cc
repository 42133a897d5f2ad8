#include "cli/hex.h"

#include <charconv>

namespace kstream::cli {

void append_hex(std::string_view bytes, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    out += kHex[byte >> 4];
    out += kHex[byte & 15U];
  }
}

bool decode_hex(std::string_view text, std::string& out) {
  for (; text.size() >= 2; text.remove_prefix(2)) {
    unsigned char byte = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + 2, byte, 16);
    if (error != std::errc() || end != text.data() + 2) return false;
    out += static_cast<char>(byte);
  }
  return text.empty();
}

}  // namespace kstream::cli
