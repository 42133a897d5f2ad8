#pragma once

#include <kstream/result.h>

#include "log/jobs.h"
#include "storage/directory.h"

#include <optional>

namespace kstream::storage {

/// The two operations that look for something in segments. Indexes are hints: where one leads astray, the segment is
/// read from its beginning. KAFKA_STORAGE_ERROR, CORRUPT_MESSAGE.
/// What locate() found is in memory then: it has read all of it, so that the shard that sends it waits for no disk.
Result<log::Located> locate(Directory& directory, const log::Locate& what);
/// The same without waiting for the disk; nothing if that is not possible, be it that the range's ends are not in
/// memory.
std::optional<Result<log::Located>> locate_cached(const log::Locate& what);
Result<log::FoundRecord> find_timestamp(Directory& directory, const log::FindTimestamp& what);

}  // namespace kstream::storage
