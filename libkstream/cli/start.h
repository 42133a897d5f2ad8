#pragma once

#include "cli/arguments.h"
#include "cli/completion.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/kafka_tool.h"

namespace kstream::cli {

/// The whole of main(): reads the command line, answers -h, --help, -V and __complete, and else calls `run`.
/// SIGPIPE is ignored from here on: a reader that left is seen by what writes. A standard descriptor that was closed is
/// opened, so that no file or socket takes its place: then stdin is empty and stdout cannot be written. `tools` are
/// those of Kafka's that the program is, too, in their grammar.
int start(const Program& program, int argc, char** argv, ExitCode (*run)(const Arguments&, const Console&),
          std::span<const KafkaTool* const> tools, ServerConfigs server_configs = nullptr);

}  // namespace kstream::cli
