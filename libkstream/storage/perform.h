#pragma once

#include "log/jobs.h"
#include "storage/directory.h"

#include <optional>

namespace kstream::storage {

/// Executes one operation against the directory that it belongs to. Blocks for as long as the disk takes. The driver
/// calls it in the turn or on a pool thread, the simulator when it pleases.
Result<log::Outcome> perform(Directory& directory, const log::Operation& operation);
/// The same if it waits for no disk: a Locate of which all that it reads is in memory. Else nothing.
std::optional<Result<log::Outcome>> perform_cached(const log::Operation& operation);

}  // namespace kstream::storage
