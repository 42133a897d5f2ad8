// kafka-storage: log directories in the words of Kafka's tool.
#include "cli/config_file.h"
#include "cli/invalid.h"
#include "cli/kafka_options.h"
#include "cli/kafka_tool.h"
#include "cli/number.h"
#include "cli/output.h"
#include "cluster/features.h"
#include "server/log_directories.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <span>

namespace {

using namespace kstream;
using cli::ExitCode, cli::KafkaOption, cli::KafkaOptions, cli::invalid;

/// The one release whose metadata is written and read.
constexpr std::string_view kRelease = "4.4-IV2";

constexpr KafkaOption kConfig = {
    "config", "CONFIG", "Required: the configuration, a server.properties or TOML.", false, false, false, 'c'};
constexpr KafkaOption kReleaseOption = {
    "release-version", "RELEASE", "Only 4.4-IV2, which is the default.", false, false, false, 'r'};
constexpr KafkaOption kFormatOptions[] = {
    kConfig,
    kReleaseOption,
    {"cluster-id", "ID", "Required: the cluster that the directories are to belong to.", false, false, false, 't'},
    {"ignore-formatted", "", "Pass over directories that are formatted.", false, false, false, 'g'},
    {"feature", "NAME=LEVEL", "kraft.version=1, which is the default.", true, false, false, 'f'},
    {"standalone", "", "Required unless controller.quorum.voters is set: this server is the whole quorum.", false,
     false, false, 's'},
    {"initial-controllers", "ID@HOST:PORT:DIRECTORY", "The same, with the id that the metadata directory gets.", false,
     false, false, 'I'},
    {"no-initial-controllers", "", "Refused: a cluster is one server yet.", false, false, false, 'N'},
    {"add-scram", "CREDENTIAL", "Refused: there are no users yet.", true, false, false, 'S'}};
constexpr KafkaOption kInfoOptions[] = {kConfig};
constexpr KafkaOption kMappingOptions[] = {kReleaseOption};
constexpr KafkaOption kDependencyOptions[] = {
    {"feature", "NAME=LEVEL", "Required: metadata.version=33 or kraft.version=1.", true, false, false, 'f'}};

Result<server::Configuration> load(const KafkaOptions& options) {
  server::ConfigurationInputs inputs;
  inputs.file = options.value("config");
  inputs.environment = server::process_environment();
  auto loaded = server::load_configuration(inputs);
  if (auto* configuration = std::get_if<server::Configuration>(&loaded)) return std::move(*configuration);
  std::string lines;
  for (const auto& error : std::get<server::ConfigurationErrors>(loaded)) lines += (lines.empty() ? "" : "\n") + error;
  return invalid(lines);
}

Result<ExitCode> print(const std::string& text) {
  if (auto printed = cli::kafka_print(text); !printed) return printed.error();
  return ExitCode::done;
}

/// The levels at which a server can run.
struct Range {
  std::string_view feature;
  std::int16_t min, max;
};
constexpr Range kRanges[] = {
    {cluster::kMetadataVersion, cluster::kMetadataVersionLevel, cluster::kMetadataVersionLevel},
    {cluster::kKraftVersion, 0, cluster::kKraftVersionLevel}};

std::string feature_name(const std::string& text) { return text.substr(0, text.find('=')); }

/// Of `NAME=LEVEL`.
Result<std::int16_t> parse_level(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos)
    return invalid("Can't parse feature=level string " + text + ": equals sign not found.");
  const std::string digits = text.substr(equals + 1);
  if (auto level = cli::parse_number<std::int16_t>(digits)) return *level;
  return invalid("Can't parse feature=level string " + text + ": unable to parse " + digits + " as a short.");
}

Status check_release(const KafkaOptions& options) {
  auto release = options.value("release-version");
  if (!release || *release == kRelease) return {};
  return invalid("Unknown metadata.version '" + *release +
                 "'. Supported metadata.version are: " + std::string(kRelease));
}

/// Whether what is asked for is what formatting makes.
Status check_features(const KafkaOptions& options) {
  for (const auto& text : options.all("feature")) {
    const std::string name = feature_name(text);
    auto level = parse_level(text);
    if (!level) return invalid(level.error().detail);
    if (name == cluster::kMetadataVersion)
      return invalid("Use --release-version instead of --feature metadata.version=X to avoid ambiguity.");
    if (name != cluster::kKraftVersion)
      return invalid("Unsupported feature: " + name + ". Supported features are: kraft.version");
    if (*level != cluster::kKraftVersionLevel)
      return invalid("kraft.version is 1 here, and cannot be " + std::to_string(*level));
  }
  return {};
}

