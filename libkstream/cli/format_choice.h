#pragma once

#include "cli/arguments.h"
#include "cli/rows_output.h"

#include <span>
#include <string_view>

namespace kstream::cli {

/// What -f and -J say, else what suits stdout. The error is a usage error.
Result<OutputFormat> chosen_format(const Arguments& arguments);

/// Completes how rows of the columns `known` are printed, of which the format or the template is chosen: by --color,
/// --no-header and --columns. The error is a usage error.
Status complete_output(const Arguments& arguments, std::span<const std::string_view> known, RowsOutput& output);

}  // namespace kstream::cli
