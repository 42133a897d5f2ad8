#pragma once

#include <kstream/export.h>
#include <kstream/result.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Files of a log in the words of Kafka's kafka-dump-log.
namespace kstream::server {

struct KafkaDumpRequest {
  std::vector<std::string> files;
  bool deep = false;                    ///< each record, too
  bool print_data = false;              ///< and its key and value
  bool metadata = false;                ///< values are records of the metadata log
  bool no_metadata = false;             ///< of each record only its key and value
  bool sanity_only = false;             ///< of indexes: whether a broker would rebuild them
  bool verify_only = false;             ///< of indexes: whether they agree with the log
  std::uint64_t max_bytes = INT32_MAX;  ///< of each log: batches that end beyond are left out
  /// The text of a key, or a value.
  std::function<Result<std::string>(std::string_view)> key, value;
};

struct KafkaDumpOutput {
  std::function<bool(std::string_view)> out;  ///< lines for stdout; false: enough
  std::function<void(std::string_view)> err;  ///< lines for stderr, with their newlines
};

/// Reads the files as they are, one after the other. What disagrees is told behind all of them, and no error; the first
/// file that cannot be read ends it: KAFKA_STORAGE_ERROR, CORRUPT_MESSAGE, or INVALID_REQUEST for a name that says
/// nothing of an offset.
KSTREAM_API Status kafka_dump(const KafkaDumpRequest& request, const KafkaDumpOutput& output);

}  // namespace kstream::server
