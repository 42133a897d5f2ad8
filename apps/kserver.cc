// kserver: runs a broker in the foreground (also without a subcommand), or asks a running one for its status.
#include "cli/output.h"
#include "cli/start.h"
#include "server/server.h"

namespace {

using namespace kstream;
using cli::Arguments, cli::Console, cli::ExitCode, cli::Flag;

ExitCode show_status(const Arguments& arguments, const server::Configuration& configuration, const Console& console) {
  bool quiet = arguments.has(Flag::status_quiet);
  auto json = server::fetch_status(configuration.broker.log_dirs.front());
  if (!json) {
    if (!quiet) console.error(json.error().detail);
    return cli::exit_code_of(json.error().code);
  }
  if (quiet) return ExitCode::done;
  auto text = arguments.has(Flag::status_json) ? *json : server::status_text(*json);
  return cli::write_stdout(text) ? ExitCode::done : console.fail(ExitCode::failed, "cannot write to stdout");
}

ExitCode run(const Arguments& arguments, const Console& console) {
  if (arguments.count(Flag::server_config) > 1) {
    return console.fail(ExitCode::usage, "there is one configuration file, and -c names two; -X overrides one config");
  }
  server::ConfigurationInputs inputs;
  if (arguments.has(Flag::server_config)) inputs.file = arguments.value(Flag::server_config);
  auto overrides = arguments.all(Flag::server_override);
  inputs.overrides.assign(overrides.begin(), overrides.end());
  inputs.environment = server::process_environment();
  auto loaded = server::load_configuration(inputs);
  if (const auto* errors = std::get_if<server::ConfigurationErrors>(&loaded)) {
    for (const auto& error : *errors) console.error(error);
    return ExitCode::usage;
  }
  const auto& configuration = std::get<server::Configuration>(loaded);
  if (arguments.verb().where == cli::kServerStatus) return show_status(arguments, configuration, console);
  return server::run_server(configuration) == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace

int main(int argc, char** argv) { return cli::start(cli::kServerProgram, argc, argv, run, server::config_names); }
