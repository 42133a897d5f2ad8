#pragma once

#include <string>
#include <string_view>

namespace kstream::cli {

/// Two lower-case digits for each byte.
void append_hex(std::string_view bytes, std::string& out);

/// The same backwards, of either case. False if `text` is not that; `out` may hold a part then.
bool decode_hex(std::string_view text, std::string& out);

}  // namespace kstream::cli
