#pragma once

#include <kstream/result.h>

#include "base/config/broker_config.h"
#include "base/log_line.h"
#include "base/random.h"
#include "base/time.h"
#include "broker/shard.h"
#include "quorum/load.h"
#include "quorum/quorum.h"
#include "server/identity.h"
#include "storage/directory.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace kstream::server {

/// What a broker starts from. The directories are open and, on a real disk, locked.
struct BootRequest {
  const config::BrokerConfig& config;
  std::vector<storage::Directory*> directories;  ///< in the order of log.dirs
  std::uint16_t metadata_directory = 0;          ///< index of the one with the metadata log
  std::string boot_id;                           ///< of the system: another one after a power loss
  base::Random& random;
  std::function<base::Now()> clock;
  int threads = 1;  ///< that recover logs at the same time
};

/// What the log directories hold, formatted if they were new, and recovered.
struct Boot {
  std::vector<storage::Directory*> directories;
  std::vector<Uuid> directory_ids;
  std::uint16_t metadata_directory = 0;
  std::string cluster_id;
  std::int64_t previous_epoch = -1;  ///< the broker epoch of the last run if every directory was closed in order
  quorum::Loaded metadata;
  log::RecoveredLog metadata_log;
  std::vector<broker::FoundLog> logs;       ///< those that could not be recovered among them, as failed
  std::vector<broker::Leftover> leftovers;  ///< of deleted topics, to be removed while the broker runs
  std::vector<base::LogLine> notes;         ///< for the operator
};

/// Formats what is new and recovers everything. Blocks; touches files only through the directories, so that the
/// simulator runs it too. An error says what, where and what to do. A partition that cannot be recovered is none: it is
/// offline, its files stay as they are, and a note says why.
Result<Boot> boot(const BootRequest& request);
/// The quorum on what was booted. `endpoints`: as clients are to reach this broker.
quorum::Quorum make_quorum(const config::BrokerConfig& config, Boot& boot,
                           const std::vector<cluster::Endpoint>& endpoints, base::Now now);
/// Leaves the mark of a clean stop in every directory.
Status mark_clean(const Boot& boot, std::int64_t broker_epoch);

}  // namespace kstream::server
