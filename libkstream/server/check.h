#pragma once

#include <kstream/export.h>

#include "server/configuration.h"

#include <vector>

namespace kstream::server {

/// What a start would meet on this machine: whether the log directories can be made, written to and are this broker's,
/// whether the ports are free, whether the log file can be written. Changes nothing. Where the broker itself runs on
/// these directories, that and its ports are warnings: who checks wants to restart it.
KSTREAM_API std::vector<Finding> check_machine(const Configuration& configuration);

}  // namespace kstream::server
