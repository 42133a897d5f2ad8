// What only kserver can do of Kafka's tools.
#include "cli/help.h"
#include "cli/invalid.h"
#include "cli/kafka_decoder.h"
#include "cli/kafka_tool.h"
#include "cli/number.h"
#include "cli/output.h"
#include "server/kafka_dump.h"
#include "server/server.h"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <variant>

/// kserver_storage.cc
kstream::cli::ExitCode run_kafka_storage(std::span<const std::string> words);

namespace {

using namespace kstream;
using cli::ExitCode, cli::KafkaOptions, cli::KafkaTool;

server::KafkaDumpRequest dump_request(const KafkaOptions& options) {
  server::KafkaDumpRequest request;
  const std::string files = *options.value("files");
  for (std::string_view rest(files); !rest.empty();) {
    auto file = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), file.size() + 1));
    request.files.emplace_back(file);
  }
  const auto decoder = [&](std::string_view name) {
    auto known = cli::find_kafka_decoder(options.value(name).value_or(""));
    return known ? known : [](std::string_view bytes) { return Result<std::string>(cli::java_text(bytes)); };
  };
  request.key = decoder("key-decoder-class");
  request.value = decoder("value-decoder-class");
  request.metadata = options.has("cluster-metadata-decoder");
  request.print_data = request.metadata || options.has("print-data-log") || options.has("key-decoder-class") ||
                       options.has("value-decoder-class");
  request.deep = request.print_data || options.has("deep-iteration");
  request.no_metadata = options.has("skip-record-metadata");
  request.sanity_only = options.has("index-sanity-check");
  request.verify_only = options.has("verify-index-only");
  if (auto size = options.value("max-bytes"))
    request.max_bytes = static_cast<std::uint64_t>(std::max(*cli::parse_number<std::int32_t>(*size), 0));
  return request;
}

Result<ExitCode> dump_log(const KafkaOptions& options) {
  bool failed = false;
  const auto out = [&](std::string_view text) {
    failed = !cli::write_stdout(text);
    return !failed && !cli::reader_left(STDOUT_FILENO);
  };
  auto dumped = server::kafka_dump(dump_request(options), {out, cli::write_stderr});
  if (failed) return cli::invalid(cli::stdout_failure());
  if (!dumped) return dumped.error();
  return ExitCode::done;
}

struct StartPlan {
  server::ConfigurationInputs inputs;
  bool daemon = false;
};

/// The error's detail is what to say, and then how to be called.
Result<StartPlan> parse_start(std::span<const std::string> words) {
  StartPlan plan;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-daemon" || word == "--daemon") {
      plan.daemon = true;
    } else if (word == "--override" || word.starts_with("--override=")) {
      if (word == "--override" && i + 1 == words.size()) return cli::invalid("Option override requires an argument");
      plan.inputs.overrides.push_back(word == "--override" ? words[++i] : word.substr(11));
    } else if (word.starts_with('-')) {
      return cli::invalid(word.substr(word.find_first_not_of('-')) + " is not a recognized option");
    } else if (plan.inputs.file) {
      return cli::invalid("Found non argument parameters: " + word);
    } else {
      plan.inputs.file = word;
    }
  }
  if (!plan.inputs.file) return cli::invalid("No configuration file was named");
  plan.inputs.environment = server::process_environment();
  return plan;
}

/// Leaves this process to the shell that waits for it, and goes on in another. What is said goes to
/// $LOG_DIR/kafkaServer.out, by default in `logs`. False in the parent, or if it failed, which was said.
bool go_on_in_background(bool& failed) {
  const char* configured = std::getenv("LOG_DIR");
  const std::string folder = configured && *configured ? configured : "logs", path = folder + "/kafkaServer.out";
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const int out = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const pid_t child = out < 0 ? -1 : ::fork();
  failed = child < 0;
  if (failed) cli::write_stderr("cannot go on in the background: " + path + ": " + std::strerror(errno) + '\n');
  if (child != 0) return false;
  ::setsid();
  const int in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  return true;
}

ExitCode start_server(std::span<const std::string> words) {
  constexpr std::string_view kUsage =
      "USAGE: kafka-server-start.sh [-daemon] server.properties [--override property=value]*\n";
  if (std::ranges::find(words, "--version") != words.end())
    return cli::kafka_print(cli::kstream_version() + '\n') ? ExitCode::done : ExitCode::failed;
  auto plan = parse_start(words);
  const bool help = words.empty() || std::ranges::find(words, "--help") != words.end();
  if (help || !plan)
    return cli::write_stderr((help ? "" : plan.error().detail + '\n') + std::string(kUsage)), ExitCode::failed;
  auto loaded = server::load_configuration(plan->inputs);
  if (const auto* errors = std::get_if<server::ConfigurationErrors>(&loaded)) {
    for (const auto& error : *errors) cli::write_stderr(error + '\n');
    return ExitCode::failed;
  }
  bool failed = false;
  if (plan->daemon && !go_on_in_background(failed)) return failed ? ExitCode::failed : ExitCode::done;
  return server::run_server(std::get<server::Configuration>(loaded)) == 0 ? ExitCode::done : ExitCode::failed;
}

/// A tool as the library knows it, with what only kserver can do.
KafkaTool with(KafkaTool tool, Result<ExitCode> (*run)(const KafkaOptions&)) {
  tool.run_alone = run;
  return tool;
}

constexpr KafkaTool with_words(std::string_view name, ExitCode (*run)(std::span<const std::string>)) {
  KafkaTool tool{};
  tool.name = name;
  tool.run_words = run;
  return tool;
}

}  // namespace

std::span<const KafkaTool* const> server_tools() {
  static const KafkaTool kDumpLog = with(cli::kKafkaDumpLog, dump_log);
  static constexpr KafkaTool kServerStart = with_words("kafka-server-start", start_server);
  static constexpr KafkaTool kStorage = with_words("kafka-storage", run_kafka_storage);
  static const KafkaTool* const kTools[] = {&kDumpLog, &kServerStart, &kStorage};
  return kTools;
}
