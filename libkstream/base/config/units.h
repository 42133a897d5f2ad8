#pragma once

#include <kstream/result.h>

#include <string>
#include <string_view>

namespace kstream::config {

/// A value with units, where people type it and never on the wire, as the plain number that the wire takes: `7d`,
/// `90s`, `1h30m` (ms s m h d w) for names that end in `.ms`; `64MiB`, `1GB` (B, kB MB GB TB, KiB MiB GiB TiB) for
/// names that end in `.bytes`. Whatever does not begin with a digit, or has no unit, comes back as it is;
/// INVALID_CONFIG for an unknown unit and for what no 64 bits hold.
Result<std::string> without_units(std::string_view name, std::string_view value);

}  // namespace kstream::config
