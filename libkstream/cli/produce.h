#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"

#include <kstream/record.h>

#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// One run of kproduce.
struct ProducePlan {
  std::string topic;               ///< empty: with `json`, each record names its own
  std::vector<std::string> files;  ///< in this order, `-` being stdin; none: stdin
  bool json = false;               ///< each line is a JSON record, not a value
  bool keep_partition = false;     ///< of the JSON records
  bool keep_timestamp = false;     ///< of the JSON records
  std::string delimiter = "\n";
  std::optional<std::string> key_delimiter;
  std::optional<std::string> key;  ///< of records that have none by `key_delimiter` or JSON
  std::vector<Header> headers;     ///< of each record, before those of JSON
  std::optional<PartitionId> partition;
  bool empty_is_null = false;
  bool create = false;  ///< create the topic if it is not there
};

/// Sends the input until it ends, or something fails, or a signal asks to stop, and says at the end what was
/// acknowledged. Does not return after a signal.
ExitCode produce(const ProducePlan& plan, const ClientSettings& settings, const Console& console);

/// Runs kproduce: reads the flags, fills a plan and carries it out.
ExitCode run_produce(const Arguments& arguments, const Console& console);

}  // namespace kstream::cli
