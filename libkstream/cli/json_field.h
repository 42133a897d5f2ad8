#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include <string_view>

namespace kstream::cli {

/// The time in the member `name` of the JSON object that `text` is: RFC 3339, or an integer, or its digits as a string,
/// of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by how many digits it has (10, 13, 16,
/// 19). An error's detail says what is wrong.
Result<Timestamp> json_time(std::string_view text, std::string_view name);

}  // namespace kstream::cli
