#include "cli/invalid.h"
#include "cli/kafka_properties.h"
#include "cli/produce.h"

#include <unistd.h>
#include <utility>

// kafka-console-producer.sh.

namespace kstream::cli {
namespace {

constexpr std::string_view kReader = "org.apache.kafka.tools.LineMessageReader";

constexpr KafkaOption kOptions[] = {
    {"bootstrap-server", "host:port,...", "Required: the brokers to ask first."},
    {"topic", "topic", "Required: where the records go."},
    {"command-config", "file", "Properties of the producer; --command-property wins over it."},
    {"command-property", "name=value", "A property of the producer.", true},
    {"producer.config", "file", "Deprecated: --command-config."},
    {"producer-property", "name=value", "Deprecated: --command-property.", true},
    {"line-reader", "class", "What cuts the input into records: only org.apache.kafka.tools.LineMessageReader."},
    {"reader-property", "name=value",
     "parse.key, parse.headers, ignore.error (true or false); key.separator, headers.delimiter (a tab), "
     "headers.separator (,), headers.key.separator (:), null.marker.",
     true},
    {"reader-config", "file", "The same from a file; --reader-property wins over it."},
    {"property", "name=value", "Deprecated: --reader-property.", true},
    {"sync", "", "Send a record when the one before it is acknowledged."},
    {"compression-codec", "codec", "none, gzip, snappy, lz4 or zstd; gzip if no codec is named.", false, false, true},
    {"batch-size", "bytes", "batch.size; 16384.", false, true},
    {"max-partition-memory-bytes", "bytes", "Deprecated: --batch-size.", false, true},
    {"max-memory-bytes", "bytes", "buffer.memory; 33554432.", false, true},
    {"max-block-ms", "ms", "How long to go on while no broker can be reached; 60000.", false, true},
    {"message-send-max-retries", "n", "retries; 3.", false, true},
    {"retry-backoff-ms", "ms", "retry.backoff.ms; 100.", false, true},
    {"metadata-expiry-ms", "ms", "metadata.max.age.ms; 300000.", false, true},
    {"request-required-acks", "acks", "acks; -1, which is all."},
    {"request-timeout-ms", "ms", "request.timeout.ms; 1500.", false, true},
    {"timeout", "ms", "linger.ms; 1000.", false, true},
    {"socket-buffer-size", "bytes", "send.buffer.bytes; 102400.", false, true},
};

constexpr KafkaSynonym kSynonyms[] = {{"producer.config", "command-config"},
                                      {"producer-property", "command-property"},
                                      {"property", "reader-property"},
                                      {"max-partition-memory-bytes", "batch-size", false}};

constexpr KafkaPropertyOption kProperties[] = {{"timeout", "linger.ms", "1000"},
                                               {"request-required-acks", "acks", "-1"},
                                               {"request-timeout-ms", "request.timeout.ms", "1500"},
                                               {"message-send-max-retries", "retries", "3"},
                                               {"retry-backoff-ms", "retry.backoff.ms", "100"},
                                               {"socket-buffer-size", "send.buffer.bytes", "102400"},
                                               {"max-memory-bytes", "buffer.memory", "33554432"},
                                               {"batch-size", "batch.size", "16384"},
                                               {"max-partition-memory-bytes", "batch.size", ""},
                                               {"metadata-expiry-ms", "metadata.max.age.ms", "300000"},
                                               {"max-block-ms", "max.block.ms", "60000"}};

/// Short, so that send() comes back to look for signals and for brokers that are gone.
constexpr std::string_view kMaxBlockMs = "200";

std::optional<KafkaRefusal> check(const KafkaOptions& options) {
  constexpr std::string_view kRequired[] = {"bootstrap-server", "topic"};
  if (auto missing = kafka_required(options, kRequired)) return missing;
  if (auto both = kafka_refuse_both(options, kSynonyms, false)) return both;
  auto reader = options.value("line-reader");
  if (reader && *reader != kReader)
    return KafkaRefusal{"--line-reader " + *reader + ": no class can be loaded here; there is " + std::string(kReader)};
  return {};
}

Status parse_lines(const KafkaOptions& options, KafkaLines& lines) {
  constexpr std::string_view kFiles[] = {"reader-config"}, kPairs[] = {"property", "reader-property"};
  auto properties = kafka_properties(options, kFiles, kPairs);
  if (!properties) return properties.error();
  lines.has_key = kafka_flag(*properties, "parse.key").value_or(false);
  lines.has_headers = kafka_flag(*properties, "parse.headers").value_or(false);
  lines.ignore_error = kafka_flag(*properties, "ignore.error").value_or(false);
  lines.null_marker = kafka_property(*properties, "null.marker");
  const std::pair<std::string_view, std::string*> separators[] = {
      {"key.separator", &lines.key_separator},
      {"headers.delimiter", &lines.headers_delimiter},
      {"headers.separator", &lines.headers_separator},
      {"headers.key.separator", &lines.headers_key_separator}};
  for (const auto& [name, to] : separators) {
    *to = kafka_property(*properties, name).value_or(*to);
    if (to->empty()) return invalid(std::string(name) + " may not be empty");
  }
  // As Kafka refuses them, and only these.
  for (std::size_t i = 1; i < std::size(separators); ++i) {
    for (std::size_t j = i + 1; j < std::size(separators); ++j) {
      if (*separators[i].second == *separators[j].second)
        return invalid(std::string(separators[i].first) + " and " + std::string(separators[j].first) +
                       " may not be equal");
    }
  }
  for (std::size_t i : {0, 2, 1, 3}) {
    if (lines.null_marker == *separators[i].second)
      return invalid("null.marker and " + std::string(separators[i].first) + " may not be equal");
  }
  lines.prompt = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  return {};
}

Result<ClientSettings> parse_settings(const KafkaOptions& options) {
  constexpr std::string_view kFiles[] = {"producer.config", "command-config"},
                             kPairs[] = {"producer-property", "command-property"};
  auto properties = kafka_properties(options, kFiles, kPairs);
  if (!properties) return properties.error();
  auto config = kafka_client_config(options, *properties, kProperties);
  if (!config) return config.error();
  ClientSettings settings;
  settings.config = std::move(*config);
  settings.timeout = std::chrono::milliseconds(settings.config.number("max.block.ms"));
  settings.same_cluster = " -b " + *options.value("bootstrap-server");
  std::string codec = options.value("compression-codec").value_or("none");
  if (options.has("compression-codec") && codec.empty()) codec = "gzip";
  const bool has_codec = options.has("compression-codec") || !settings.config.is_set("compression.type");
  for (auto [name, value, wanted] :
       {std::tuple{"bootstrap.servers", *options.value("bootstrap-server"), true},
        {"max.block.ms", std::string(kMaxBlockMs), true},
        {"compression.type", codec, has_codec},
        {"client.id", std::string("console-producer"), !settings.config.is_set("client.id")},
        {"allow.auto.create.topics", std::string("true"), !settings.config.is_set("allow.auto.create.topics")}}) {
    if (!wanted) continue;
    if (auto set = settings.config.set(name, value); !set) return invalid(set.error().detail);
  }
  return settings;
}

Result<ExitCode> run(const KafkaOptions& options) {
  if (auto warned = kafka_warn_deprecated(options, kSynonyms, "Warning:"); !warned) return warned.error();
  ProducePlan plan;
  plan.topic = *options.value("topic");
  plan.files = {"-"};
  plan.input = InputKind::kafka_lines;
  if (auto parsed = parse_lines(options, plan.kafka_lines); !parsed) return parsed.error();
  plan.sync = options.has("sync");
  auto settings = parse_settings(options);
  if (!settings) return invalid(settings.error().detail);
  Console console("kafka-console-producer", use_color("auto", STDERR_FILENO));
  console.set_quiet(true);
  return produce(plan, *settings, console) == ExitCode::done ? ExitCode::done : ExitCode::failed;
}

bool is_meant(const KafkaOptions& options) { return options.has("topic"); }

}  // namespace

const KafkaTool kKafkaConsoleProducer = {"kafka-console-producer",
                                         "This tool helps to read data from standard input and publish it to Kafka.",
                                         kOptions,
                                         "",
                                         false,
                                         is_meant,
                                         check,
                                         nullptr,
                                         run};

std::span<const KafkaTool* const> produce_tools() {
  static constexpr const KafkaTool* kTools[] = {&kKafkaConsoleProducer};
  return kTools;
}

}  // namespace kstream::cli
