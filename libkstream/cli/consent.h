#pragma once

#include "cli/console.h"
#include "cli/exit_code.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kstream::cli {

/// Something that cannot be taken back.
struct Deed {
  std::string what;      ///< `delete 2 topics with 7 partitions, 1200 records and 45 MiB: orders, users`
  std::string_view did;  ///< `deleted`
};

/// Asks on a terminal whether it shall be done, unless `yes` says so. Nothing: go on. Else what the program ends with:
/// usage if there is nobody to ask, failed if the answer is no.
std::optional<ExitCode> ask_consent(const Deed& deed, bool yes, const Console& console);

/// The first few of `names`, and how many more: `a, b, c and 12 more`.
std::string some_of(std::span<const std::string> names);

/// `1 topic`, `2 topics`.
std::string count_of(std::int64_t count, std::string_view noun);

}  // namespace kstream::cli
