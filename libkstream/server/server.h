#pragma once

#include <kstream/export.h>

#include "server/configuration.h"

#include <string>

namespace kstream::server {

/// Runs a broker in the foreground until SIGTERM or SIGINT; `ready HOST:PORT` goes to stdout once it serves. The exit
/// code: 0 after a clean stop, 1 if it could not start or had to stop (the reason is one line on stderr).
KSTREAM_API int run_server(const Configuration& configuration);

/// The name of the unix socket in the first log directory that answers with the broker's status as one JSON document.
inline constexpr const char* kStatusSocket = ".kserver.sock";
/// Asks the broker that runs on `log_dir` for its status. BROKER_NOT_AVAILABLE if none runs there, REQUEST_TIMED_OUT
/// after 5 s, CLUSTER_AUTHORIZATION_FAILED if it is another user's.
KSTREAM_API Result<std::string> fetch_status(const std::string& log_dir);
/// The same in lines: one per number that is not 0, name and value parted by a tab. For a terminal the values stand
/// below each other, and a histogram is one line.
KSTREAM_API std::string status_text(const std::string& json, bool for_terminal);

}  // namespace kstream::server
