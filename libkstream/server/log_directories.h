#pragma once

#include <kstream/export.h>
#include <kstream/result.h>

#include "server/configuration.h"
#include "server/identity.h"
#include "storage/posix_directory.h"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::server {

using OpenDirectories = std::vector<std::unique_ptr<storage::PosixDirectory>>;
/// The log directories, made where they are missing, open and locked.
Status open_directories(const config::BrokerConfig& config, OpenDirectories& directories);
/// Which of log.dirs has the metadata log.
std::uint16_t metadata_directory(const config::BrokerConfig& config);
std::uint64_t random_seed();

/// The process that holds the lock of a log directory: nothing if none does, 0 if it cannot be seen from here.
std::optional<pid_t> lock_holder(const std::string& path);

/// A log directory as it lies there.
struct LogDirectory {
  std::string path;
  bool has_metadata_log = false;
  Identity identity;      ///< whose it is; none: it is new, or not ours
  std::string problem{};  ///< why no broker of this configuration can use it; empty: it can
  bool just_formatted = false;
};

/// What the log directories are. Changes nothing.
KSTREAM_API std::vector<LogDirectory> describe_directories(const Configuration& configuration);

/// Whether a cluster may be called so: any text that needs no quoting, as with Kafka's tool.
inline bool is_cluster_id(std::string_view text) {
  constexpr std::string_view kMay = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !text.empty() && text.find_first_not_of(kMay) == std::string_view::npos;
}

struct FormatRequest {
  std::optional<std::string> cluster_id{};  ///< none: that of the directories that are formatted, else a new one
  std::optional<Uuid> directory_id{};       ///< of the one with the metadata log; none: a new one
};

/// Formats the log directories that are new, and leaves the others as they are. Nothing is changed if any cannot be
/// used (the error says which), a broker runs on one, or one belongs to another cluster than asked for.
KSTREAM_API Result<std::vector<LogDirectory>> format_directories(const Configuration& configuration,
                                                                 const FormatRequest& request);

/// A new id, for a cluster or a directory.
KSTREAM_API Uuid random_id();

}  // namespace kstream::server
