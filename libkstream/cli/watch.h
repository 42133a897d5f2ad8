#pragma once

#include "cli/exit_code.h"

#include <chrono>
#include <functional>

namespace kstream::cli {

/// Calls `show` again and again, with a pause between: until it ends with something else than done or no, or the reader
/// of stdout has left, which is done. A terminal is cleared each time.
ExitCode watch(std::chrono::milliseconds pause, const std::function<ExitCode()>& show);

}  // namespace kstream::cli
