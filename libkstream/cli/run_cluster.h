#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/exit_code.h"

namespace kstream::cli {

/// Runs kserver as a client: asks a cluster for itself, its brokers, its quorum or its features.
ExitCode run_cluster(const Arguments& arguments, const Console& console);

}  // namespace kstream::cli
