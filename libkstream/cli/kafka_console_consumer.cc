#include "cli/consume.h"
#include "cli/invalid.h"
#include "cli/kafka_decoder.h"
#include "cli/kafka_properties.h"
#include "cli/number.h"

#include <kstream/producer.h>

#include <unistd.h>
#include <chrono>
#include <thread>
#include <utility>

// kafka-console-consumer.sh.

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Kind = PositionExpression::Kind;

constexpr KafkaOption kOptions[] = {
    {"bootstrap-server", "host:port,...", "Required: the brokers to ask first."},
    {"topic", "topic", "The topic to read; this or --include."},
    {"include", "regex", "A regular expression for the topics to read; those that are there at the start."},
    {"partition", "partition", "Of --topic only this partition; from its end on, unless --offset says otherwise.",
     false, true},
    {"offset", "offset", "With --partition: where to begin, an offset, earliest or latest."},
    {"from-beginning", "", "Begin with the first record, not behind the last."},
    {"group", "group", "Refused: there are no consumer groups yet. Without it no offsets are committed."},
    {"max-messages", "n", "End after so many records.", false, true},
    {"timeout-ms", "ms", "End when nothing has come for so long.", false, true},
    {"isolation-level", "level", "read_uncommitted (the default) or read_committed."},
    {"skip-message-on-error", "", "Go on after a record that cannot be printed."},
    {"key-deserializer", "class", "What makes text of keys: a deserializer of Kafka's; bytes as they are by default."},
    {"value-deserializer", "class", "The same for values."},
    {"formatter", "class",
     "DefaultMessageFormatter, LoggingMessageFormatter (which prints the same) or NoOpMessageFormatter, of "
     "org.apache.kafka.tools.consumer."},
    {"formatter-property", "name=value",
     "print.timestamp, print.partition, print.offset, print.delivery, print.epoch, print.headers, print.key, "
     "print.value (true or false); key.separator, line.separator, headers.separator, null.literal; key.deserializer, "
     "value.deserializer, headers.deserializer.",
     true},
    {"formatter-config", "file", "The same from a file; --formatter-property wins over it."},
    {"property", "name=value", "Deprecated: --formatter-property.", true},
    {"command-config", "file", "Properties of the consumer; --command-property wins over it."},
    {"command-property", "name=value", "A property of the consumer.", true},
    {"consumer.config", "file", "Deprecated: --command-config."},
    {"consumer-property", "name=value", "Deprecated: --command-property.", true},
    {"enable-systest-events", "", "Print shutdown_complete at the end."},
};

constexpr KafkaSynonym kSynonyms[] = {{"consumer-property", "command-property"},
                                      {"consumer.config", "command-config"},
                                      {"property", "formatter-property"}};

constexpr KafkaPropertyOption kProperties[] = {{"isolation-level", "isolation.level", "read_uncommitted"}};

constexpr std::string_view kPackage = "org.apache.kafka.tools.consumer.";

std::optional<KafkaRefusal> check(const KafkaOptions& options) {
  if (options.has("topic") == options.has("include"))
    return KafkaRefusal{"Exactly one of the following arguments is required: [topic], [include]", true};
  if (options.has("partition") && !options.has("topic"))
    return KafkaRefusal{"The topic is required when partition is specified.", true};
  if (options.has("from-beginning") && options.has("offset"))
    return KafkaRefusal{"Options from-beginning and offset cannot be specified together.", true};
  if (options.has("offset") && !options.has("partition"))
    return KafkaRefusal{"The partition is required when offset is specified.", true};
  constexpr std::string_view kRequired[] = {"bootstrap-server"};
  if (auto missing = kafka_required(options, kRequired)) return missing;
  if (auto both = kafka_refuse_both(options, kSynonyms, true)) return both;
  if (options.has("group"))
    return KafkaRefusal{"--group " + *options.value("group") +
                        ": there are no consumer groups yet; without --group nothing is committed"};
  return {};
}

