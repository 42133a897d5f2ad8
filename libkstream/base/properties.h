#pragma once

#include <kstream/result.h>

#include "base/setting.h"

#include <string_view>
#include <vector>

namespace kstream::base {

/// A Java .properties file (java.util.Properties.load): `#` and `!` comments, `=`, `:` or blanks between name and
/// value, a line continued by a backslash at its end, escapes \t \n \r \f \uXXXX, any other escaped character itself.
/// The text is taken as UTF-8. In order of lines; the line of a continued setting is its first. A name that stands
/// twice is given twice; the last one counts. The only errors are a damaged \u escape and a setting without a name; an
/// error's detail begins with the line, `12: ...`.
Result<std::vector<Setting>> parse_properties(std::string_view text);

}  // namespace kstream::base
