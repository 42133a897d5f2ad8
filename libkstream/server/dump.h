#pragma once

#include <kstream/export.h>
#include <kstream/ids.h>
#include <kstream/record.h>
#include <kstream/result.h>

#include "records/batch.h"

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

/// What lies in the files of a log, read as they are: no broker need run, and none is disturbed.
namespace kstream::server {

struct DumpedBatch {
  std::uint64_t position = 0;  ///< bytes from the file's start
  records::BatchHeader header;
  bool crc_valid = false;
};
/// An entry of an offset index: the batch at `position` ends with `offset`.
struct DumpedOffset {
  Offset offset;
  std::int32_t position = 0;
};
/// An entry of a time index: no record up to `offset` is later than `timestamp`.
struct DumpedTime {
  Timestamp timestamp;
  Offset offset;
};
using Dumped = std::variant<DumpedBatch, DumpedOffset, DumpedTime>;

/// The files that a path stands for: a folder for its segments (`*.log`), in order; anything else for itself.
/// INVALID_REQUEST: the folder has none; KAFKA_STORAGE_ERROR: it cannot be read.
KSTREAM_API Result<std::vector<std::string>> dumped_files(const std::string& path);

/// Calls `visit` for each batch of a `.log` or `.checkpoint`, each entry of an `.index` or `.timeindex` (also where
/// `.deleted` stands behind), until it returns false. INVALID_REQUEST: it is none of these; KAFKA_STORAGE_ERROR: it
/// cannot be read; CORRUPT_MESSAGE: what comes next is no batch or not all of one, as after a crash.
KSTREAM_API Status dump_file(const std::string& path, const std::function<bool(const Dumped&)>& visit);

/// Calls `visit` for each record of a `.log` that a consumer may see, whatever its transaction became of; topic and
/// partition are those of the folder's name. Errors of dump_file; CORRUPT_MESSAGE also for a batch whose CRC is wrong
/// or whose records cannot be read.
KSTREAM_API Status
dump_records(const std::string& path,
             const std::function<bool(const std::string& topic, PartitionId, const RecordView&)>& visit);

}  // namespace kstream::server
