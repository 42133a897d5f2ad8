// What only kserver can do of Kafka's tools.
#include "cli/invalid.h"
#include "cli/kafka_decoder.h"
#include "cli/kafka_tool.h"
#include "cli/number.h"
#include "cli/output.h"
#include "server/kafka_dump.h"

#include <unistd.h>
#include <algorithm>
#include <span>

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
    return !failed && !cli::stdout_reader_left();
  };
  const auto err = [](std::string_view line) {
    [[maybe_unused]] auto put = ::write(STDERR_FILENO, line.data(), line.size());
  };
  auto dumped = server::kafka_dump(dump_request(options), {out, err});
  if (failed) return cli::invalid(cli::stdout_failure());
  if (!dumped) return dumped.error();
  return ExitCode::done;
}

/// A tool as the library knows it, with what only kserver can do.
KafkaTool with(KafkaTool tool, Result<ExitCode> (*run)(const KafkaOptions&)) {
  tool.run_alone = run;
  return tool;
}

}  // namespace

std::span<const KafkaTool* const> server_tools() {
  static const KafkaTool kDumpLog = with(cli::kKafkaDumpLog, dump_log);
  static const KafkaTool* const kTools[] = {&kDumpLog};
  return kTools;
}
