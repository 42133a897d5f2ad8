#pragma once

#include <string>
#include <string_view>

namespace kstream::cli {

/// Appends `bytes` so that a terminal shows them and obeys none of them: control characters but newline and tab, and
/// what is not UTF-8, become `\xNN`, in reverse video if `color`.
void append_visible(std::string_view bytes, bool color, std::string& out);

/// Turns what a person types for bytes into them: `\n \r \t \\ \xN \xNN \N \NN \NNN` (octal).
/// False if a backslash is followed by anything else.
bool unescape(std::string_view text, std::string& out);

}  // namespace kstream::cli
