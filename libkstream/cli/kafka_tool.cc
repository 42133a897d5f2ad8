#include "cli/kafka_tool.h"

#include "cli/config_file.h"
#include "cli/help.h"
#include "cli/invalid.h"
#include "cli/output.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace kstream::cli {
namespace {

/// As long as Kafka's admin client goes on.
constexpr std::chrono::milliseconds kTimeout(60'000);

/// What a code means, in Kafka's words: the exception's name, and its sentence where a broker gives none.
struct KafkaError {
  ErrorCode code;
  std::string_view exception;
  std::string_view text;
};
constexpr KafkaError kErrors[] = {
    {ErrorCode::offset_out_of_range, "OffsetOutOfRange",
     "The requested offset is not within the range of offsets maintained by the server."},
    {ErrorCode::unknown_topic_or_partition, "UnknownTopicOrPartition",
     "This server does not host this topic-partition."},
    {ErrorCode::policy_violation, "PolicyViolation", "Request parameters do not satisfy the configured policy."},
    {ErrorCode::topic_authorization_failed, "TopicAuthorization", "Topic authorization failed."},
    {ErrorCode::cluster_authorization_failed, "ClusterAuthorization", "Cluster authorization failed."},
    {ErrorCode::request_timed_out, "Timeout", "The request timed out."},
    {ErrorCode::network_exception, "Timeout", "The server disconnected before a response was received."},
    {ErrorCode::leader_not_available, "LeaderNotAvailable",
     "There is no leader for this topic-partition as we are in the middle of a leadership election."},
    {ErrorCode::topic_already_exists, "TopicExists", "Topic with this name already exists."},
    {ErrorCode::invalid_topic_exception, "InvalidTopic",
     "The request attempted to perform an operation on an invalid topic."},
    {ErrorCode::invalid_config, "InvalidConfiguration", "Configuration is invalid."},
    {ErrorCode::invalid_request, "InvalidRequest",
     "This most likely occurs because of a request being malformed by the client library or the message was sent to an "
     "incompatible broker. See the broker logs for more details."},
    {ErrorCode::invalid_partitions, "InvalidPartitions", "Number of partitions is below 1."},
    {ErrorCode::invalid_replication_factor, "InvalidReplicationFactor",
     "Replication factor is below 1 or larger than the number of available brokers."},
    {ErrorCode::invalid_replica_assignment, "InvalidReplicaAssignment", "Replica assignment is invalid."},
    {ErrorCode::not_controller, "NotController", "This is not the correct controller for this cluster."},
    {ErrorCode::kafka_storage_error, "KafkaStorage", "Disk error when trying to access log file on the disk."},
    {ErrorCode::unsupported_version, "UnsupportedVersion", "The version of API is not supported."},
};

const KafkaError* find_error(ErrorCode code) {
  auto at = std::ranges::find(kErrors, code, &KafkaError::code);
  return at == std::end(kErrors) ? nullptr : at;
}

/// `kafka-topics` of `/usr/bin/kafka-topics.sh`.
std::string_view tool_name(std::string_view program_name) {
  program_name.remove_prefix(program_name.rfind('/') + 1);
  if (program_name.ends_with(".sh")) program_name.remove_suffix(3);
  return program_name;
}

/// Our flag that `word` is, with its value or without; null if it is none.
const FlagRow* native_flag(const Program& program, std::string_view word) {
  auto name = word.substr(0, word.find('='));
  for (const FlagRow& row : flag_rows()) {
    bool long_one = name.size() > 2 && name.starts_with("--") && name.substr(2) == row.name;
    bool short_one = word.size() > 1 && word[0] == '-' && word[1] == row.letter;
    if ((row.where & program.where()) != 0 && (long_one || short_one)) return &row;
  }
  return nullptr;
}

/// The option of Kafka's that `word` is, with its value or without; null if it is none.
const KafkaOption* kafka_option(std::span<const KafkaTool* const> tools, std::string_view word) {
  auto name = word.substr(0, word.find('='));
  for (const KafkaTool* tool : tools) {
    for (const KafkaOption& option : tool->options) {
      if (name.starts_with("--") && name.substr(2) == option.name) return &option;
    }
  }
  return nullptr;
}

/// What stands in a command line of Kafka's and in none of ours without a verb, or a topic where there are no verbs.
constexpr std::string_view kActions[] = {"--create", "--list",   "--describe",
                                         "--alter",  "--delete", "--offset-json-file"};
constexpr std::string_view kTopicOptions[] = {"--topic", "--include"};

/// What tells of a command line's grammar. Empty: there is no such word.
struct Signs {
  std::string_view word;    ///< the first that is neither an option nor the value of one: the verb, in our grammar
  std::string_view action;  ///< an option of Kafka's that says what is to be done
  std::string_view ours;    ///< the first flag that only we have
  std::string_view kafkas;  ///< the first option that only Kafka has
};

Signs signs_of(const Program& program, std::span<const KafkaTool* const> tools, std::span<const std::string> words) {
  Signs signs;
  const auto actions = program.has_verbs() ? std::span<const std::string_view>(kActions) : kTopicOptions;
  auto first = [](std::string_view& sign, std::string_view word) { sign = sign.empty() ? word : sign; };
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    std::string_view word = words[i];
    if (!word.starts_with('-') || word == "-") {
      first(signs.word, word);
      continue;
    }
    const FlagRow* ours = native_flag(program, word);
    const KafkaOption* kafkas = kafka_option(tools, word);
    auto name = word.substr(0, word.find('='));
    if (std::ranges::find(actions, name) != actions.end()) first(signs.action, name);
    if (ours && !kafkas) first(signs.ours, name);
    if (kafkas && !ours) first(signs.kafkas, name);
    bool attached = name != word || (ours && word[1] != '-' && word.size() > 2);
    bool takes_word = (ours && !ours->argument.empty()) || (kafkas && !kafkas->argument.empty());
    if (takes_word && !attached) ++i;
  }
  return signs;
}

Error mixed(const Program& program, std::string_view ours, std::string_view kafkas) {
  return invalid("'" + std::string(ours) + "' belongs to " + std::string(program.name) + "'s own grammar, " +
                 std::string(kafkas) + " to that of Kafka's tools: leave out one of them");
}

Result<GrammarChoice> tool_of(const Program& program, std::span<const KafkaTool* const> tools, const Signs& signs,
                              std::span<const std::string> words) {
  if (!signs.ours.empty()) return mixed(program, signs.ours, signs.action);
  std::string refused;
  for (const KafkaTool* tool : tools) {
    if (!kafka_option({&tool, 1}, signs.action)) continue;
    auto options = KafkaOptions::parse(tool->options, words);
    if (options && tool->is_meant(*options)) return GrammarChoice{tool};
    if (!options) refused = options.error().detail;
  }
  return invalid(refused + ", with " + std::string(signs.action) + "; or say " + std::string(program.name) +
                 (program.has_verbs() ? " VERB" : " TOPIC") + ", see " + std::string(program.name) + " -h");
}

Result<ClientConfig> client_config(const KafkaOptions& options) {
  ClientConfig config;
  if (auto path = options.value("command-config")) {
    auto settings = read_settings(*path);
    if (!settings) return settings.error();
    for (const Setting& setting : *settings) {
      if (!ClientConfig::knows(setting.name)) {  // as Java's clients do
        write_stderr("WARN These configurations '[" + setting.name + "]' were supplied but are not used yet.\n");
        continue;
      }
      if (auto set = config.set(setting.name, setting.value); !set)
        return invalid(*path + ':' + std::to_string(setting.line) + ": " + set.error().detail);
    }
  }
  if (auto set = config.set("bootstrap.servers", options.value("bootstrap-server").value_or("")); !set)
    return set.error();
  return config;
}

ExitCode fail(const KafkaTool& tool, const std::string& text, bool on_stdout) {
  bool prefixed = on_stdout == tool.failure_on_stdout;
  std::string line = (prefixed ? std::string(tool.failure) : "") + text + '\n';
  on_stdout ? void(write_stdout(line)) : write_stderr(line);
  return ExitCode::failed;
}

ExitCode refuse(const KafkaTool& tool, const KafkaRefusal& refusal) {
  write_stderr(refusal.text + '\n' + (refusal.usage ? kafka_usage(tool.options) : ""));
  return ExitCode::failed;
}

}  // namespace