/// Who the quorum is; the id of the metadata directory, if it is given.
Result<std::optional<Uuid>> parse_quorum(const KafkaOptions& options, const server::Configuration& configuration) {
  const auto origin = configuration.origins.find("controller.quorum.voters");
  const bool fixed = origin != configuration.origins.end() && origin->second != "default";
  const bool standalone = options.has("standalone"), initial = options.has("initial-controllers");
  if (options.has("no-initial-controllers"))
    return invalid("--no-initial-controllers: a cluster is one server yet, so that no other one can be joined later");
  if (options.has("add-scram")) return invalid("--add-scram: there are no users yet");
  if (fixed && (standalone || initial))
    return invalid(
        "You cannot specify controller.quorum.voters and format the node with --initial-controllers or "
        "--standalone.");
  if (!fixed && !standalone && !initial)
    return invalid(
        "Because controller.quorum.voters is not set on this controller, you must specify one of the "
        "following: --standalone, --initial-controllers, or --no-initial-controllers.");
  if (!initial) return std::optional<Uuid>();
  const std::string text = *options.value("initial-controllers");
  const auto node = cli::parse_number<std::int32_t>(text.substr(0, text.find('@')));
  const auto id = Uuid::parse(text.substr(text.rfind(':') + 1));
  if (node == configuration.broker.node_id.value && id && text.find(',') == std::string::npos)
    return std::optional(*id);
  return invalid("--initial-controllers " + text + " must name this server, and no other yet: " +
                 std::to_string(configuration.broker.node_id.value) + "@HOST:PORT:DIRECTORY-ID");
}

Result<ExitCode> format(const KafkaOptions& options) {
  auto configuration = load(options);
  if (!configuration) return configuration.error();
  for (auto check : {check_release, check_features}) {
    if (auto fine = check(options); !fine) return fine.error();
  }
  server::FormatRequest request{options.value("cluster-id")};
  if (!server::is_cluster_id(*request.cluster_id))
    return invalid("--cluster-id may have letters, digits, '.', '_' and '-', not '" + *request.cluster_id + '\'');
  auto directory_id = parse_quorum(options, *configuration);
  if (!directory_id) return directory_id.error();
  request.directory_id = *directory_id;
  for (const auto& one : server::describe_directories(*configuration)) {
    if (one.identity && !options.has("ignore-formatted"))
      return invalid("Log directory " + one.path +
                     " is already formatted. Use --ignore-formatted to ignore this directory and format the others.");
  }
  auto directories = server::format_directories(*configuration, request);
  if (!directories) return directories.error();
  const bool fixed = !options.has("standalone") && !options.has("initial-controllers");
  std::string text;
  for (const auto& one : *directories) {
    if (!one.just_formatted) continue;
    const char* kind = !one.has_metadata_log ? "data" : fixed ? "metadata" : "dynamic metadata voter";
    text += "Formatting " + std::string(kind) + " directory " + one.path + " with metadata.version " +
            std::string(kRelease) + ".\n";
  }
  return print(text.empty() ? "All of the log directories are already formatted.\n" : text);
}

Result<ExitCode> info(const KafkaOptions& options) {
  auto configuration = load(options);
  if (!configuration) return configuration.error();
  std::vector<std::string> found, problems;
  std::string metadata;
  for (const auto& one : server::describe_directories(*configuration)) {
    std::error_code ignored;
    const bool exists = std::filesystem::exists(one.path, ignored);
    if (exists && std::filesystem::is_directory(one.path, ignored)) found.push_back(one.path);
    if (one.identity && metadata.empty())
      metadata = "Found metadata: {cluster.id=" + one.identity->cluster_id +
                 ", directory.id=" + one.identity->directory_id.to_string() +
                 ", node.id=" + std::to_string(one.identity->node_id.value) + ", version=1}\n\n";
    if (!one.problem.empty()) problems.push_back(one.problem);
    if (one.problem.empty() && !one.identity)
      problems.push_back(one.path + (exists ? " is not formatted." : " does not exist"));
  }
  const auto list = [](const std::string& one, const std::string& more, const std::vector<std::string>& lines) {
    std::string text = lines.empty() ? "" : lines.size() == 1 ? one : more;
    for (const auto& line : lines) text += "  " + line + '\n';
    return lines.empty() ? text : text + '\n';
  };
  auto printed = print(list("Found log directory:\n", "Found log directories:\n", found) + metadata +
                       list("Found problem:\n", "Found problems:\n", problems));
  return printed && !problems.empty() ? ExitCode::failed : printed;
}

