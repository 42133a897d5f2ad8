#pragma once

#include <string>
#include <string_view>

namespace kstream::cli {

/// RFC 4648, section 4, with padding.
void append_base64(std::string_view bytes, std::string& out);

/// The same backwards, appended to `out`. False, with `out` as it was, if `text` is not exactly that.
bool decode_base64(std::string_view text, std::string& out);

}  // namespace kstream::cli
