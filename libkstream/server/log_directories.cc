#include "server/log_directories.h"

#include "base/assert.h"
#include "base/random.h"
#include "server/driver.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace kstream::server {
namespace {

namespace fs = std::filesystem;

LogDirectory found(const config::BrokerConfig& config, std::size_t index, Result<Identity> identity) {
  LogDirectory directory{config.log_dirs[index], index == metadata_directory(config), {}};
  if (identity) {
    directory.identity = std::move(*identity);
  } else {
    directory.problem = identity.error().detail;
  }
  return directory;
}

Result<Identity> identity_of(const config::BrokerConfig& config, std::size_t index, storage::Directory& directory) {
  return read_identity(config, directory, index == metadata_directory(config));
}

/// Whether they may be formatted together.
Status check_together(const config::BrokerConfig& config, const std::vector<LogDirectory>& directories,
                      const FormatRequest& request) {
  std::vector<Identity> identities;
  for (const LogDirectory& directory : directories) {
    if (!directory.problem.empty()) return {ErrorCode::invalid_config, directory.problem};
    const Identity& identity = identities.emplace_back(directory.identity);
    if (!identity || !request.cluster_id || identity->cluster_id == *request.cluster_id) continue;
    return {ErrorCode::inconsistent_cluster_id,
            directory.path + " belongs to cluster " + identity->cluster_id + ", and not to " + *request.cluster_id};
  }
  return check_identities(config, identities, metadata_directory(config));
}

}  // namespace

std::optional<pid_t> lock_holder(const std::string& path) {
  const int file = ::open((path + "/.lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  const bool held = ::fcntl(file, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  ::close(file);
  return held ? std::optional(whole.l_pid) : std::nullopt;
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  KS_ASSERT(::getrandom(&seed, sizeof seed, 0) == sizeof seed);
  return seed;
}

Uuid random_id() { return base::Random(random_seed()).uuid(); }

std::uint16_t metadata_directory(const config::BrokerConfig& config) {
  std::uint16_t index = 0;
  while (index + 1u < config.log_dirs.size() && config.log_dirs[index] != config.metadata_log_dir) ++index;
  return index;
}

Status open_directories(const config::BrokerConfig& config, OpenDirectories& directories) {
  for (const auto& path : config.log_dirs) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return {ErrorCode::log_dir_not_found, "log.dirs: cannot make " + path + ": " + error.message()};
    auto directory = storage::PosixDirectory::open(path);
    if (!directory.ok()) return std::move(directory).error();
    if (auto locked = (*directory)->lock(); !locked.ok()) return locked;
    directories.push_back(std::move(*directory));
  }
  return {};
}

std::vector<LogDirectory> describe_directories(const Configuration& configuration) {
  const auto& config = configuration.broker;
  std::vector<LogDirectory> directories;
  for (std::size_t i = 0; i < config.log_dirs.size(); ++i) {
    std::error_code error;
    if (!fs::exists(config.log_dirs[i], error) && !error) {
      directories.push_back(found(config, i, Identity()));
      continue;
    }
    auto opened = storage::PosixDirectory::open(config.log_dirs[i]);
    directories.push_back(
        found(config, i, opened ? identity_of(config, i, **opened) : Result<Identity>(opened.error())));
  }
  return directories;
}

Result<std::vector<LogDirectory>> format_directories(const Configuration& configuration, const FormatRequest& request) {
  const auto& config = configuration.broker;
  auto described = describe_directories(configuration);
  if (auto usable = check_together(config, described, request); !usable) return usable.error();
  const auto is_formatted = [](const LogDirectory& directory) { return directory.identity.has_value(); };
  if (std::ranges::all_of(described, is_formatted)) return described;  // a broker may run
  OpenDirectories opened;
  if (auto done = open_directories(config, opened); !done) return done.error();
  std::vector<LogDirectory> directories;
  for (std::size_t i = 0; i < opened.size(); ++i)
    directories.push_back(found(config, i, identity_of(config, i, *opened[i])));
  // Again, now that nobody else may change them.
  if (auto usable = check_together(config, directories, request); !usable) return usable.error();
  base::Random random(random_seed());
  std::string cluster = request.cluster_id.value_or("");
  for (const LogDirectory& directory : directories) {
    if (directory.identity) cluster = directory.identity->cluster_id;
  }
  if (cluster.empty()) cluster = random.uuid().to_string();
  for (std::size_t i = 0; i < directories.size(); ++i) {
    LogDirectory& directory = directories[i];
    if (directory.identity) continue;
    const bool given = directory.has_metadata_log && request.directory_id;
    storage::MetaProperties meta{cluster, config.node_id, given ? *request.directory_id : random.uuid()};
    auto formatted = format_directory(*opened[i], meta, directory.has_metadata_log, read_clocks().wall);
    if (!formatted) return formatted.error();
    directory.identity = std::move(meta);
    directory.just_formatted = true;
  }
  return directories;
}

}  // namespace kstream::server
