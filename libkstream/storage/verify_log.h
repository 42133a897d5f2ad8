#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "log/recovered.h"
#include "storage/directory.h"

#include <cstdint>
#include <functional>
#include <string>

namespace kstream::storage {

/// What is wrong with a file of a log directory.
struct Fault {
  bool harmless = false;  ///< nothing that was synced is lost by it, and a start mends it
  std::string path;       ///< within the directory
  std::string text;       ///< may begin with the place: `at position 123: `
};
using FaultSink = std::function<void(Fault)>;

struct LogToVerify {
  std::string folder;     ///< `orders-0`
  Offset recovery_point;  ///< all below was synced
  Offset log_start;       ///< from log-start-offset-checkpoint; 0 if it has none
  bool closed = false;    ///< a clean stop closed it: all of it was synced
  bool keep = false;      ///< the files of its segments open, in VerifiedLog
};

struct VerifiedLog {
  log::RecoveredLog log;  ///< as far as it is whole; its segments only if they were to be kept
  std::uint64_t segments = 0, bytes = 0, batches = 0, records = 0;
};

/// Reads all of a log that no broker uses, and changes nothing: each batch and each record in it, each entry of the
/// indexes beside the batches that it is of, and the leader epochs. Errors are those of the disk; what is wrong with
/// the log goes to `fault`, one for each file at most.
Result<VerifiedLog> verify_log(Directory& directory, const LogToVerify& what, const FaultSink& fault);

}  // namespace kstream::storage
