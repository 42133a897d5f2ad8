#pragma once

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/kafka_options.h"

#include <kstream/admin.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kstream::cli {

/// What a command line is refused for before anything is sent.
struct KafkaRefusal {
  std::string text;
  bool usage = false;  ///< the options are printed, too
};

/// What a tool of Kafka's works with.
struct KafkaWork {
  const KafkaOptions& options;
  std::span<const std::string> words;  ///< all that was typed
  Admin& admin;
  std::chrono::milliseconds timeout;
};

/// A tool of Kafka's that one of our programs is under another name: flags, output and exit status are Kafka's, but
/// that whatever failed exits with 1.
struct KafkaTool {
  std::string_view name;     ///< `kafka-topics`; the program has it as its own, perhaps with `.sh` behind
  std::string_view purpose;  ///< what --help begins with
  std::span<const KafkaOption> options;
  std::string_view failure;  ///< what stands in front of an error, as the tool says it
  bool failure_on_stdout = false;
  /// Whether a command line without a verb is meant for this tool, called by our program's name.
  bool (*is_meant)(const KafkaOptions& options);
  std::optional<KafkaRefusal> (*check)(const KafkaOptions& options);
  /// The error's detail is what the tool says.
  Result<ExitCode> (*run)(const KafkaWork& work);
  /// Instead, where no broker is asked, or not by an admin client.
  Result<ExitCode> (*run_alone)(const KafkaOptions& options) = nullptr;
  /// Instead of all of this but the name, for a command line of another kind.
  ExitCode (*run_words)(std::span<const std::string> words) = nullptr;
};

extern const KafkaTool kKafkaTopics;
extern const KafkaTool kKafkaConfigs;
extern const KafkaTool kKafkaGetOffsets;
extern const KafkaTool kKafkaDeleteRecords;
extern const KafkaTool kKafkaConsoleProducer;
extern const KafkaTool kKafkaConsoleConsumer;
/// For kserver, which says how it is run.
extern const KafkaTool kKafkaDumpLog;

/// Those that ktopics, kproduce and kconsume are.
std::span<const KafkaTool* const> topics_tools();
std::span<const KafkaTool* const> produce_tools();
std::span<const KafkaTool* const> consume_tools();

/// In which grammar a command line is written. The error is a usage error: both at once, or a name of no tool here.
struct GrammarChoice {
  const KafkaTool* tool = nullptr;  ///< null: the native grammar
};
Result<GrammarChoice> choose_grammar(const Program& program, std::span<const KafkaTool* const> tools,
                                     std::string_view program_name, std::span<const std::string> words);

/// Runs a tool of Kafka's.
ExitCode run_kafka_tool(const KafkaTool& tool, std::span<const std::string> words);

/// What Kafka says of an error: the broker's sentence, or its own for the code.
std::string kafka_message(const Error& error);
/// The same behind the name of the exception that its tools print in some places.
std::string kafka_exception(const Error& error);

/// Prints on stdout; INVALID_REQUEST if that failed.
Status kafka_print(std::string_view text);

/// The names of topics that fit a regular expression as Kafka's tools take it: `,` parts alternatives; none: all.
Result<std::vector<std::string>> kafka_topics(const KafkaWork& work, const std::optional<std::string>& pattern,
                                              bool exclude_internal);

/// That all of `options` are there.
std::optional<KafkaRefusal> kafka_required(const KafkaOptions& options, std::span<const std::string_view> required);

}  // namespace kstream::cli
