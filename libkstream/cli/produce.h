#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/format_language.h"
#include "cli/kafka_lines.h"

#include <kstream/record.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// What the input looks like.
enum class InputKind { lines, tombstones, json, csv, by_template, batches, kafka_lines };

/// Where a record without a partition goes.
enum class Partitioner {
  murmur2,      ///< by its key as Kafka's Java client does it, which the producer does itself
  crc32,        ///< by its key as librdkafka does it
  round_robin,  ///< each to the next one
  sticky,       ///< batch by batch, whatever its key
};

/// One run of kproduce.
struct ProducePlan {
  std::string topic;               ///< empty: each record names its own
  std::vector<std::string> files;  ///< in this order, `-` being stdin
  InputKind input = InputKind::lines;
  std::string input_template{};  ///< one that compiles
  KafkaLines kafka_lines{};
  bool sync = false;            ///< one record is acknowledged before the next is sent
  bool keep_partition = false;  ///< of records that bring one
  bool keep_timestamp = false;
  std::optional<std::string> timestamp_field{};  ///< of values that are JSON
  std::string delimiter = "\n";
  std::optional<std::string> key_delimiter{};
  std::optional<std::string> key{};  ///< of records that have none
  std::vector<Header> headers;       ///< of each record, before those that it brings
  std::optional<PartitionId> partition{};
  Partitioner partitioner = Partitioner::murmur2;
  bool empty_is_null = false;
  bool tombstone = false;  ///< one record, of `key` and no value, and no input
  bool create = false;     ///< create the topic if it is not there
  bool follow = false;     ///< the files, for ever
  std::optional<std::chrono::milliseconds> partial{};
  std::optional<double> rate{};    ///< records in a second
  bool skip_bad = false;           ///< go on after a record that is none, or is refused
  std::string rejected{};          ///< a file for records that are not acknowledged
  std::string progress{};          ///< when to tell of it, as Progress has it
  std::optional<Format> report{};  ///< what to print of each record that is
};

/// Sends the input until it ends, or something fails, or a signal asks to stop, and says at the end what was
/// acknowledged. Does not return after a signal.
ExitCode produce(const ProducePlan& plan, const ClientSettings& settings, const Console& console);

/// Runs kproduce: reads the flags, fills a plan and carries it out.
ExitCode run_produce(const Arguments& arguments, const Console& console);

}  // namespace kstream::cli