/// Where to begin.
Status parse_position(const KafkaOptions& options, const std::vector<Setting>& properties,
                      std::optional<PositionExpression>& from) {
  const std::string reset = kafka_property(properties, "auto.offset.reset").value_or("");
  if (options.has("from-beginning") && !reset.empty() && reset != "earliest")
    return invalid("Can't simultaneously specify --from-beginning and 'auto.offset.reset=" + reset +
                   "', please remove one option");
  const bool earliest = options.has("from-beginning") || reset == "earliest";
  const std::string text = options.value("offset").value_or(earliest ? "earliest" : "latest");
  const auto offset = parse_number<std::int64_t>(text);
  from = PositionExpression{offset               ? Kind::offset
                            : text == "earliest" ? Kind::beginning
                                                 : Kind::end,
                            offset.value_or(0), kNoTimestamp, text};
  if (offset ? *offset >= 0 : text == "earliest" || text == "latest") return {};
  return invalid("The provided offset value '" + text +
                 "' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.");
}

Status parse_decoders(const KafkaOptions& options, const std::vector<Setting>& properties, KafkaColumns& columns) {
  const std::tuple<std::string_view, std::string_view, KafkaDecoder*> decoders[] = {
      {"key-deserializer", "key.deserializer", &columns.key_decoder},
      {"value-deserializer", "value.deserializer", &columns.value_decoder},
      {"", "headers.deserializer", &columns.headers_decoder}};
  for (const auto& [option, property, decoder] : decoders) {
    auto typed = options.value(option);
    std::string name = typed ? *typed : kafka_property(properties, property).value_or("");
    if (name.empty()) continue;
    *decoder = find_kafka_decoder(name);
    if (!*decoder)
      return invalid(std::string(property) + " " + name +
                     ": no class of other people's can be loaded here; there are "
                     "org.apache.kafka.common.serialization.XDeserializer with X one of " +
                     kafka_decoder_names());
  }
  return {};
}

Result<KafkaColumns> parse_columns(const KafkaOptions& options) {
  constexpr std::string_view kFiles[] = {"formatter-config"}, kPairs[] = {"property", "formatter-property"};
  auto properties = kafka_properties(options, kFiles, kPairs);
  if (!properties) return properties.error();
  KafkaColumns columns;
  columns.skip_bad = options.has("skip-message-on-error");
  columns.tell_end = options.has("enable-systest-events");
  const std::string formatter = options.value("formatter").value_or(std::string(kPackage) + "DefaultMessageFormatter");
  if (formatter == std::string(kPackage) + "NoOpMessageFormatter") {
    columns.value = false;
    return columns;
  }
  if (formatter != std::string(kPackage) + "DefaultMessageFormatter" &&
      formatter != std::string(kPackage) + "LoggingMessageFormatter")
    return invalid("--formatter " + formatter + ": no class can be loaded here; there are DefaultMessageFormatter, " +
                   "LoggingMessageFormatter and NoOpMessageFormatter of org.apache.kafka.tools.consumer");
  for (auto [name, flag] : {std::pair{"print.timestamp", &columns.timestamp},
                            {"print.partition", &columns.partition},
                            {"print.offset", &columns.offset},
                            {"print.delivery", &columns.delivery},
                            {"print.epoch", &columns.epoch},
                            {"print.headers", &columns.headers},
                            {"print.key", &columns.key},
                            {"print.value", &columns.value}}) {
    *flag = kafka_flag(*properties, name).value_or(*flag);
  }
  for (auto [name, text] : {std::pair{"key.separator", &columns.key_separator},
                            {"line.separator", &columns.line_separator},
                            {"headers.separator", &columns.headers_separator},
                            {"null.literal", &columns.null_literal}}) {
    *text = kafka_property(*properties, name).value_or(*text);
  }
  if (auto parsed = parse_decoders(options, *properties, columns); !parsed) return parsed.error();
  return columns;
}

constexpr std::pair<std::string_view, std::string_view> kDefaults[] = {{"max.poll.records", "2147483647"},
                                                                       {"fetch.max.bytes", "8388608"},
                                                                       {"auto.offset.reset", "none"},
                                                                       {"client.id", "console-consumer"},
                                                                       {"allow.auto.create.topics", "true"}};

Status set_defaults(ClientConfig& config, const std::string& servers) {
  for (const auto& [name, value] : kDefaults) {
    if (config.is_set(name)) continue;
    if (auto set = config.set(name, value); !set) return invalid(set.error().detail);
  }
  return config.set("bootstrap.servers", servers);
}

