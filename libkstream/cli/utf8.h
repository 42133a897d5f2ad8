#pragma once

#include <cstddef>
#include <string_view>

namespace kstream::cli {

/// How many bytes the UTF-8 character at the front of `text` takes; 0 if what stands there is none (RFC 3629: shortest
/// form, no surrogates, up to U+10FFFF) or `text` is empty.
std::size_t utf8_character(std::string_view text);

/// Whether all of `text` is UTF-8.
bool is_utf8(std::string_view text);

}  // namespace kstream::cli
