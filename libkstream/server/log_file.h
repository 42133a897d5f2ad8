#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "storage/batch_scanner.h"
#include "storage/directory.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace kstream::server {

/// A file of a log, opened to be read as it is.
struct LogFile {
  base::FileRef file;
  std::uint64_t size = 0;
  std::string suffix;          ///< `.log`
  std::optional<Offset> base;  ///< of its segment, as its name says
};

/// KAFKA_STORAGE_ERROR if it cannot be opened. `.deleted` behind the suffix is passed over.
Result<LogFile> open_log_file(const std::string& path);

/// All of it. CORRUPT_MESSAGE if it is larger than `limit`.
Result<std::string> read_log_file(const std::string& path, std::uint64_t limit);

/// An index, and the log that it is of.
struct IndexedLog {
  LogFile index, log;
  std::int64_t base = 0;  ///< the first offset
};
/// INVALID_REQUEST if the index is not named after its first offset.
Result<IndexedLog> open_indexed_log(const std::string& index_path);

/// The offset that a file is named after, in 20 digits; INVALID_REQUEST if it is not.
Result<std::int64_t> first_offset(const std::string& path);

/// Calls `visit` for each batch until it returns false or an error. Errors also of BatchScanner::next().
Status each_batch(
    LogFile& opened,
    const std::function<Result<bool>(storage::BatchScanner&, const storage::BatchScanner::Batch&)>& visit);

}  // namespace kstream::server