Result<GrammarChoice> choose_grammar(const Program& program, std::span<const KafkaTool* const> tools,
                                     std::string_view program_name, std::span<const std::string> words) {
  auto name = tool_name(program_name);
  if (name.starts_with("kafka-")) {
    std::string known;
    for (const KafkaTool* tool : tools) {
      if (tool->name == name) return GrammarChoice{tool};
      known += (known.empty() ? "" : ", ") + std::string(tool->name);
    }
    return invalid(std::string(program.name) + " is no " + std::string(name) + "; it is " + known);
  }
  if (tools.empty()) return GrammarChoice{};
  Signs signs = signs_of(program, tools, words);
  bool verb = program.has_verbs() ? std::ranges::find(program.verbs, signs.word, &Verb::name) != program.verbs.end()
                                  : !signs.word.empty();
  if (verb && program.has_verbs() && !signs.kafkas.empty()) return mixed(program, signs.word, signs.kafkas);
  if (verb || signs.action.empty()) return GrammarChoice{};
  return tool_of(program, tools, signs, words);
}

ExitCode run_kafka_tool(const KafkaTool& tool, std::span<const std::string> words) {
  if (tool.run_words) return tool.run_words(words);
  auto options = KafkaOptions::parse(tool.options, words);
  if (!options) return fail(tool, options.error().detail, false);
  if (options->empty() || options->has("help")) return refuse(tool, {std::string(tool.purpose), true});
  if (options->has("version")) return write_stdout(kstream_version() + '\n') ? ExitCode::done : ExitCode::failed;
  if (auto refusal = tool.check(*options)) return refuse(tool, *refusal);
  if (auto checked = options->check_values(); !checked)
    return fail(tool, checked.error().detail, tool.failure_on_stdout);
  if (tool.run_alone) {
    auto code = tool.run_alone(*options);
    return code ? *code : fail(tool, kafka_message(code.error()), tool.failure_on_stdout);
  }
  auto config = client_config(*options);
  if (!config) return fail(tool, config.error().detail, false);
  auto admin = Admin::create(*config);
  if (!admin) return fail(tool, admin.error().detail, false);
  auto code = tool.run({*options, words, *admin, kTimeout});
  return code ? *code : fail(tool, kafka_message(code.error()), tool.failure_on_stdout);
}

std::string kafka_message(const Error& error) {
  if (!error.detail.empty()) return error.detail;
  const KafkaError* known = find_error(error.code);
  return std::string(known ? known->text : error_info(error.code).name);
}

std::string kafka_exception(const Error& error) {
  const KafkaError* known = find_error(error.code);
  return "org.apache.kafka.common.errors." + std::string(known ? known->exception : "UnknownServer") +
         "Exception: " + kafka_message(error);
}

Status kafka_print(std::string_view text) {
  if (write_stdout(text)) return {};
  return invalid(stdout_failure());
}

std::optional<KafkaRefusal> kafka_required(const KafkaOptions& options, std::span<const std::string_view> required) {
  for (auto name : required) {
    if (!options.has(name)) return KafkaRefusal{"Missing required argument \"[" + std::string(name) + "]\"", true};
  }
  return {};
}

}  // namespace kstream::cli
