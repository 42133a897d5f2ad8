// kserver: runs a broker in the foreground (also without a subcommand), checks and shows its configuration, or asks a
// running one for its status.
#include "cli/format_choice.h"
#include "cli/output.h"
#include "cli/server_text.h"
#include "cli/start.h"
#include "cli/topic_names.h"
#include "server/check.h"
#include "server/ephemeral.h"
#include "server/server.h"

#include <unistd.h>
#include <algorithm>

namespace {

using namespace kstream;
using cli::Arguments, cli::Console, cli::ExitCode, cli::Flag;
using server::Finding;

ExitCode print(const std::string& text, const Console& console) {
  return cli::write_stdout(text) ? ExitCode::done : console.fail(ExitCode::failed, "cannot write to stdout");
}

ExitCode show_status(const Arguments& arguments, const server::Configuration& configuration, const Console& console) {
  bool quiet = arguments.has(Flag::server_quiet);
  auto json = server::fetch_status(configuration.broker.log_dirs.front());
  if (!json) {
    if (!quiet) console.error(json.error().detail);
    return cli::exit_code_of(json.error().code);
  }
  if (quiet) return ExitCode::done;
  return print(arguments.has(Flag::server_json) ? *json : server::status_text(*json, ::isatty(STDOUT_FILENO) != 0),
               console);
}

ExitCode check(const Arguments& arguments, const server::ConfigurationInputs& inputs, const Console& console) {
  auto [findings, configuration] = server::check_configuration(inputs);
  if (configuration) {
    auto more = server::check_machine(*configuration);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  constexpr std::string_view kLevels[] = {"note", "warning", "error"};
  std::vector<cli::ShownFinding> shown;
  shown.reserve(findings.size());
  for (const Finding& one : findings)
    shown.push_back({kLevels[static_cast<std::size_t>(one.level)], one.where, one.name, one.text});
  bool wrong = std::ranges::find(findings, Finding::Level::error, &Finding::level) != findings.end();
  auto printed = arguments.has(Flag::server_quiet)
                     ? ExitCode::done
                     : print(cli::findings_text(shown, arguments.has(Flag::server_json)), console);
  return wrong ? ExitCode::usage : printed;
}

ExitCode show_configs(const Arguments& arguments, const server::Configuration& configuration, const Console& console) {
  auto format = cli::chosen_format(arguments, Flag::server_json);
  if (!format) return console.fail(ExitCode::usage, format.error().detail);
  auto words = arguments.words();
  auto all = server::list_configs(configuration);
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
  return print(cli::configs_text(shown, *format, cli::use_color(arguments.value(Flag::color), STDOUT_FILENO)), console);
}

ExitCode run_ephemeral(const Arguments& arguments, const server::ConfigurationInputs& inputs, const Console& console) {
  for (const auto& override : inputs.overrides) {
    if (override.starts_with("log.dir"))
      return console.fail(ExitCode::usage, "--ephemeral has a folder of its own: leave out -X " + override);
  }
  return static_cast<ExitCode>(server::run_ephemeral(inputs, {arguments.words().begin(), arguments.words().end()}));
}

ExitCode run(const Arguments& arguments, const Console& console) {
  const auto where = arguments.verb().where;
  const bool ephemeral = arguments.has(Flag::ephemeral);
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
  if (where == cli::kServerConfig) return show_configs(arguments, configuration, console);
  return server::run_server(configuration) == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace

int main(int argc, char** argv) { return cli::start(cli::kServerProgram, argc, argv, run, server::config_names); }
