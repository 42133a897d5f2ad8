#pragma once

#include <kstream/export.h>

#include "server/configuration.h"

#include <string>
#include <vector>

namespace kstream::server {

/// Runs a broker with its data in a temporary folder, on a free port of 127.0.0.1 unless -X says otherwise, and on it
/// `command`, whose environment names it in KSTREAM_SERVER. Signals are handed on to the command. When it has ended the
/// broker is stopped and the folder removed. Returns the command's exit status, 128 and the signal's number if it was
/// killed, 127 if it cannot be found, 126 if it cannot be run; 1 if the broker cannot, 2 if the configuration is wrong.
/// Without a command the broker runs until a signal comes, and says `ready HOST:PORT` as run_server does.
KSTREAM_API int run_ephemeral(ConfigurationInputs inputs, const std::vector<std::string>& command);

}  // namespace kstream::server
