#pragma once

#include <kstream/result.h>

#include "log/epochs.h"
#include "log/recovered.h"
#include "storage/directory.h"

#include <string>
#include <vector>

namespace kstream::storage {

/// Of `leader-epoch-checkpoint`: a million epochs.
inline constexpr std::size_t kEpochsFileLimit = 32u << 20;

/// The leader epochs of a recovered log (`log`: its segments, start, end): those of `leader-epoch-checkpoint`, as far
/// as they fit, and what the batches say of later ones. `read` is where the epoch changed in the batches that were
/// read; if they know a later epoch than the file, headers are read from where it may have begun. Writes the file if it
/// changed, and says in the notes if it was damaged.
Result<log::Epochs> recover_epochs(Directory& directory, const std::string& folder, log::RecoveredLog& log,
                                   const std::vector<log::Epochs::Entry>& read);

}  // namespace kstream::storage