Result<ClientSettings> parse_settings(const KafkaOptions& options, const std::vector<Setting>& properties) {
  auto config = kafka_client_config(options, properties, kProperties);
  if (!config) return config.error();
  ClientSettings settings{std::move(*config), milliseconds(60'000), " -b " + *options.value("bootstrap-server")};
  if (auto applied = set_defaults(settings.config, *options.value("bootstrap-server")); !applied)
    return applied.error();
  return settings;
}

/// A number that is not there, or negative, is no limit.
std::optional<std::int32_t> limit_of(const KafkaOptions& options, std::string_view name) {
  auto text = options.value(name);
  auto number = text ? parse_number<std::int32_t>(*text) : std::nullopt;
  return number && *number >= 0 ? number : std::nullopt;
}

Result<ConsumePlan> parse_plan(const KafkaOptions& options, const std::vector<Setting>& properties) {
  auto columns = parse_columns(options);
  if (!columns) return invalid(columns.error().detail);
  auto format = Format::of_word("value", "\n", nullptr, {});
  if (!format) return format.error();
  ConsumePlan plan{.targets = {}, .filter = {}, .format = std::move(*format)};
  plan.kafka = std::move(*columns);
  plan.follow = true;
  plan.regexes = options.has("include");
  Target& target = plan.targets.emplace_back();
  target.topic = *options.value(plan.regexes ? "include" : "topic");
  if (auto parsed = parse_position(options, properties, target.from); !parsed) return parsed.error();
  if (auto text = options.value("partition")) {
    auto partition = *parse_number<std::int32_t>(*text);
    target.partitions = {{partition, partition}};
  }
  plan.max_records = limit_of(options, "max-messages");
  if (auto limit = limit_of(options, "timeout-ms")) plan.idle_timeout = milliseconds(*limit);
  return plan;
}

/// Waits for a topic that is not there yet; the broker may make it because it is asked for. Whether it was there;
/// nothing if the time is over.
Result<std::optional<bool>> wait_for_topic(const ConsumePlan& plan, const ClientSettings& settings) {
  constexpr milliseconds kPause(250);
  auto client = Producer::create(settings.config);
  if (!client) return client.error();
  const auto begun = Clock::now();
  for (bool there = true;; there = false) {
    auto count = client->partition_count(plan.targets.front().topic, settings.timeout);
    if (count) return std::optional(there);
    if (count.code() != ErrorCode::unknown_topic_or_partition) return count.error();
    if (plan.idle_timeout && Clock::now() - begun >= *plan.idle_timeout) return std::optional<bool>();
    std::this_thread::sleep_for(kPause);
  }
}

Result<ExitCode> run(const KafkaOptions& options) {
  constexpr std::string_view kFiles[] = {"consumer.config", "command-config"},
                             kPairs[] = {"consumer-property", "command-property"};
  if (auto warned = kafka_warn_deprecated(options, kSynonyms, "Option"); !warned) return warned.error();
  auto properties = kafka_properties(options, kFiles, kPairs);
  if (!properties) return properties.error();
  auto plan = parse_plan(options, *properties);
  if (!plan) return invalid(plan.error().detail);
  auto settings = parse_settings(options, *properties);
  if (!settings) return invalid(settings.error().detail);
  if (!plan->regexes) {
    auto was_there = wait_for_topic(*plan, *settings);
    if (!was_there) return was_there.error();
    if (!*was_there) return say_kafka_total(0), ExitCode::done;
    // All that a new topic holds has come since.
    Kind& from = plan->targets.front().from->kind;
    if (!**was_there && from == Kind::end) from = Kind::beginning;
  }
  Console console("kafka-console-consumer", use_color("auto", STDERR_FILENO));
  console.set_quiet(true);
  return consume(*plan, *settings, console) == ExitCode::done ? ExitCode::done : ExitCode::failed;
}

bool is_meant(const KafkaOptions& options) { return options.has("topic") || options.has("include"); }

}  // namespace

const KafkaTool kKafkaConsoleConsumer = {
    "kafka-console-consumer",
    "This tool helps to read data from Kafka topics and outputs it to standard output.",
    kOptions,
    "",
    false,
    is_meant,
    check,
    nullptr,
    run};

std::span<const KafkaTool* const> consume_tools() {
  static constexpr const KafkaTool* kTools[] = {&kKafkaConsoleConsumer};
  return kTools;
}

}  // namespace kstream::cli
