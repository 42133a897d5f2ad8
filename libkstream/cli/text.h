#pragma once

#include <string>

namespace kstream::cli {

/// Without the blanks around it.
inline std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \t"));
  text.erase(text.find_last_not_of(" \t") + 1);
  return text;
}

/// With small letters in place of the capital ones of ASCII.
inline std::string lower_case(std::string text) {
  for (char& c : text) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return text;
}

}  // namespace kstream::cli
