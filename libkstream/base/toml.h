#pragma once

#include <kstream/result.h>

#include "base/setting.h"

#include <string_view>
#include <vector>

namespace kstream::base {

/// A TOML document as a flat list in order of lines. Quoted names stay as they are, dotted keys and tables are
/// flattened:
/// `"log.dirs"`, `log.dirs` and `dirs` below `[log]` are one name. Arrays of plain values become `a,b,c`; numbers and
/// booleans their usual text. Refused: what TOML refuses, dates, tables within arrays, a name that is set twice.
/// An error's detail begins with the line, `12: ...`, ready for a file's name in front; where a name in quotes would
/// have done, it says so.
Result<std::vector<Setting>> parse_toml(std::string_view text);

}  // namespace kstream::base