Result<ExitCode> version_mapping(const KafkaOptions& options) {
  if (auto known = check_release(options); !known) return known.error();
  return print("metadata.version=" + std::to_string(cluster::kMetadataVersionLevel) + " (" + std::string(kRelease) +
               ")\nkraft.version=" + std::to_string(cluster::kKraftVersionLevel) + '\n');
}

Result<ExitCode> feature_dependencies(const KafkaOptions& options) {
  std::string text;
  for (const auto& one : options.all("feature")) {
    const std::string name = feature_name(one);
    auto level = parse_level(one);
    if (!level) return invalid(level.error().detail);
    auto range = std::ranges::find(kRanges, name, &Range::feature);
    if (range == std::end(kRanges)) return invalid("Unknown feature: " + name);
    if (*level < range->min || *level > range->max)
      return invalid("Feature level " + std::to_string(*level) + " is not supported for feature " + name);
    text +=
        one + (name == cluster::kMetadataVersion ? " (" + std::string(kRelease) + ")" : "") + " has no dependencies.\n";
  }
  return print(text);
}

Result<ExitCode> random_uuid(const KafkaOptions&) { return print(server::random_id().to_string() + '\n'); }

struct Command {
  std::string_view name, purpose;
  std::span<const KafkaOption> options;
  std::vector<std::string_view> required;
  Result<ExitCode> (*run)(const KafkaOptions&);
};

std::span<const Command> commands() {
  static const Command kCommands[] = {
      {"info", "What the log directories of this server are.", kInfoOptions, {"config"}, info},
      {"format", "Format the log directories of this server.", kFormatOptions, {"config", "cluster-id"}, format},
      {"version-mapping", "The levels of features that a release has.", kMappingOptions, {}, version_mapping},
      {"feature-dependencies",
       "What a level of a feature needs.",
       kDependencyOptions,
       {"feature"},
       feature_dependencies},
      {"random-uuid", "A new id for a cluster.", {}, {}, random_uuid}};
  return kCommands;
}

ExitCode fail(const std::string& text) {
  cli::write_stderr(text + '\n');
  return ExitCode::failed;
}

std::string usage() {
  std::string text = "usage: kafka-storage {";
  for (const Command& command : commands()) text += (text.back() == '{' ? "" : ",") + std::string(command.name);
  return text + "} [-h] ...\n";
}

ExitCode refuse(const std::string& text) { return fail(usage() + "kafka-storage: error: " + text); }

bool is_help(const std::string& word) { return word == "-h" || word == "--help"; }

ExitCode show_help(const Command* command) {
  std::string text = usage();
  if (command) {
    text = "usage: kafka-storage " + std::string(command->name) + " ...\n" + std::string(command->purpose) + "\n\n" +
           cli::kafka_usage(command->options);
  } else {
    for (const Command& one : commands()) text += "  " + std::string(one.name) + ": " + std::string(one.purpose) + '\n';
  }
  return cli::kafka_print(text) ? ExitCode::done : ExitCode::failed;
}

}  // namespace

ExitCode run_kafka_storage(std::span<const std::string> words) {
  if (words.empty()) return refuse("too few arguments");
  if (is_help(words[0])) return show_help(nullptr);
  auto command = std::ranges::find(commands(), words[0], &Command::name);
  if (command == commands().end()) return refuse("invalid choice: '" + words[0] + "'");
  if (std::ranges::any_of(words, is_help)) return show_help(&*command);
  auto options = KafkaOptions::parse(command->options, words.subspan(1));
  if (!options) return refuse(options.error().detail);
  if (!options->words().empty()) return refuse("unrecognized arguments: '" + options->words().front() + '\'');
  for (std::string_view name : command->required) {
    if (!options->has(name)) return refuse("argument --" + std::string(name) + " is required");
  }
  if (auto fine = options->check_values(); !fine) return refuse(fine.error().detail);
  auto code = command->run(*options);
  return code ? *code : fail(code.error().detail);
}
