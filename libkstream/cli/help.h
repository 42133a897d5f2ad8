#pragma once

#include "cli/flags.h"

#include <string>

namespace kstream::cli {

/// What -h prints: usage and a line for each flag.
std::string short_help(const Program& program);
/// What --help prints: also examples, all of each flag's text, and exit status.
std::string long_help(const Program& program);
/// `0.1.0`.
std::string kstream_version();
/// `kproduce 0.1.0` and a newline.
std::string version_line(const Program& program);

}  // namespace kstream::cli
