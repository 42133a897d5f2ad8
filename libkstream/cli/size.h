#pragma once

#include <kstream/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace kstream::cli {

/// Bytes: `4096`, `64KiB 8MiB 1GiB 2TiB` (1024) or `64kB 8MB 1GB 2TB` (1000).
Result<std::int64_t> parse_size(std::string_view text);

/// For people: `512 B`, `1.5 KiB`, `45.2 MiB`.
std::string format_size(std::int64_t bytes);

}  // namespace kstream::cli
