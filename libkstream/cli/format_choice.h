#pragma once

#include "cli/arguments.h"
#include "cli/output.h"

namespace kstream::cli {

/// What -f and the flag `json` (-J) say, else what suits stdout. The error is a usage error.
Result<OutputFormat> chosen_format(const Arguments& arguments, Flag json);

}  // namespace kstream::cli
