#pragma once

#include "cli/flags.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// Names the configs of a server; of kserver alone, null elsewhere.
using ServerConfigs = std::vector<std::string_view> (*)();

/// `PROGRAM __complete WHAT PREFIX [WORDS...]`, for the shells' completion scripts: prints what may stand where PREFIX
/// does, one a line. WORDS is what was typed, so that -b, -P and -C count. WHAT is
///
///     words   the program's verbs, or else topics, files or configs
///     flags   its flags, or those of the verb in WORDS, each with a tab and what it is for
///     topics  the topics of the cluster, asked for at most every 30 s
///     -z      what may follow this flag: words, or `@files`; nothing if the flag takes no argument
///
/// What may stand behind -X is offered with a `=`, behind which no space belongs. Never says anything on stderr, and
/// ends within 300 ms, whatever happens.
void complete(const Program& program, std::span<const std::string> words, ServerConfigs server_configs);

}  // namespace kstream::cli
