#include "server/check.h"

#include "server/identity.h"
#include "server/listening.h"
#include "server/log_directories.h"
#include "storage/posix_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace kstream::server {
namespace {

using Level = Finding::Level;

bool is_accessible(const std::string& path, int mode) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

/// The nearest folder above `path` that exists.
std::string existing_parent(const std::string& path) {
  std::error_code ignored;
  auto parent = std::filesystem::absolute(path, ignored).lexically_normal();
  do {
    parent = parent.parent_path();
  } while (!std::filesystem::exists(std::filesystem::symlink_status(parent, ignored)) && parent != parent.root_path());
  return parent;
}

class MachineCheck {
 public:
  explicit MachineCheck(const Configuration& configuration)
      : configuration_(configuration), config_(configuration.broker) {}

  std::vector<Finding> run() {
    check_directories();
    for (const auto& listener : config_.listeners) check_address("listeners", listener);
    if (config_.metrics_listener) check_address("metrics.listener", *config_.metrics_listener);
    if (config_.log_file) check_log_file(*config_.log_file);
    return std::move(findings_);
  }

 private:
  void find(Level level, const std::string& name, std::string text) {
    auto origin = configuration_.origins.find(name);
    if (origin == configuration_.origins.end() && name == "log.dirs") origin = configuration_.origins.find("log.dir");
    findings_.push_back({level, origin == configuration_.origins.end() ? "" : origin->second, name, std::move(text)});
  }

  void check_directories() {
    std::vector<Identity> identities;
    bool known = true;
    for (std::size_t i = 0; i < config_.log_dirs.size(); ++i) {
      const auto& path = config_.log_dirs[i];
      auto identity = check_directory(path, i == metadata_directory(config_));
      known = known && identity.has_value();
      identities.push_back(identity.value_or(Identity()));
    }
    if (!known) return;
    if (auto agreed = check_identities(config_, identities, metadata_directory(config_)); !agreed.ok())
      find(Level::error, "log.dirs", agreed.error().detail);
  }

  /// Nothing if it cannot be used.
  std::optional<Identity> check_directory(const std::string& path, bool has_metadata_log) {
    auto fault = [&](const std::string& text) { return find(Level::error, "log.dirs", text), std::nullopt; };
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 && errno == ENOENT) {
      auto parent = existing_parent(path);
      if (!is_accessible(parent, W_OK | X_OK))
        return fault("cannot make " + path + ": " + parent + ": " + std::strerror(errno) + " (uid " +
                     std::to_string(::geteuid()) + ')');
      find(Level::note, "log.dirs", path + " is new: it will be made and formatted");
      return Identity();
    }
    auto directory = storage::PosixDirectory::open(path);
    if (!directory.ok()) return fault(directory.error().detail);
    if (!is_accessible(path, R_OK | W_OK | X_OK))
      return fault(path + " is not writable by uid " + std::to_string(::geteuid()) + ": " + std::strerror(errno));
    auto identity = read_identity(config_, **directory, has_metadata_log);
    if (!identity.ok()) return fault(identity.error().detail);
    if (auto holder = lock_holder(path)) {
      in_use_ = true;
      find(
          Level::warning, "log.dirs",
          path + " is in use by a broker, process " + std::to_string(*holder) + ": it must stop before another starts");
    }
    find(Level::note, "log.dirs",
         *identity ? path + " belongs to node " + std::to_string((*identity)->node_id.value) + " of cluster " +
                         (*identity)->cluster_id
                   : path + " is new: it will be formatted");
    return std::move(*identity);
  }

  void check_address(const std::string& name, const config::Listener& listener) {
    auto free = try_to_bind(listener);
    if (free.ok()) return;
    auto text = '"' + name + "\": " + free.error().detail;
    find(in_use_ ? Level::warning : Level::error, name, in_use_ ? text + ", perhaps by the broker that runs" : text);
  }

  void check_log_file(const std::string& path) {
    auto parent = std::filesystem::path(path).parent_path().string();
    std::error_code ignored;
    const bool exists = std::filesystem::exists(path, ignored),
               is_folder = std::filesystem::is_directory(path, ignored);
    const bool writable =
        exists ? is_accessible(path, W_OK) : is_accessible(parent.empty() ? "." : parent, W_OK | X_OK);
    if (writable && !is_folder) return;
    find(Level::error, "log.file",
         "\"log.file\": cannot write to " + path + ": " + std::strerror(is_folder ? EISDIR : errno));
  }

  const Configuration& configuration_;
  const config::BrokerConfig& config_;
  std::vector<Finding> findings_;
  bool in_use_ = false;  ///< a broker runs on these directories
};

}  // namespace

std::vector<Finding> check_machine(const Configuration& configuration) { return MachineCheck(configuration).run(); }

}  // namespace kstream::server
