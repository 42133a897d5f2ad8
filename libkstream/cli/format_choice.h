#pragma once

#include "cli/arguments.h"
#include "cli/output.h"

namespace kstream::cli {

/// What -f and -J say, else what suits stdout. The error is a usage error.
Result<OutputFormat> chosen_format(const Arguments& arguments);

}  // namespace kstream::cli
