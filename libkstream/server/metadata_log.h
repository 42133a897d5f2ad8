#pragma once

#include <kstream/result.h>

#include "quorum/load.h"
#include "storage/directory.h"

#include <string>
#include <vector>

/// The metadata folder of a log directory, as a start reads it, and those who look beside a broker that runs.
namespace kstream::server {

/// The names of what a folder holds.
Result<std::vector<std::string>> file_names(storage::Directory& directory, const std::string& folder);

/// quorum::load from a directory, of segments as far as `log` has them. `names` are the metadata folder's, listed
/// before the log was read: a broker may have gone on since.
Result<quorum::Loaded> read_metadata(storage::Directory& directory, const log::RecoveredLog& log,
                                     const std::vector<std::string>& names, const quorum::Voter& self,
                                     const config::TopicConfig& defaults);

}  // namespace kstream::server
