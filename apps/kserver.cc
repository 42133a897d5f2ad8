// kserver: runs a broker in the foreground (also without a subcommand), checks and shows its configuration, asks a
// running one for its status, formats log directories, tells of them and verifies them, or shows what is in a log's
// files. As a client it asks any cluster for its brokers, quorum and features.
#include "cli/dump_text.h"
#include "cli/format_choice.h"
#include "cli/output.h"
#include "cli/run_cluster.h"
#include "cli/server_text.h"
#include "cli/size.h"
#include "cli/start.h"
#include "cli/topic_names.h"
#include "server/check.h"
#include "server/dump.h"
#include "server/ephemeral.h"
#include "server/log_directories.h"
#include "server/server.h"
#include "server/verify.h"

#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <type_traits>
#include <variant>

/// The tools of Kafka's that kserver is: kserver_kafka.cc.
std::span<const kstream::cli::KafkaTool* const> server_tools();

namespace {

using namespace kstream;
using cli::Arguments, cli::Console, cli::ExitCode, cli::Flag;
using server::Finding;

ExitCode print(const std::string& text, const Console& console) {
  return cli::write_stdout(text) ? ExitCode::done : console.fail(ExitCode::failed, "cannot write to stdout");
}

ExitCode show_status(const Arguments& arguments, const server::Configuration& configuration, const Console& console) {
  auto format = cli::chosen_format(arguments);
  if (!format) return console.fail(ExitCode::usage, format.error().detail);
  bool quiet = arguments.has(Flag::server_quiet);
  auto json = server::fetch_status(configuration.broker.log_dirs.front());
  if (!json) {
    if (!quiet) console.error(json.error().detail);
    return cli::exit_code_of(json.error().code);
  }
  if (quiet) return ExitCode::done;
  switch (*format) {
    case cli::OutputFormat::json:
      return print(*json, console);
    case cli::OutputFormat::csv:
      return print(cli::status_csv(server::status_text(*json, false)), console);
    default:
      return print(server::status_text(*json, *format == cli::OutputFormat::table), console);
  }
}

bool wants_color(const Arguments& arguments) { return cli::use_color(arguments.value(Flag::color), STDOUT_FILENO); }

/// Findings as compilers print them, unless a format is asked for.
Result<std::optional<cli::OutputFormat>> findings_format(const Arguments& arguments) {
  if (!arguments.has(Flag::output_format) && !arguments.has(Flag::json)) return std::optional<cli::OutputFormat>();
  auto chosen = cli::chosen_format(arguments);
  if (!chosen) return std::move(chosen).error();
  return std::optional(*chosen);
}

ExitCode print_findings(const std::vector<Finding>& findings, std::optional<cli::OutputFormat> format,
                        const Arguments& arguments, const Console& console) {
  constexpr std::string_view kLevels[] = {"note", "warning", "error"};
  std::vector<cli::ShownFinding> shown;
  shown.reserve(findings.size());
  for (const Finding& one : findings)
    shown.push_back({kLevels[static_cast<std::size_t>(one.level)], one.where, one.name, one.text});
  if (arguments.has(Flag::server_quiet)) return ExitCode::done;
  return print(cli::findings_text(shown, format, wants_color(arguments)), console);
}

bool has_error(const std::vector<Finding>& findings) {
  return std::ranges::find(findings, Finding::Level::error, &Finding::level) != findings.end();
}

ExitCode check(const Arguments& arguments, const server::ConfigurationInputs& inputs, const Console& console) {
  auto format = findings_format(arguments);
  if (!format) return console.fail(ExitCode::usage, format.error().detail);
  auto [findings, configuration] = server::check_configuration(inputs);
  if (configuration) {
    auto more = server::check_machine(*configuration);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  auto printed = print_findings(findings, *format, arguments, console);
  return has_error(findings) ? ExitCode::usage : printed;
}

std::string summary(const std::string& path, const server::Verified& read, bool damaged) {
  const auto count = [](std::uint64_t n, const std::string& what) {
    return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
  };
  return path + ": " + count(read.logs, "log") + ", " + count(read.records, "record") + ", " +
         cli::format_size(static_cast<std::int64_t>(read.bytes)) + (damaged ? ": damaged" : ": nothing is damaged");
}

/// Looks at directories one after the other, also behind one that is damaged.
ExitCode verify(const Arguments& arguments, const Console& console) {
  auto format = findings_format(arguments);
  if (!format) return console.fail(ExitCode::usage, format.error().detail);
  if (arguments.words().empty())
    return console.fail(ExitCode::usage, "which log directory? As in: kserver verify /data");
  cli::ItemsOutcome outcome;
  std::vector<Finding> findings;
  for (const auto& path : arguments.words()) {
    bool damaged = false;
    auto read = server::verify_directory(path, [&](const Finding& one) {
      damaged = damaged || one.level == Finding::Level::error;
      findings.push_back(one);
    });
    if (read) {
      if (!arguments.has(Flag::server_quiet)) console.note(summary(path, *read, damaged));
      outcome.add(ExitCode::done);
    } else {
      std::error_code unknown;
      const bool gone = !std::filesystem::exists(path, unknown) && !unknown;
      outcome.add(console.fail(gone                                        ? ExitCode::not_found
                               : read.code() == ErrorCode::invalid_request ? ExitCode::usage
                                                                           : ExitCode::failed,
                               read.error().detail));
    }
  }
  auto printed = print_findings(findings, *format, arguments, console);
  if (printed != ExitCode::done) return printed;
  return has_error(findings) ? ExitCode::no : outcome.result();
}

ExitCode show_configs(const Arguments& arguments, const server::Configuration& configuration, const Console& console) {
  auto format = cli::chosen_format(arguments);
  if (!format) return console.fail(ExitCode::usage, format.error().detail);
  auto words = arguments.words();
  auto dynamic = server::read_dynamic_configs(configuration);
  if (!dynamic) console.error("what clients set is not among them: " + dynamic.error().detail);
  auto all = server::list_configs(configuration, dynamic ? *dynamic : server::DynamicConfigs());
  for (const auto& word : words) {
    if (cli::is_glob(word) || std::ranges::find(all, word, &server::ConfigValue::name) != all.end()) continue;
    return console.fail(ExitCode::not_found, server::unknown_config(word));
  }
  std::vector<cli::ShownConfig> shown;
  for (const auto& one : all) {
    bool wanted = words.empty()
                      ? arguments.has(Flag::server_all) || one.source != "default"
                      : std::ranges::any_of(words, [&](auto& word) { return cli::matches_glob(word, one.name); });
    if (wanted) shown.push_back({one.name, one.value, one.source, one.has_effect, one.is_secret, one.doc});
  }
  if (*format == cli::OutputFormat::plain && words.size() == 1 && !cli::is_glob(words[0]) && !shown[0].is_secret)
    return print(std::string(shown[0].value.value_or("")) + '\n', console);
  return print(cli::configs_text(shown, *format, wants_color(arguments)), console);
}

ExitCode show_directories(const std::vector<server::LogDirectory>& directories, const Arguments& arguments,
                          cli::OutputFormat format, const Console& console) {
  const bool formatting = arguments.verb().where == cli::kServerFormat;
  std::vector<std::string> ids;
  ids.reserve(directories.size());
  std::vector<cli::ShownDirectory> shown;
  bool unusable = false;
  for (const auto& one : directories) {
    cli::ShownDirectory& row = shown.emplace_back(cli::ShownDirectory{one.path, "new", one.has_metadata_log});
    row.problem = one.problem;
    if (!one.problem.empty()) row.state = "unusable";
    unusable = unusable || !one.problem.empty();
    if (!one.identity) continue;
    row.state = formatting && !one.just_formatted ? "kept" : "formatted";
    row.node_id = one.identity->node_id.value;
    row.cluster_id = one.identity->cluster_id;
    row.directory_id = ids.emplace_back(one.identity->directory_id.to_string());
  }
  auto printed = print(cli::directories_text(shown, format, wants_color(arguments)), console);
  return printed == ExitCode::done && unusable ? ExitCode::failed : printed;
}

ExitCode info(const Arguments& arguments, const server::Configuration& configuration, const Console& console) {
  auto format = cli::chosen_format(arguments);
  if (!format) return console.fail(ExitCode::usage, format.error().detail);
  return show_directories(server::describe_directories(configuration), arguments, *format, console);
}

ExitCode format(const Arguments& arguments, const server::Configuration& configuration, const Console& console) {
  auto format = cli::chosen_format(arguments);
  if (!format) return console.fail(ExitCode::usage, format.error().detail);
  server::FormatRequest request;
  if (arguments.has(Flag::cluster_id)) request.cluster_id = arguments.value(Flag::cluster_id);
  if (request.cluster_id && !server::is_cluster_id(*request.cluster_id))
    return console.fail(ExitCode::usage,
                        "--cluster-id may have letters, digits, '.', '_' and '-', not '" + *request.cluster_id + '\'');
  if (!arguments.has(Flag::if_not_exists)) {
    for (const auto& one : server::describe_directories(configuration)) {
      if (one.identity)
        return console.fail(ExitCode::exists, one.path + " is formatted already; --if-not-exists formats the others");
    }
  }
  auto formatted = server::format_directories(configuration, request);
  if (!formatted) return console.fail(ExitCode::failed, formatted.error().detail);
  if (arguments.has(Flag::server_quiet)) return ExitCode::done;
  return show_directories(*formatted, arguments, *format, console);
}

cli::ShownBatch shown(const server::DumpedBatch& batch) {
  constexpr std::string_view kCodecs[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  const auto& header = batch.header;
  const auto codec = static_cast<std::size_t>(header.codec());
  return {.position = batch.position,
          .size = header.size(),
          .base_offset = header.base_offset.value,
          .last_offset = header.last_offset().value,
          .records = header.records_count,
          .leader_epoch = header.leader_epoch.value,
          .codec = codec < std::size(kCodecs) ? kCodecs[codec] : "unknown",
          .log_append_time = header.timestamp_type() == TimestampType::log_append_time,
          .base_timestamp = header.base_timestamp.value,
          .max_timestamp = header.max_timestamp.value,
          .producer_id = header.producer_id.value,
          .producer_epoch = header.producer_epoch,
          .base_sequence = header.base_sequence,
          .transactional = header.is_transactional(),
          .control = header.is_control(),
          .crc = header.crc,
          .crc_valid = batch.crc_valid};
}

/// Shows files one after the other, also behind one that is damaged.
ExitCode dump(const Arguments& arguments, const Console& console) {
  auto format = cli::chosen_format(arguments);
  if (!format) return console.fail(ExitCode::usage, format.error().detail);
  if (arguments.words().empty())
    return console.fail(ExitCode::usage, "which files? As in: kserver dump /data/orders-0/*.log");
  if (arguments.has(Flag::dump_records) && *format != cli::OutputFormat::json && arguments.has(Flag::output_format))
    return console.fail(ExitCode::usage, "--records prints JSON; kconsume -f prints records as others");
  cli::DumpText text(*format, wants_color(arguments));
  bool written = true, left = false, damaged = false;
  const auto print = [&] {
    written = cli::write_stdout(text.take());
    left = cli::reader_left(STDOUT_FILENO);
    return written && !left;
  };
  const auto more = [&] { return !text.full() || print(); };
  cli::ItemsOutcome outcome;
  std::vector<std::string> files;
  for (const auto& word : arguments.words()) {
    auto meant = server::dumped_files(word);
    if (meant) {
      files.insert(files.end(), meant->begin(), meant->end());
    } else {
      const bool usage = meant.code() == ErrorCode::invalid_request;
      outcome.add(console.fail(usage ? ExitCode::usage : ExitCode::failed, meant.error().detail));
    }
  }
  for (const auto& file : files) {
    std::optional<std::uint64_t> wrong_crc;  // where the first one is
    Status status;
    if (arguments.has(Flag::dump_records)) {
      status =
          server::dump_records(file, [&](const std::string& topic, PartitionId partition, const RecordView& record) {
            text.add({.topic = topic, .partition = partition, .record = record});
            return more();
          });
    } else {
      status = server::dump_file(file, [&](const server::Dumped& one) {
        std::visit(
            [&](const auto& part) {
              using Part = std::decay_t<decltype(part)>;
              if constexpr (std::is_same_v<Part, server::DumpedBatch>) {
                if (!part.crc_valid && !wrong_crc) wrong_crc = part.position;
                text.add(file, shown(part));
              } else if constexpr (std::is_same_v<Part, server::DumpedOffset>) {
                text.add(file, cli::ShownOffsetEntry{part.offset.value, part.position});
              } else {
                text.add(file, cli::ShownTimeEntry{part.timestamp.value, part.offset.value});
              }
            },
            one);
        return more();
      });
    }
    if (written && !left) print();
    if (!written) return console.fail(ExitCode::failed, cli::stdout_failure());
    if (left) return ExitCode::done;
    if (wrong_crc) console.error(file + ": at position " + std::to_string(*wrong_crc) + ": the batch's CRC is wrong");
    if (!status) console.error(status.error().detail);
    damaged = damaged || wrong_crc || status.code() == ErrorCode::corrupt_message;
    outcome.add(status                                        ? ExitCode::done
                : status.code() == ErrorCode::invalid_request ? ExitCode::usage
                : !std::filesystem::exists(file)              ? ExitCode::not_found
                                                              : ExitCode::failed);
  }
  return damaged ? ExitCode::no : outcome.result();
}

ExitCode run_ephemeral(const Arguments& arguments, const server::ConfigurationInputs& inputs, const Console& console) {
  if (arguments.ends_in_dashes()) return console.fail(ExitCode::usage, "no command stands behind --");
  if (inputs.file && !std::filesystem::exists(*inputs.file))
    return console.fail(ExitCode::usage, "-c " + *inputs.file +
                                             ": there is no such file; flags of the command stand behind --, as in: "
                                             "kserver run --ephemeral -- sh -c ...");
  for (const auto& override : inputs.overrides) {
    if (override.starts_with("log.dir"))
      return console.fail(ExitCode::usage, "--ephemeral has a folder of its own: leave out -X " + override);
  }
  return static_cast<ExitCode>(server::run_ephemeral(inputs, {arguments.words().begin(), arguments.words().end()}));
}

ExitCode run(const Arguments& arguments, const Console& console) {
  const auto where = arguments.verb().where;
  const bool ephemeral = arguments.has(Flag::ephemeral);
  if ((where & cli::kServerAsked) != 0) return cli::run_cluster(arguments, console);
  if (where == cli::kServerDump) return dump(arguments, console);
  if (where == cli::kServerVerify) return verify(arguments, console);
  if (arguments.count(Flag::server_config) > 1)
    return console.fail(ExitCode::usage, "there is one configuration file, and -c names two; -X overrides one config");
  if (where == cli::kServerRun && !ephemeral && !arguments.words().empty())
    return console.fail(ExitCode::usage, "kserver run takes flags only, not '" + arguments.words().front() + "'");
  server::ConfigurationInputs inputs;
  if (arguments.has(Flag::server_config)) inputs.file = arguments.value(Flag::server_config);
  auto overrides = arguments.all(Flag::server_override);
  inputs.overrides.assign(overrides.begin(), overrides.end());
  inputs.environment = server::process_environment();
  if (where == cli::kServerCheck) return check(arguments, inputs, console);
  if (ephemeral) return run_ephemeral(arguments, inputs, console);
  auto loaded = server::load_configuration(inputs);
  if (const auto* errors = std::get_if<server::ConfigurationErrors>(&loaded)) {
    for (const auto& error : *errors) console.error(error);
    return ExitCode::usage;
  }
  const auto& configuration = std::get<server::Configuration>(loaded);
  if (where == cli::kServerStatus) return show_status(arguments, configuration, console);
  if (where == cli::kServerFormat) return format(arguments, configuration, console);
  if (where == cli::kServerInfo) return info(arguments, configuration, console);
  if (where == cli::kServerConfig) return show_configs(arguments, configuration, console);
  return server::run_server(configuration) == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace

int main(int argc, char** argv) {
  return cli::start(cli::kServerProgram, argc, argv, run, server_tools(), server::config_names);
}
