#pragma once

#include <cstddef>
#include <string_view>

namespace kstream::cli {

/// How many bytes the UTF-8 character at the front of `text` takes; 0 if what stands there is none (RFC 3629: shortest
/// form, no surrogates, up to U+10FFFF) or `text` is empty.
std::size_t utf8_character(std::string_view text);

/// How many bytes make one mistake where utf8_character() is 0 and `text` is not empty: the beginning of a character,
/// as far as it goes, or one byte (Unicode's maximal subparts, which Java and Python replace by one U+FFFD each).
std::size_t malformed_utf8(std::string_view text);

/// Whether all of `text` is UTF-8.
bool is_utf8(std::string_view text);

}  // namespace kstream::cli
