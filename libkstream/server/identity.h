#pragma once

#include "base/config/broker_config.h"
#include "storage/log_dir.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace kstream::server {

/// Whose a log directory is; nothing if it is new and would be formatted.
using Identity = std::optional<storage::MetaProperties>;
/// Reads it, and changes nothing. An error if the directory cannot be this broker's: another node's, formatted by
/// Kafka, not formatted and yet not empty, or formatted and without the metadata log that it is to have.
Result<Identity> read_identity(const config::BrokerConfig& config, storage::Directory& directory,
                               bool has_metadata_log);
/// Whether directories, in the order of log.dirs, can be used together.
Status check_identities(const config::BrokerConfig& config, const std::vector<Identity>& identities,
                        std::uint16_t metadata_directory);

/// Makes a directory, which is new, one of a cluster; the one with the metadata log gets its first snapshot.
Status format_directory(storage::Directory& directory, const storage::MetaProperties& meta, bool has_metadata_log,
                        Timestamp now);

}  // namespace kstream::server
