#pragma once

#include "base/config/config.h"

#include <span>
#include <string>
#include <string_view>

namespace kstream::config {

/// The known name that is nearest to `name` by edit distance, if it is near enough to be meant (a third of its letters
/// at most); else empty.
std::string_view suggest(std::string_view name, std::span<const Row> rows);

/// The sentence for a name that is in no row: `"log.dris" is no config; "log.dirs" is the nearest`.
std::string unknown_name(std::string_view name, std::span<const Row> rows);

}  // namespace kstream::config
